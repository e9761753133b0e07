/** Which registries a repository's base names, file by file. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { registriesOf, type RegistriesOptions } from "../../../src/runner/gateway/registries.ts";
import { git } from "../../../src/runner/git/git.ts";

const STANDARD = "https://npm.example.com";

describe("the registries of a repository", () => {
  it("are none where it has no package manager", async () => {
    expect(await read({ "README.md": "pip install six", "src/main.c": "" })).toEqual([]);
  });

  it("are those that everybody uses where nothing else is said", async () => {
    const found = await read({
      "package.json": "{}",
      "service/pyproject.toml": "[project]\nname = 'x'\n",
      "go.mod": "module x\n",
      "crates/x/Cargo.toml": "",
      "pom.xml": "<project/>",
      "x.gemspec": "",
    });

    expect(Object.fromEntries(found.map(({ mount, base }) => [mount, base]))).toEqual({
      npm: STANDARD,
      pypi: "https://pypi.org/simple",
      go: "https://proxy.golang.org",
      cargo: "https://index.crates.io",
      maven: "https://repo.maven.apache.org/maven2",
      gem: "https://rubygems.org",
    });
    expect(found.every(({ isDefault, authorization }) => isDefault && authorization === null)).toBe(true);
  });

  it.each<[string, string, Record<string, string>]>([
    [
      ".npmrc",
      "registry=https://one.example.com/npm/\n@own:registry = https://own.example.com\n//one.example.com/npm/:_authToken=${TOKEN}\n",
      { npm: "https://one.example.com/npm default", "npm-2": "https://own.example.com @own" },
    ],
    [
      ".yarnrc",
      'registry "https://one.example.com"\n"@own:registry" "https://own.example.com/"\n',
      { npm: "https://one.example.com default", "npm-2": "https://own.example.com @own" },
    ],
    [
      "yarn.lock",
      'six@^1.0.0:\n  version "1.0.0"\n  resolved "https://yarn.example.com/six/-/six-1.0.0.tgz#abc"\n',
      { npm: `${STANDARD} default`, "npm-2": "https://yarn.example.com" },
    ],
    [
      ".yarnrc.yml",
      "npmRegistryServer: https://one.example.com\nnpmScopes:\n  own:\n    npmRegistryServer: https://own.example.com\n    npmAuthToken: ${TOKEN}\n",
      { npm: "https://one.example.com default", "npm-2": "https://own.example.com @own" },
    ],
    [
      "pnpm-workspace.yaml",
      "packages: ['*']\nregistries:\n  default: https://one.example.com\n  '@own': https://own.example.com\n",
      { npm: "https://one.example.com default", "npm-2": "https://own.example.com @own" },
    ],
    [
      "bunfig.toml",
      '[install]\nregistry = { url = "https://one.example.com", token = "$TOKEN" }\n[install.scopes]\nown = "https://own.example.com"\n',
      { npm: "https://one.example.com default", "npm-2": "https://own.example.com @own" },
    ],
    [
      "pip.conf",
      "[global]\nindex-url = https://one.example.com/simple\nextra-index-url =\n    https://two.example.com/simple\n    https://three.example.com/simple\n",
      {
        pypi: "https://one.example.com/simple default",
        "pypi-2": "https://two.example.com/simple",
        "pypi-3": "https://three.example.com/simple",
      },
    ],
    [
      "requirements-dev.txt",
      "--extra-index-url https://two.example.com/simple\nsix==1.0 # -i https://no.example.com\n",
      { pypi: "https://pypi.org/simple default", "pypi-2": "https://two.example.com/simple" },
    ],
    [
      "requirements/base.txt",
      "-i https://one.example.com/simple\n",
      { pypi: "https://one.example.com/simple default" },
    ],
    [
      "pyproject.toml",
      '[[tool.uv.index]]\nname = "own"\nurl = "https://own.example.com/simple"\n[[tool.poetry.source]]\nname = "two"\nurl = "https://two.example.com/simple"\n',
      {
        pypi: "https://pypi.org/simple default",
        "pypi-2": "https://own.example.com/simple own",
        "pypi-3": "https://two.example.com/simple two",
      },
    ],
    [
      "uv.toml",
      '[[index]]\nname = "own"\nurl = "https://own.example.com/simple"\ndefault = true\n',
      { pypi: "https://own.example.com/simple default own" },
    ],
    [
      "Pipfile",
      '[[source]]\nurl = "https://one.example.com/simple"\nname = "pypi"\n[packages]\n',
      { pypi: "https://one.example.com/simple default pypi" },
    ],
    [
      "go.env",
      "GOPROXY=https://one.example.com,https://two.example.com|direct\n",
      { go: "https://one.example.com default", "go-2": "https://two.example.com default" },
    ],
    [
      ".cargo/config.toml",
      '[source.crates-io]\nreplace-with = "one"\n[source.one]\nregistry = "sparse+https://one.example.com/index/"\n[registries.own]\nindex = "sparse+https://own.example.com/"\n[registries.old]\nindex = "https://github.com/old/index"\n',
      { cargo: "https://one.example.com/index default one", "cargo-2": "https://own.example.com own" },
    ],
    [
      "app/pom.xml",
      "<project><repositories><repository><id>own</id><url>https://own.example.com/m2/</url></repository></repositories><distributionManagement><repository><id>out</id><url>https://out.example.com</url></repository></distributionManagement></project>",
      { maven: "https://repo.maven.apache.org/maven2 default", "maven-2": "https://own.example.com/m2 own" },
    ],
    [
      "build.gradle.kts",
      'repositories {\n  google()\n  maven("https://one.example.com/m2")\n  maven { url = uri("https://two.example.com/m2") }\n  // maven("https://no.example.com")\n}\n',
      {
        maven: "https://repo.maven.apache.org/maven2 default",
        "maven-2": "https://one.example.com/m2",
        "maven-3": "https://two.example.com/m2",
        "maven-4": "https://dl.google.com/dl/android/maven2 google",
        "maven-5": "https://plugins.gradle.org/m2 plugins",
      },
    ],
    [
      "Gemfile",
      'source "https://one.example.com"\nsource "https://own.example.com" do\n  gem "x"\nend\n',
      { gem: "https://one.example.com default", "gem-2": "https://own.example.com" },
    ],
  ])("are those that %s names", async (path, text, expected) => {
    const found = await read({ [path]: text });

    const shown = found.map(({ mount, base, isDefault, names }) => [
      mount,
      [base, ...(isDefault ? ["default"] : []), ...names].join(" "),
    ]);
    expect(Object.fromEntries(shown)).toEqual(expected);
  });

  it("are read from the base's commit, whatever lies in the folder now", async () => {
    const options = await repository({ "package.json": "{}" });
    await writeFile(join(options.clone, ".npmrc"), "registry=https://evil.example.com\n");

    expect((await registriesOf(options)).map(({ base }) => base)).toEqual([STANDARD]);
  });

  it("are nothing that other people's files name", async () => {
    const found = await read({
      "package.json": "{}",
      "node_modules/x/.npmrc": "registry=https://evil.example.com\n",
      "test/fixtures/.npmrc": "registry=https://evil.example.com\n",
      "vendor/x/Cargo.toml": "",
    });

    expect(found.map(({ base }) => base)).toEqual([STANDARD]);
  });

  it("are nearest to the root first, and each address once", async () => {
    const found = await read({
      "a/.npmrc": "registry=https://two.example.com\n",
      ".npmrc": "registry=https://one.example.com\n",
      "b/.npmrc": "registry=https://one.example.com/\n",
    });

    expect(found.map(({ mount, base }) => `${mount} ${base}`)).toEqual([
      "npm https://one.example.com",
      "npm-2 https://two.example.com",
    ]);
  });

  it.each([
    ["http://npm.example.com", "does not begin with https://"],
    [
      "https://user:secret@npm.example.com",
      "carries a name or a password; give its token to the workflow instead",
    ],
    ["https://${HOST}/", "has a variable in it, which is not filled in"],
    ["https://npm.pkg.github.com", "is a host of GitHub"],
    ["https://ghes.example.com/npm", "is a host of GitHub"],
    ["https://api.openai.com", "is the host of a model"],
    ["https://npm.example.com/?x=1", "has a query"],
    ["nonsense", "is no address"],
  ])("are never %s", async (url, why) => {
    const said: string[] = [];
    const options = await repository({ ".npmrc": `registry=${url}\n` });

    const found = await registriesOf({
      ...options,
      servers: ["ghes.example.com"],
      say: (sentence) => said.push(sentence),
    });

    expect(found.map(({ base }) => base)).toEqual([STANDARD]);
    expect(said).toEqual([`A registry of npm cannot be used: its address ${why}.`]);
  });

  it("may be on this machine without https", async () => {
    const found = await read({ ".npmrc": "registry=http://localhost:4873/\n" });

    expect(found.map(({ base }) => base)).toEqual(["http://localhost:4873"]);
  });

  it("are the others where a file cannot be read, and it is said", async () => {
    const said: string[] = [];
    const options = await repository({
      "pyproject.toml": "[tool",
      "uv.toml": "index = 3",
      "package.json": "{}",
    });

    const found = await registriesOf({
      ...options,
      npmDefault: async () => null,
      say: (text) => said.push(text),
    });

    expect(found.map(({ base }) => base)).toEqual(["https://pypi.org/simple"]);
    expect(said).toHaveLength(3);
    expect(said.join("\n")).toMatch(/pyproject\.toml cannot be read: .*\n/);
    expect(said).toContain("npm is not on this machine, so its default registry is not known.");
  });

  it("have the token of the longest address that fits, and no other", async () => {
    const found = await read(
      {
        ".npmrc":
          "registry=https://own.example.com/npm/team\n@two:registry=https://own.example.com.evil.example\n",
      },
      [
        { base: "https://own.example.com", authorization: "Bearer host" },
        { base: "https://own.example.com/npm", authorization: "Bearer folder" },
        { base: "https://own.example.com/npm/te", authorization: "Bearer half" },
      ],
    );

    expect(found.map(({ authorization }) => authorization)).toEqual(["Bearer folder", null]);
  });

  it("ask npm for its own default", async () => {
    const { npmDefault: _, ...options } = await repository({ "package.json": "{}" });

    const [npm] = await registriesOf(options);

    expect(npm?.base).toMatch(/^https?:\/\/[\w.:-]+/);
  });
});

async function read(
  files: Record<string, string>,
  tokens: RegistriesOptions["tokens"] = [],
): ReturnType<typeof registriesOf> {
  return registriesOf({ ...(await repository(files)), tokens });
}

/** A repository whose one commit has these files, and whose folder has none. */
async function repository(files: Record<string, string>): Promise<RegistriesOptions> {
  const clone = await mkdtemp(join(tmpdir(), "gza-registries-"));
  onTestFinished(() => rm(clone, { recursive: true, force: true }));
  const dir = join(clone, ".git");
  await git(["init", "--quiet", "--template=", clone], { dir: null });
  const stream = [
    `commit refs/heads/main\ncommitter A <a@example.com> 1700000000 +0000\ndata 0\n`,
    ...Object.entries(files).map(
      ([path, text]) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
    ),
  ];
  await git(["fast-import", "--quiet"], { dir, input: stream.join("") });
  const base = (await git(["rev-parse", "refs/heads/main"], { dir })).trim();
  return { clone, base, tokens: [], npmDefault: async () => `${STANDARD}/` };
}

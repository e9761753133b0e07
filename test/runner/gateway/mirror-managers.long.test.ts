/** Package managers of other languages at their mirrors, each where it is installed: what they install, and that nothing else is asked. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { has, mirrorOf, run, temporary, write } from "./managers.ts";
import { startRegistry } from "./mirror-front.ts";

/** A wheel is a zip file with these three texts. */
const WHEEL = `
import zipfile
with zipfile.ZipFile("six-1.0.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("six.py", "SIX = 6\\n")
    wheel.writestr("six-1.0.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: six\\nVersion: 1.0.0\\n")
    wheel.writestr("six-1.0.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("six-1.0.0.dist-info/RECORD", "")
`;

describe.skipIf(!(await has("pip", ["--version"])))("pip", () => {
  it.each(["html", "json"])(
    "installs from an index in %s that keeps its files on another host",
    async (form) => {
      const home = await temporary();
      await run("python3", ["-c", WHEEL], { cwd: home });
      const wheel = await readFile(join(home, "six-1.0.0-py3-none-any.whl"));
      const files = await startRegistry({ "/packages/six-1.0.0-py3-none-any.whl": wheel });
      const url = `${files.base}/packages/six-1.0.0-py3-none-any.whl`;
      const sha256 = createHash("sha256").update(wheel).digest("hex");
      const page =
        form === "html"
          ? `<!DOCTYPE html><html><body><a href="${url}#sha256=${sha256}">six-1.0.0-py3-none-any.whl</a></body></html>`
          : JSON.stringify({
              meta: { "api-version": "1.0" },
              name: "six",
              files: [{ filename: "six-1.0.0-py3-none-any.whl", url, hashes: { sha256 } }],
            });
      const type = form === "html" ? "text/html" : "application/vnd.pypi.simple.v1+json";
      const upstream = await startRegistry({
        "/simple/six/": (_, response) => {
          response.setHeader("content-type", type);
          response.end(page);
        },
      });
      const { mirror, env } = await mirrorOf("pypi", `${upstream.base}/simple`, home);

      await run("pip", ["install", "--no-cache-dir", "--target", join(home, "out"), "six"], {
        cwd: home,
        env,
      });

      expect(await readFile(join(home, "out", "six.py"), "utf8")).toBe("SIX = 6\n");
      expect(files.asked).toEqual(["GET /packages/six-1.0.0-py3-none-any.whl"]);
      expect(mirror.record.hosts().refused).toEqual([]);
    },
  );
});

describe.skipIf(!(await has("pip", ["--version"])))(
  "pip, told another index by the repository itself",
  () => {
    it("goes to that index's own host and finds the mirror there", async () => {
      const home = await temporary();
      await run("python3", ["-c", WHEEL], { cwd: home });
      const upstream = await startRegistry({
        "/simple/six/": (_, response) => {
          response.setHeader("content-type", "text/html");
          response.end(
            '<!DOCTYPE html><html><body><a href="/files/six-1.0.0-py3-none-any.whl">six</a></body></html>',
          );
        },
        "/files/six-1.0.0-py3-none-any.whl": await readFile(join(home, "six-1.0.0-py3-none-any.whl")),
      });
      await write(
        join(home, "requirements.txt"),
        "--index-url https://pypi.example.com/simple\nsix==1.0.0\n",
      );
      const { mirror, env } = await mirrorOf("pypi", "https://pypi.example.com/simple", home, {
        "pypi.example.com": upstream.base,
      });

      const out = join(home, "out");
      await run("pip", ["install", "--no-cache-dir", "--target", out, "-r", "requirements.txt"], {
        cwd: home,
        env,
      });

      expect(await readFile(join(out, "six.py"), "utf8")).toBe("SIX = 6\n");
      expect(upstream.asked).toContain("GET /files/six-1.0.0-py3-none-any.whl");
      expect(mirror.record.hosts()).toMatchObject({ tunnelled: [], refused: [] });
    });
  },
);

describe.skipIf(!(await has("cargo", ["--version"])))("cargo", () => {
  it("fetches a crate, and the lock file knows of no mirror", async () => {
    const home = await temporary();
    await write(
      join(home, "sixes-1.0.0", "Cargo.toml"),
      '[package]\nname = "sixes"\nversion = "1.0.0"\nedition = "2021"\n',
    );
    await write(join(home, "sixes-1.0.0", "src", "lib.rs"), "pub fn six() -> u8 { 6 }\n");
    await run("tar", ["-czf", "sixes.crate", "sixes-1.0.0"], { cwd: home });
    const crate = await readFile(join(home, "sixes.crate"));
    const cksum = createHash("sha256").update(crate).digest("hex");
    const files = await startRegistry({ "/crates/sixes/1.0.0/download": crate });
    const line = { name: "sixes", vers: "1.0.0", deps: [], cksum, features: {}, yanked: false };
    const upstream = await startRegistry({
      "/config.json": JSON.stringify({ dl: `${files.base}/crates`, api: files.base, "auth-required": true }),
      "/si/xe/sixes": `${JSON.stringify(line)}\n`,
    });
    const { mirror, env } = await mirrorOf("cargo", upstream.base, home);
    const project = join(home, "project");
    await write(
      join(project, "Cargo.toml"),
      '[package]\nname = "own"\nversion = "1.0.0"\nedition = "2021"\n[dependencies]\nsixes = "1"\n',
    );
    await write(join(project, "src", "lib.rs"), "");

    await run("cargo", ["fetch"], { cwd: project, env: { ...env, CARGO_HOME: join(home, ".cargo") } });

    const lock = await readFile(join(project, "Cargo.lock"), "utf8");
    expect(lock).toContain('source = "registry+https://github.com/rust-lang/crates.io-index"');
    expect(lock).not.toContain("127.0.0.1");
    expect(files.asked).toEqual(["GET /crates/sixes/1.0.0/download"]);
    expect(mirror.record.hosts().refused).toEqual([]);
  });
});

describe.skipIf(!(await has("mvn", ["--version"])))("maven", () => {
  it("reads a parent through the mirror, and another repository's too", async () => {
    const home = await temporary();
    const parent = `<project><modelVersion>4.0.0</modelVersion><groupId>org.example</groupId><artifactId>parent</artifactId><version>1.0</version><packaging>pom</packaging></project>`;
    const upstream = await startRegistry({ "/org/example/parent/1.0/parent-1.0.pom": parent });
    const { mirror, env } = await mirrorOf("maven", upstream.base, home);
    const project = join(home, "project");
    await write(
      join(project, "pom.xml"),
      `<project><modelVersion>4.0.0</modelVersion><parent><groupId>org.example</groupId><artifactId>parent</artifactId><version>1.0</version><relativePath/></parent><artifactId>own</artifactId><packaging>pom</packaging><repositories><repository><id>other</id><url>https://packages.example.com</url></repository></repositories></project>`,
    );

    await run("mvn", ["-q", "-B", "validate"], { cwd: project, env });

    expect(upstream.asked).toContain("GET /org/example/parent/1.0/parent-1.0.pom");
    expect(mirror.record.hosts().refused).toEqual([]);
    expect(await readFile(join(home, ".m2/repository/org/example/parent/1.0/parent-1.0.pom"), "utf8")).toBe(
      parent,
    );
  });
});

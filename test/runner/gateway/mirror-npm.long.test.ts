/** npm itself at a mirror: what it installs, and what it writes into the repository. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { registryEnvironment } from "../../../src/runner/gateway/registry-environment.ts";
import { registry, startMirror, startRegistry, type FakeRegistry, type Front } from "./mirror-front.ts";

const run = promisify(execFile);

interface Project {
  folder: string;
  upstream: FakeRegistry;
  mirror: Front;
  tarball: Buffer;
  npm(args: readonly string[], env?: Record<string, string>): Promise<string>;
}

it("npm installs a package and leaves the registry's own address in the lock file", async () => {
  const project = await startProject({});

  await project.npm(["install", "six"]);

  const lock = await lockOf(project);
  expect(lock.packages["node_modules/six"]).toEqual({
    version: "1.0.0",
    resolved: `${project.upstream.base}/npm/six/-/six-1.0.0.tgz`,
    integrity: integrityOf(project.tarball),
  });
  expect(await readFile(join(project.folder, "node_modules/six/index.js"), "utf8")).toBe(
    "module.exports = 6;\n",
  );
  expect(project.upstream.asked).toEqual(["GET /npm/six", "GET /npm/six/-/six-1.0.0.tgz"]);
  expect(project.mirror.record.hosts().refused).toEqual([]);
});

it("npm installs what a lock file names at the registry's public address", async () => {
  const resolved = "https://packages.example.com/six/-/six-1.0.0.tgz";
  const project = await startProject({ resolved });

  await project.npm(["ci"], { npm_config_replace_registry_host: "packages.example.com" });

  expect((await lockOf(project)).packages["node_modules/six"]?.resolved).toBe(resolved);
  expect(project.upstream.asked).toEqual(["GET /npm/six/-/six-1.0.0.tgz"]);
});

it("npm does not install what is not what the lock file says", async () => {
  const project = await startProject({ resolved: "", integrity: integrityOf(Buffer.from("other")) });

  await expect(project.npm(["ci"])).rejects.toThrow(/EINTEGRITY/);
});

it("npm publishes nothing, and says why", async () => {
  const project = await startProject({});

  const token = `--${project.mirror.address.replace("http:", "")}/registry/npm/:_authToken=foreign`;
  const tried = project.npm(["publish", token]);

  await expect(tried).rejects.toThrow(/PUT is refused: a registry can only be read/);
  expect(project.upstream.asked.filter((line) => !line.startsWith("GET "))).toEqual([]);
});

it("npm reads a scope at its registry's own host, which the gateway answers for", async () => {
  const home = await temporary();
  const tarball = await packed(join(home, "six"));
  const address = "https://own.example.com/@own/six/-/six-1.0.0.tgz";
  const upstream = await startRegistry({
    "/@own%2fsix": packumentOf("@own/six", { tarball: address, integrity: integrityOf(tarball) }),
    "/@own/six/-/six-1.0.0.tgz": tarball,
  });
  const own = {
    ...registry("npm", "https://own.example.com", { mount: "npm-2" }),
    names: ["@own"],
    isDefault: false,
  };
  const mirror = await startMirror([own], { "own.example.com": upstream.base });
  const { env, files } = registryEnvironment([own], {
    gateway: mirror.address,
    home,
    certificate: mirror.certificate,
  });
  for (const [path, text] of Object.entries(files)) await write(join(home, path), text);
  const folder = join(home, "project");
  await write(join(folder, "package.json"), JSON.stringify({ name: "own", version: "1.0.0" }));
  await write(join(folder, ".npmrc"), "@own:registry=https://own.example.com/\n");

  const proxy = { HTTPS_PROXY: mirror.address, NO_PROXY: "127.0.0.1", npm_config_fetch_retries: "0" };
  const all = { PATH: process.env["PATH"] ?? "", HOME: home, ...proxy, ...env };
  await run("npm", ["install", "--no-audit", "--no-fund", "--no-update-notifier", "@own/six"], {
    cwd: folder,
    env: all,
  });

  expect((await lockOf({ folder })).packages["node_modules/@own/six"]?.resolved).toBe(address);
  expect(mirror.record.hosts()).toMatchObject({ tunnelled: [], refused: [] });
});

/** A project at a registry that has one package, `six`. `resolved`: a lock file names that address for it. */
async function startProject({
  resolved,
  integrity,
}: {
  resolved?: string;
  integrity?: string;
}): Promise<Project> {
  const home = await temporary();
  const tarball = await packed(join(home, "six"));
  const pages: Record<string, string | Buffer> = { "/npm/six/-/six-1.0.0.tgz": tarball };
  const upstream = await startRegistry(pages);
  const dist = { tarball: `${upstream.base}/npm/six/-/six-1.0.0.tgz`, integrity: integrityOf(tarball) };
  pages["/npm/six"] = packumentOf("six", dist);
  const own = { ...registry("npm", `${upstream.base}/npm`), names: [], isDefault: true };
  const mirror = await startMirror([own]);
  const { env } = registryEnvironment([own], {
    gateway: mirror.address,
    home,
    certificate: mirror.certificate,
  });

  const folder = join(home, "project");
  const dependencies = resolved === undefined ? {} : { six: "1.0.0" };
  await write(join(folder, "package.json"), JSON.stringify({ name: "own", version: "1.0.0", dependencies }));
  // The project's own file, which would go before the home's, names the registry that cannot be reached.
  await write(join(folder, ".npmrc"), "registry=https://packages.example.com/\n");
  if (resolved !== undefined) {
    const six = {
      version: "1.0.0",
      resolved: resolved === "" ? dist.tarball : resolved,
      integrity: integrity ?? dist.integrity,
    };
    const packages = { "": { name: "own", version: "1.0.0", dependencies }, "node_modules/six": six };
    const lock = { name: "own", version: "1.0.0", lockfileVersion: 3, requires: true, packages };
    await write(join(folder, "package-lock.json"), JSON.stringify(lock));
  }
  const base = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    npm_config_fetch_retries: "0",
    NO_PROXY: "127.0.0.1",
  };
  const closed = { HTTPS_PROXY: "http://127.0.0.1:1", HTTP_PROXY: "http://127.0.0.1:1" };
  return {
    folder,
    upstream,
    mirror,
    tarball,
    npm: async (args, more = {}) => {
      const options = { cwd: folder, env: { ...base, ...closed, ...env, ...more } };
      return (await run("npm", ["--no-fund", "--no-update-notifier", ...args], options)).stdout;
    },
  };
}

interface Lock {
  packages: Record<string, { version: string; resolved: string; integrity: string }>;
}

function packumentOf(name: string, dist: { tarball: string; integrity: string }): string {
  const versions = { "1.0.0": { name, version: "1.0.0", dist } };
  return JSON.stringify({ name, "dist-tags": { latest: "1.0.0" }, versions });
}

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gza-npm-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

async function lockOf({ folder }: { folder: string }): Promise<Lock> {
  return JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8")) as Lock;
}

async function packed(folder: string): Promise<Buffer> {
  await write(join(folder, "package", "package.json"), JSON.stringify({ name: "six", version: "1.0.0" }));
  await write(join(folder, "package", "index.js"), "module.exports = 6;\n");
  await run("tar", ["-czf", "six.tgz", "package"], { cwd: folder });
  return readFile(join(folder, "six.tgz"));
}

function integrityOf(bytes: Buffer): string {
  return `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

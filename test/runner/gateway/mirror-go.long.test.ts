/** Go at its mirror, where it is installed: what it downloads, and that nothing else is asked. */
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { has, mirrorOf, run, temporary } from "./managers.ts";
import { startRegistry } from "./mirror-front.ts";

const MODULE = "example.com/six";
const ZIP = `
import zipfile
with zipfile.ZipFile("six.zip", "w") as module:
    module.writestr("${MODULE}@v1.0.0/go.mod", "module ${MODULE}\\n")
    module.writestr("${MODULE}@v1.0.0/six.go", "package six\\n")
`;

describe.skipIf(!(await has("go", ["version"])))("go", () => {
  it("downloads a module, and refuses one that is not what its sum says", async () => {
    const home = await temporary();
    await run("python3", ["-c", ZIP], { cwd: home });
    const zip = await readFile(join(home, "six.zip"));
    const upstream = await startRegistry({
      [`/${MODULE}/@v/v1.0.0.info`]: JSON.stringify({ Version: "v1.0.0", Time: "2024-01-01T00:00:00Z" }),
      [`/${MODULE}/@v/v1.0.0.mod`]: `module ${MODULE}\n`,
      [`/${MODULE}/@v/v1.0.0.zip`]: zip,
    });
    const { mirror, env } = await mirrorOf("go", upstream.base, home);
    // The public database of sums knows no module of a test.
    const unlisted = { ...env, GONOSUMDB: "example.com", GOFLAGS: "-mod=mod", GOPATH: join(home, "go") };
    const project = join(home, "project");
    await mkdir(project);
    await writeFile(join(project, "go.mod"), `module own\n\ngo 1.19\n\nrequire ${MODULE} v1.0.0\n`);

    await run("go", ["mod", "download", "all"], { cwd: project, env: unlisted });
    const sums = await readFile(join(project, "go.sum"), "utf8");
    const code = await readFile(join(home, "go/pkg/mod", `${MODULE}@v1.0.0`, "six.go"), "utf8");
    const other = createHash("sha256").update("another").digest("base64");
    const changed = sums.replace(/^(\S+ v1\.0\.0) h1:\S+$/m, `$1 h1:${other}`);
    await writeFile(join(project, "go.sum"), changed);
    await run("go", ["clean", "-modcache"], { cwd: project, env: unlisted });
    const refused = run("go", ["mod", "download", "all"], { cwd: project, env: unlisted });

    await expect(refused).rejects.toThrow(/checksum mismatch|SECURITY ERROR/);
    expect(code).toBe("package six\n");
    expect(upstream.asked).toContain(`GET /${MODULE}/@v/v1.0.0.zip`);
    expect(mirror.record.hosts().refused).toEqual([]);
  });
});

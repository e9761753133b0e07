import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { hasBubblewrap, running, says } from "./opened.ts";

const program = join(import.meta.dirname, "one-program.ts");
const outer = "--unshare-user --uid 0 --gid 0 --unshare-pid --dev-bind / /".split(" ");

describe.skipIf(!(await hasBubblewrap()))("in a container that is itself a bubblewrap", () => {
  it("with rights of its own and a fresh /proc the sandbox holds as it does outside", async () => {
    const text = `mount -t proc proc /proc && exec "${process.execPath}" "${program}" auto 'id -un; grep -c . /proc/net/dev'`;
    const { stdout } = await promisify(execFile)("bwrap", [...outer, "--cap-add", "ALL", "bash", "-c", text]);

    expect(stdout).toBe("bubblewrap\nagent\n3\n");
  });

  it("that may make no /proc the weaker way is not taken: nothing starts", async () => {
    const inner = [...outer, "--proc", "/proc", process.execPath, program, "auto", "echo started"];
    const { code, out } = await new Promise<{ code: number | null; out: string }>((resolve) => {
      const child = execFile("bwrap", inner, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, out: stdout + stderr }),
      );
    });

    expect(code).toBe(1);
    expect(out).not.toContain("started");
    expect(out).toMatch(/This machine has no sandbox that holds \(bubblewrap: .*proc.*--privileged/);
  });
});

describe.skipIf(!(await hasBubblewrap()))("a runner that is killed", () => {
  it.each(process.getuid?.() === 0 ? ["auto", "uid"] : ["auto"])(
    "takes its programs with it (%s)",
    async (wanted) => {
      const mark = `stay-${randomUUID()}`;
      const text = `setsid env -i bash -c "exec -a ${mark} sleep 1000" </dev/null >/dev/null 2>&1 & until [ $(pgrep -cf "^${mark}") = 1 ]; do :; done; echo ready; sleep 1000`;
      const base = await mkdtemp(join(tmpdir(), "killed-"));
      const child = spawn(process.execPath, [program, wanted, text], {
        env: { ...process.env, TMPDIR: base },
      });
      await says({ child }, "ready");
      expect(await running(mark)).toHaveLength(1);
      child.kill("SIGKILL");

      await expect.poll(() => running(mark), { timeout: 20_000 }).toEqual([]);
      await rm(base, { recursive: true, force: true });
    },
  );
});

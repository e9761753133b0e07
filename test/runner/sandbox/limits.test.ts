import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { usualBounds } from "../../../src/runner/sandbox/limits.ts";
import { openBubblewrap } from "../../../src/runner/sandbox/open-bubblewrap.ts";
import type { SandboxOptions } from "../../../src/runner/sandbox/open-sandbox.ts";
import type { Rooms, Sandbox } from "../../../src/runner/sandbox/sandbox.ts";
import { hasBubblewrap, openedSandbox, type Opened } from "./opened.ts";

const MIB = 1024 ** 2;

describe.skipIf(!(await hasBubblewrap()))("a sandbox bounds", () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openedSandbox({
      bounds: { processes: 96, memory: 256 * MIB, file: 16 * MIB, tmp: 8 * MIB },
    });
  });
  afterAll(() => opened.close());

  it("the processes of a fork bomb, and says so", async ({ skip }) => {
    skip(opened.sandbox.limits !== "cgroup", "this machine lets nobody make a control group");
    const { out, bound } = await opened.run(
      `exec perl -e 'for (1..500) { my $p = fork; last if !defined $p; if (!$p) { sleep 1000; exit } $n++ } print $n'`,
    );

    expect(Number(out)).toBeGreaterThan(10);
    expect(Number(out)).toBeLessThan(96);
    expect(bound).toContain("more than 96 processes");
  });

  it("memory, and says so", async ({ skip }) => {
    skip(opened.sandbox.limits !== "cgroup", "this machine lets nobody make a control group");
    const { code, signal, bound } = await opened.run(
      `exec perl -e '$x = "x" x (600 * 1024 * 1024); print "got it"'`,
    );

    expect({ code, signal }).toEqual({ code: null, signal: "SIGKILL" });
    expect(bound).toContain("more than 256 MiB of memory");
  });

  it("nothing of the next program by what the last one did", async () => {
    expect(await opened.run("echo well")).toMatchObject({ out: "well\n", code: 0, bound: null });
  });

  it.each(["/tmp", "/dev/shm"])("%s", async (folder) => {
    const { out } = await opened.run(
      `head -c ${20 * MIB} /dev/zero > ${folder}/big; stat -c %s ${folder}/big`,
    );

    expect(out).toContain("No space left on device");
    expect(Number(out.trim().split("\n").at(-1))).toBeLessThanOrEqual(8 * MIB);
  });

  it("the size of one file", async () => {
    await opened.run(`head -c ${20 * MIB} /dev/zero > big`);

    expect((await stat(join(opened.clone, "big"))).size).toBe(16 * MIB);
  });

  it("what a dying program leaves: no dump of its memory", async () => {
    const { out } = await opened.run("ulimit -c; ulimit -Hc");

    expect(out).toBe("0\n0\n");
  });
});

describe.skipIf(!(await hasBubblewrap()))("a disk that fills up", () => {
  it("ends everything inside, and says so", async () => {
    const opened = await openedSandbox({ open: onFullDisk });
    const { bound } = await opened.run("sleep 1000");

    expect(bound).toContain("were free on the disk");
    await opened.close();
  });
});

/** So much is free on no disk: the first look at it finds too little. A probe would find that too, so there is none. */
async function onFullDisk(rooms: Rooms, { temp }: SandboxOptions): Promise<Sandbox> {
  const machine = { path: process.env["PATH"] ?? "", home: homedir(), toolcaches: [], runner: null, temp };
  const bounds = { ...(await usualBounds(rooms.clone)), free: Number.MAX_SAFE_INTEGER };
  const sandbox = await openBubblewrap(rooms, machine, bounds);
  if (typeof sandbox === "string") throw new Error(sandbox);
  return sandbox;
}

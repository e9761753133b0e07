/** The bounds of a sandbox: processes, memory, files and disks; whatever meets one ends with a sentence that says so. */
import { stat } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { disksOf, usualBounds, type Bounds } from "../../../src/runner/sandbox/limits.ts";
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
    const opened = await openedSandbox({ open: onFullDisk({ free: Number.MAX_SAFE_INTEGER }) });
    const { bound } = await opened.run("sleep 1000");

    expect(bound).toContain("were free on the disk");
    await opened.close();
  });

  it("ends everything inside where there is no room for more files", async () => {
    const opened = await openedSandbox({ open: onFullDisk({ files: Number.MAX_SAFE_INTEGER }) });
    const { bound } = await opened.run("sleep 1000");

    expect(bound).toMatch(/less than room for \d+ files was free on the disk/);
    await opened.close();
  });
});

it("watches every disk that has a room", async ({ skip }) => {
  const [clone, home] = [tmpdir(), "/dev/shm"];
  const devices = await Promise.all(
    [clone, home].map((path) =>
      stat(path).then(
        ({ dev }) => dev,
        () => 0,
      ),
    ),
  );
  skip(devices[1] === 0 || devices[0] === devices[1], "this machine has one disk");
  const bounds = await usualBounds(clone);
  const rooms = { clone, home, readable: [], gateway: "" };

  expect((await disksOf(rooms, bounds)).map(({ path }) => path)).toEqual([clone, home]);
  expect(await disksOf({ ...rooms, home: clone }, bounds)).toHaveLength(1);
});

/** So much is free on no disk: the first look at it finds too little. A probe would find that too, so there is none. */
function onFullDisk(full: Partial<Bounds>): (rooms: Rooms, options: SandboxOptions) => Promise<Sandbox> {
  return async (rooms, { temp }) => {
    const machine = { path: process.env["PATH"] ?? "", home: homedir(), toolcaches: [], runner: null, temp };
    const sandbox = await openBubblewrap(rooms, machine, { ...(await usualBounds(rooms.clone)), ...full });
    if (typeof sandbox === "string") throw new Error(sandbox);
    return sandbox;
  };
}

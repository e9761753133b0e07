/** What a sandbox shows of a machine, and how bubblewrap is told. */
import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bubblewrapArguments } from "../../../src/runner/sandbox/bubblewrap.ts";
import { layOut, runnerOf, type Layout, type Machine } from "../../../src/runner/sandbox/layout.ts";
import { seccompFilter } from "../../../src/runner/sandbox/seccomp.ts";
import { installSandbox } from "../../../src/runner/sandbox/install.ts";
import type { Rooms } from "../../../src/runner/sandbox/sandbox.ts";

describe("the layout of a sandbox", () => {
  let base: string;
  let rooms: Rooms;
  let machine: Machine;
  beforeEach(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), "layout-")));
    for (const folder of ["work/clone", "work/temp/gza/home", "person/tools/bin", "person/.rustup", "cache"])
      await mkdir(join(base, folder), { recursive: true });
    const temp = join(base, "work/temp/gza");
    rooms = {
      clone: join(base, "work/clone"),
      home: join(temp, "home"),
      readable: [],
      gateway: join(base, "socket"),
    };
    machine = {
      path: "/usr/bin",
      home: join(base, "person"),
      toolcaches: [join(base, "cache")],
      runner: null,
      temp,
    };
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  it("shows folders of programs, of tools, and the toolchains of a person", async () => {
    const layout = await layOut(rooms, { ...machine, path: `${base}/person/tools/bin/:/usr/bin:/no/such` });

    expect(ownOf(layout)).toEqual(["cache", "person/.rustup", "person/tools/bin"]);
    expect(layout.writable.map(({ target }) => target)).toEqual([rooms.clone, rooms.home]);
  });

  it.each([
    ["the root", "/"],
    ["the home of the person", "BASE/person"],
    ["what holds the home", "BASE"],
    ["the runner's folder", "BASE/work/temp/gza"],
    ["what holds the runner's folder", "BASE/work/temp"],
    ["a folder in it", "BASE/work/temp/gza/home"],
    ["a relative folder", "person/tools/bin"],
    ["/tmp", "/tmp"],
    ["settings of the machine", "/etc/ssh"],
    ["sockets of the machine", "/run"],
    ["a link to the home", "BASE/link"],
  ])("never shows %s because the search path names it", async (_, path) => {
    await symlink(join(base, "person"), join(base, "link"));
    const layout = await layOut(rooms, { ...machine, path: path.replace("BASE", base) });

    expect(ownOf(layout)).toEqual(["cache", "person/.rustup"]);
    expect(layout.readable.map(({ target }) => target)).not.toContain(path);
  });

  it("never shows the folder of GitHub's runner because the search path names one around it", async () => {
    const runner = join(base, "person/tools/runner");
    await mkdir(join(runner, "bin"), { recursive: true });
    const path = `${base}/person/tools:${runner}:${runner}/bin`;

    expect(ownOf(await layOut(rooms, { ...machine, path, runner }))).toEqual([
      "cache",
      "person/.rustup",
      "person/tools/runner/bin",
    ]);
    expect(runnerOf("/opt/runner/externals/node24/bin/node")).toBe("/opt/runner");
    expect(runnerOf("/usr/bin/node")).toBe(null);
  });

  it("shows no passwords, keys or accounts of the machine", async () => {
    const { readable } = await layOut(rooms, machine);
    const shown = readable.flatMap(({ target }) => (target.startsWith("/etc/") ? [target] : []));

    expect(
      shown.filter((path) =>
        /shadow|sudo|ssh$|private|npmrc|environment|docker|^\/etc\/(?:ssl|maven)$/.test(path),
      ),
    ).toEqual([]);
  });

  it.each([
    ["clone", (): Partial<Rooms> => ({ clone: join(base, "work") })],
    ["home", (): Partial<Rooms> => ({ home: machine.temp })],
    ["readable room", (): Partial<Rooms> => ({ readable: [base] })],
  ])("takes no %s that holds the runner's folder", async (_, other) => {
    await expect(layOut({ ...rooms, ...other() }, machine)).rejects.toThrow("must not hold");
  });

  it("puts a link of a room to both of its places", async () => {
    await symlink(join(base, "person/tools"), join(base, "agent"));
    const { readable } = await layOut({ ...rooms, readable: [join(base, "agent")] }, machine);

    expect(readable).toContainEqual({ source: join(base, "person/tools"), target: join(base, "agent") });
    expect(readable).toContainEqual({
      source: join(base, "person/tools"),
      target: join(base, "person/tools"),
    });
  });

  function ownOf({ readable }: Layout): string[] {
    return readable
      .flatMap(({ target }) => (target.startsWith(`${base}/`) ? [target.slice(base.length + 1)] : []))
      .toSorted();
  }
});

describe("the command line of bubblewrap", () => {
  const program = { file: "x", args: [], cwd: "/clone", env: { PATH: "/usr/bin", EMPTY: "" } };
  const wrapping = {
    layout: {
      links: [{ path: "/bin", text: "usr/bin" }],
      readable: [{ source: "/usr", target: "/usr" }],
      writable: [{ source: "/clone", target: "/clone" }],
    },
    placed: [{ source: "/t/passwd", target: "/etc/passwd" }],
    tmpBytes: 1000,
    canDisableUserns: true,
    covered: ["/proc/sys"],
    seccomp: 4,
  };

  it("names all that is inside, in this order", () => {
    const line = bubblewrapArguments(wrapping, program).join(" ");

    expect(line).toBe(
      [
        "--unshare-user --unshare-pid --unshare-net --unshare-ipc --unshare-uts --unshare-cgroup-try",
        "--uid 1000 --gid 1000 --hostname sandbox --disable-userns --die-with-parent --clearenv",
        "--proc /proc --ro-bind /proc/sys /proc/sys --dev /dev",
        "--perms 1777 --size 1000 --tmpfs /dev/shm --remount-ro /dev",
        "--perms 1777 --size 1000 --tmpfs /tmp --symlink /tmp /var/tmp --symlink usr/bin /bin",
        "--ro-bind /usr /usr --ro-bind /t/passwd /etc/passwd --bind /clone /clone --remount-ro /",
        "--seccomp 4 --setenv PATH /usr/bin --setenv EMPTY  --chdir /clone --",
      ].join(" "),
    );
  });

  it("leaves out what an older bubblewrap does not know", () => {
    const older = { ...wrapping, tmpBytes: null, canDisableUserns: false, seccomp: null };
    const line = bubblewrapArguments(older, program);

    expect(line.filter((word) => /^--(size|disable-userns|seccomp)$/.test(word))).toEqual([]);
  });
});

describe("the filter of system calls", () => {
  it.each(["x64", "arm64"])(
    "is whole instructions, whose jumps stay inside, and ends with an answer (%s)",
    (kind) => {
      const filter = seccompFilter(kind) ?? Buffer.alloc(0);
      const count = filter.length / 8;
      const at = [...Array(count).keys()];

      expect(Number.isInteger(count) && count > 40).toBe(true);
      expect(
        at.filter(
          (i) => i + 1 + Math.max(filter.readUInt8(i * 8 + 2), filter.readUInt8(i * 8 + 3)) >= count + 0,
        ),
      ).toEqual([count - 1]);
      expect(filter.readUInt16LE((count - 1) * 8)).toBe(6);
    },
  );

  it("is not made up for a machine that nobody has looked at", () => {
    expect(seccompFilter("riscv64")).toBe(null);
  });
});

describe("what is installed", () => {
  it("is nothing, where the machine is not GitHub's own", async () => {
    expect(await installSandbox({})).toEqual([]);
  });
});

/** Bounds what programs inside use of the machine together: a control group where one can be made, else limits of each process. */
import { randomUUID } from "node:crypto";
import { access, readFile, stat, statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import { dirname, join } from "node:path";
import { quoted, shellOfRoot, succeeds } from "./root-shell.ts";
import type { Rooms } from "./sandbox.ts";

export interface Bounds {
  processes: number;
  /** Bytes. */
  memory: number;
  /** Bytes of one file. */
  file: number;
  /** Bytes of one folder in memory, as `/tmp`. */
  tmp: number;
  /** Free bytes on the disk of the clone at which everything inside is ended. */
  free: number;
  /** The same for how many files there is still room for; 0: that disk does not count them. */
  files: number;
}

/** A disk that programs inside can write to, by a folder on it, and what must stay free there. */
export interface Disk extends Pick<Bounds, "free" | "files"> {
  path: string;
}

export interface Limits {
  kind: "cgroup" | "rlimit";
  /** Text for bash that bounds the shell which runs it, and by that what it becomes. It fails where the bounds cannot be set. */
  enter: string;
  /** Which bound programs have met since the last call, as one sentence; null: none. */
  met(): Promise<string | null>;
  /**
   * Resolves when no process is left inside. Thousands that would not sleep take seconds to end, so it waits for a minute at most. Without a
   * control group nobody can tell, so at once.
   */
  emptied(): Promise<void>;
  close(): Promise<void>;
}

const GIB = 1024 ** 3;

/** For this machine, with its clone in `room`. A disk that is nearly full at the start lets programs begin all the same. */
export async function usualBounds(room: string): Promise<Bounds> {
  const memory = totalmem();
  const { bsize, blocks, bavail, files, ffree } = await statfs(room);
  return {
    processes: 2048,
    memory: Math.floor(memory * 0.85),
    file: 8 * GIB,
    tmp: Math.floor(Math.min(4 * GIB, memory / 4)),
    free: Math.floor(Math.min(Math.max(GIB, 0.05 * blocks * bsize), (bavail * bsize) / 2)),
    files: Math.floor(Math.min(0.05 * files, ffree / 2)),
  };
}

/** One where all rooms lie on the same. */
export async function disksOf({ clone, home }: Rooms, bounds: Bounds): Promise<Disk[]> {
  const { free, files } = bounds;
  const first = { path: clone, free, files };
  if ((await stat(clone)).dev === (await stat(home)).dev) return [first];
  const other = await usualBounds(home);
  return [first, { path: home, free: other.free, files: other.files }];
}

export async function openLimits(bounds: Bounds): Promise<Limits> {
  const always = `ulimit -c 0; ulimit -f ${Math.ceil(bounds.file / 1024)}`;
  const name = `gza-${randomUUID()}`;
  for (const place of await placesFor(name)) {
    const group = await makeGroup(place, bounds);
    if (group !== null) return { ...group, enter: `${always}; ${group.enter}` };
  }
  return {
    kind: "rlimit",
    // To the kernel it is a bound for every user but root.
    enter: `${always}; ulimit -u ${bounds.processes}`,
    met: async () => null,
    emptied: async () => undefined,
    close: async () => undefined,
  };
}

/** Folders that make up one control group: of version 2 a single one, of version 1 one for each controller. */
interface Place {
  version: 1 | 2;
  processes: string;
  memory: string;
}

/** Where a group of that name could be made, the likeliest first; whether it can, the kernel says. */
async function placesFor(name: string): Promise<Place[]> {
  const mounts = (await readFile("/proc/self/mounts", "utf8")).split("\n").map((line) => line.split(" "));
  const own = (await readFile("/proc/self/cgroup", "utf8")).split("\n").map((line) => line.split(":"));
  const foldersOf = (controller: string): string[] => {
    const mount = mounts.find(
      ([, , type, options]) => type === "cgroup" && options?.split(",").includes(controller),
    )?.[1];
    if (mount === undefined) return [];
    const path = own.find(([, controllers]) => controllers?.split(",").includes(controller))?.[2] ?? "/";
    // In a container its own group is the root of what is mounted, and the path is of the machine outside.
    return [...new Set([join(mount, path, name), join(mount, name)])];
  };
  const places: Place[] = [];
  for (const processes of foldersOf("pids"))
    for (const memory of foldersOf("memory")) places.push({ version: 1, processes, memory });
  for (const [, mount, type] of mounts) {
    if (type !== "cgroup2" || mount === undefined) continue;
    places.push({ version: 2, processes: join(mount, name), memory: join(mount, name) });
  }
  return places;
}

async function makeGroup(place: Place, bounds: Bounds): Promise<Limits | null> {
  const folders = [...new Set([place.processes, place.memory])];
  const { lines, facts } = place.version === 2 ? version2(place, bounds) : version1(place, bounds);
  const shell = await shellOfRoot();
  if (shell === null) return null;
  const removal = folders.map((folder) => `rmdir ${quoted(folder)} 2>/dev/null`).join("; ");
  const made = await succeeds(shell, `set -e; mkdir ${folders.map(quoted).join(" ")}; ${lines.join("; ")}`);
  if (!made) {
    await succeeds(shell, removal);
    return null;
  }
  const joined = (pid: string): string =>
    folders.map((folder) => `echo ${pid} > ${quoted(join(folder, "cgroup.procs"))}`).join(" && ");
  const enter = shell.length === 1 ? joined("$$") : `${shell.join(" ")} -c ${quoted(joined("$0"))} $$`;
  const processes = join(place.processes, "cgroup.procs");
  let seen = { memory: 0, processes: 0 };
  return {
    kind: "cgroup",
    enter,
    met: async () => {
      const now = await facts();
      const before = seen;
      seen = now;
      if (now.memory > before.memory)
        return `The system ended a process inside the sandbox, because all of them together used more than ${mebibytes(bounds.memory)} of memory.`;
      if (now.processes > before.processes)
        return `Programs inside the sandbox wanted more than ${bounds.processes} processes at once.`;
      return null;
    },
    emptied: async () => {
      for (let round = 0; round < 2400; round += 1) {
        if ((await readFile(processes, "utf8")) === "") return;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    close: async () => {
      const kills = `while read -r pid; do kill -KILL "$pid"; done < ${quoted(processes)}`;
      for (let round = 0; round < 200 && (await isThere(place.processes)); round += 1) {
        await succeeds(shell, `{ ${kills}; } 2>/dev/null; ${removal}`);
        if (round > 0) await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
  };
}

interface Version {
  /** Shell text that sets the bounds. */
  lines: string[];
  /** How often each bound has been met. */
  facts: () => Promise<{ memory: number; processes: number }>;
}

/** Swap is closed only where it is counted. */
function version2({ processes: folder }: Place, bounds: Bounds): Version {
  const at = (name: string): string => quoted(join(folder, name));
  const control = quoted(join(dirname(folder), "cgroup.subtree_control"));
  return {
    lines: [
      `{ [ -e ${at("memory.max")} ] && [ -e ${at("pids.max")} ]; } || echo "+memory +pids" > ${control}`,
      `echo ${bounds.memory} > ${at("memory.max")}`,
      `echo ${bounds.processes} > ${at("pids.max")}`,
      `if [ -e ${at("memory.swap.max")} ]; then echo 0 > ${at("memory.swap.max")}; fi`,
    ],
    facts: async () => ({
      memory: await countIn(join(folder, "memory.events"), "oom_kill"),
      processes: await countIn(join(folder, "pids.events"), "max"),
    }),
  };
}

function version1({ processes, memory }: Place, bounds: Bounds): Version {
  const withSwap = quoted(join(memory, "memory.memsw.limit_in_bytes"));
  return {
    lines: [
      `echo ${bounds.memory} > ${quoted(join(memory, "memory.limit_in_bytes"))}`,
      `if [ -e ${withSwap} ]; then echo ${bounds.memory} > ${withSwap}; fi`,
      `echo ${bounds.processes} > ${quoted(join(processes, "pids.max"))}`,
    ],
    facts: async () => ({
      memory: await countIn(join(memory, "memory.oom_control"), "oom_kill"),
      processes: await countIn(join(processes, "pids.events"), "max"),
    }),
  };
}

async function countIn(file: string, key: string): Promise<number> {
  const line = (await readFile(file, "utf8")).split("\n").find((text) => text.startsWith(`${key} `));
  return Number(line?.slice(key.length + 1) ?? 0);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}

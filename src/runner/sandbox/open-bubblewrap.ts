/** The sandbox of bubblewrap on this machine: what it needs is laid out once, and each program gets a root of its own. */
import { execFile } from "node:child_process";
import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { BUBBLEWRAP_USER, bubblewrapArguments, COVERABLE } from "./bubblewrap.ts";
import { confinedSandbox, type Confinement } from "./confined.ts";
import { layOut, type Machine } from "./layout.ts";
import { disksOf, openLimits, type Bounds } from "./limits.ts";
import { INSIDE, placeFiles } from "./placed.ts";
import { quoted } from "./root-shell.ts";
import type { Rooms, Sandbox } from "./sandbox.ts";
import { seccompFilter } from "./seccomp.ts";

/** The open file from which bubblewrap reads the filter of system calls. */
const FILTER_FILE = 4;

const run = promisify(execFile);

/** Whether this machine's bubblewrap works, only a program inside can tell. */
export async function openBubblewrap(
  rooms: Rooms,
  machine: Machine,
  bounds: Bounds,
): Promise<Sandbox | string> {
  const bubblewrap = await findBubblewrap(machine.path);
  if (bubblewrap === null) return "it is not installed";
  const { file, version } = bubblewrap;
  const layout = await layOut(rooms, machine);
  const folder = join(machine.temp, "sandbox");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const placed = await placeFiles(join(folder, "etc"), rooms, BUBBLEWRAP_USER);
  const covered: string[] = [];
  for (const path of COVERABLE) if (await isThere(path)) covered.push(path);
  const filter = seccompFilter(process.arch);
  const filterFile = join(folder, "filter");
  if (filter !== null) await writeFile(filterFile, filter);
  const limits = await openLimits(bounds);
  const wrapping = {
    layout,
    placed,
    covered,
    seccomp: filter === null ? null : FILTER_FILE,
    tmpBytes: version >= 0.7 ? bounds.tmp : null,
    canDisableUserns: version >= 0.8,
  };
  const confinement: Confinement = {
    around: (program) => [file, ...bubblewrapArguments(wrapping, program)],
    inside: INSIDE,
    limits,
    // Ignored signals stay ignored in bubblewrap; Node, the first inside, takes them up again.
    last: () =>
      `trap '' INT TERM HUP; exec "$@"${filter === null ? "" : ` ${FILTER_FILE}<${quoted(filterFile)}`}`,
    whenQuiet: async () => undefined,
    folder,
    disks: await disksOf(rooms, bounds),
  };
  return confinedSandbox("bubblewrap", confinement);
}

/** The program and its version, as 0.8. */
async function findBubblewrap(path: string): Promise<{ file: string; version: number } | null> {
  for (const folder of path.split(":").filter((name) => name.startsWith("/"))) {
    const file = join(folder, "bwrap");
    if (!(await isThere(file))) continue;
    const { stdout } = await run(file, ["--version"]);
    return { file, version: Number(/(\d+\.\d+)/.exec(stdout)?.[1] ?? 0) };
  }
  return null;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

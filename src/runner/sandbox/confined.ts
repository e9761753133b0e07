/** A sandbox made of a confining command: polite signals get through it, its exit tells how the program itself ended. */
import { randomUUID } from "node:crypto";
import { open, rm, statfs, type FileHandle } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import {
  PATIENCE,
  startGroup,
  type Exit,
  type Group,
  type Patience,
  type Program,
  type Start,
} from "../process-group.ts";
import type { Disk, Limits } from "./limits.ts";
import { quoted } from "./root-shell.ts";
import type { Sandbox } from "./sandbox.ts";

export interface Confinement {
  /** The confining command for a program; the program's own command line follows it. */
  around: (program: Program) => string[];
  /** Started inside before the program, with it as arguments. */
  inside: readonly string[];
  limits: Limits;
  /** Text for bash that runs its arguments confined, with `told` as their open file 3. */
  last: (told: string) => string;
  /** Done whenever no program is left inside. */
  whenQuiet: () => Promise<void>;
  /** The runner's folder for what is laid out, out of sight of the programs. */
  folder: string;
  /** Kept from being filled: before that everything inside is ended. */
  disks: readonly Disk[];
}

/** Folders of root's own programs, which the search path of a user may lack. */
const SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What `inside` leaves. */
const Told = z.object({
  code: z.number().nullable(),
  signal: z.string().nullable(),
  failure: z.string().nullable(),
});

const MAX_TOLD_BYTES = 4096;
/** Milliseconds; a fast disk takes 2 GB in it. */
const DISK_WATCH = 1000;

export function confinedSandbox(kind: Sandbox["kind"], confinement: Confinement): Sandbox {
  const { limits, folder, whenQuiet } = confinement;
  const live = new Set<Group>();
  const start: Start = (program, patience) => {
    const inner = startConfined(confinement, program, patience);
    const exit = inner.exit.then(async (end) => {
      live.delete(group);
      if (live.size === 0) await whenQuiet();
      return end;
    });
    // The control group is looked at after the end of the program: whoever waits for the end waits for that too.
    const and = (end: () => Promise<void>) => async (): Promise<void> => {
      await end();
      await exit;
    };
    const group: Group = { child: inner.child, exit, stop: and(inner.stop), sweep: and(inner.sweep) };
    live.add(group);
    return group;
  };
  const close = async (): Promise<void> => {
    await Promise.all([...live].map((group) => group.stop()));
    await limits.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { kind, limits: limits.kind, start, close };
}

function startConfined(confinement: Confinement, program: Program, patience: Patience = PATIENCE): Group {
  const { around, inside, limits, last, folder } = confinement;
  const told = join(folder, `end-${randomUUID()}`);
  const text = [
    // What the runner's own parents have left open would be open inside too.
    'for open in /proc/self/fd/*; do fd=${open##*/}; [ $fd -le 2 ] || eval "exec $fd>&-"; done',
    `exec 3>${quoted(told)}`,
    `{ ${limits.enter}; } || exit 125`,
    last(told),
  ].join("\n");
  const args = ["--noprofile", "--norc", "-c", text, "bash", ...around(program), ...inside, program.file];
  const group = startGroup(
    {
      file: "bash",
      args: [...args, ...program.args],
      cwd: "/",
      env: { PATH: `${process.env["PATH"] ?? ""}:${SYSTEM_PATH}` },
    },
    patience,
  );
  const watch = watchDisks(confinement.disks, () => group.stop());
  const exit = group.exit.then(async (end): Promise<Exit> => {
    watch.end();
    await limits.emptied();
    const bound = watch.met() ?? (await limits.met());
    return { ...(await faithful(end, told)), bound };
  });
  return { child: group.child, exit, stop: group.stop, sweep: group.sweep };
}

/** How the program itself ended, of which the confining command knows only a number. */
async function faithful(end: Exit, file: string): Promise<Exit> {
  const line = await lastLine(file);
  await rm(file, { force: true });
  if (line === null) {
    if (end.failure !== null || end.code === null) return end;
    const failure = new Error(
      `the sandbox ended with ${end.code} before the program began; the log of this step says more`,
    );
    return { code: null, signal: null, failure };
  }
  const { code, signal, failure } = line;
  return {
    code,
    signal: isSignal(signal) ? signal : null,
    failure: failure === null ? null : new Error(failure),
  };
}

async function lastLine(file: string): Promise<z.infer<typeof Told> | null> {
  const handle = await openOrNull(file);
  if (handle === null) return null;
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(MAX_TOLD_BYTES),
      0,
      MAX_TOLD_BYTES,
      Math.max(0, size - MAX_TOLD_BYTES),
    );
    const line = buffer.toString("utf8", 0, bytesRead).trimEnd().split("\n").at(-1) ?? "";
    return line === "" ? null : Told.parse(JSON.parse(line));
  } catch (error) {
    // The programs inside can reach the file too: what is no line of `inside` says nothing.
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  } finally {
    await handle.close();
  }
}

async function openOrNull(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, "r");
  } catch (error) {
    // The shell that makes it was ended before.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function isSignal(name: string | null): name is NodeJS.Signals {
  return name !== null && Object.hasOwn(constants.signals, name);
}

interface DiskWatch {
  met(): string | null;
  end(): void;
}

function watchDisks(disks: readonly Disk[], stop: () => Promise<void>): DiskWatch {
  let met: string | null = null;
  const look = async (disk: Disk): Promise<void> => {
    const { bsize, bavail, ffree } = await statfs(disk.path);
    const isFull = bavail * bsize < disk.free;
    if (met !== null || !(isFull || ffree < disk.files)) return;
    clearInterval(timer);
    const left = isFull
      ? `${Math.round(disk.free / 1024 ** 2)} MiB were`
      : `room for ${disk.files} files was`;
    met = `Everything inside the sandbox was ended, because less than ${left} free on the disk.`;
    await stop();
  };
  const timer = setInterval(() => disks.forEach((disk) => void look(disk)), DISK_WATCH);
  return { met: () => met, end: () => clearInterval(timer) };
}

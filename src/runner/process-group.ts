/** Starts a program in a process group of its own and ends it with all that it has started. */
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";

export interface Program {
  file: string;
  args: readonly string[];
  cwd: string;
  env: Record<string, string>;
}

export interface Exit {
  /** null: a signal ended it, or it never started. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Why it could not be started; null: it was. */
  failure: Error | null;
  /** Which bound of its sandbox the program met, as one sentence; null or missing: none that is known. */
  bound?: string | null;
}

/** How a program is started: `startGroup`, or a sandbox's own way. */
export type Start = (program: Program, patience?: Patience) => Group;

export interface Group {
  child: ChildProcessWithoutNullStreams;
  exit: Promise<Exit>;
  /** Asks politely, then firmly, then kills; resolves when nothing of the group is left. */
  stop(): Promise<void>;
  /** After the program's own end: kills what it has left behind and reads what it had still written. */
  sweep(): Promise<void>;
}

/** Milliseconds between SIGINT, SIGTERM and SIGKILL. */
export interface Patience {
  interrupt: number;
  terminate: number;
}

/** GitHub gives a cancelled step ten seconds in all (SIGINT, after 7.5 s SIGTERM, after 2.5 s SIGKILL); the work must be saved in them too. */
export const PATIENCE: Patience = { interrupt: 3000, terminate: 1500 };

/** Milliseconds in which the output of a program that has ended must have been read. */
const DRAIN = 5000;

/** Every process of the group inherits this variable; by it those are found that left the group (`setsid`). */
const MARK = "GZA_PROCESS";

export function startGroup(program: Program, patience: Patience = PATIENCE): Group {
  const mark = randomUUID();
  const child = spawn(program.file, program.args, {
    cwd: program.cwd,
    env: { ...program.env, [MARK]: mark },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const exit = new Promise<Exit>((resolve) => {
    child.on("error", (failure) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, failure });
    });
    child.on("exit", (code, signal) => resolve({ code, signal, failure: null }));
  });
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const sweep = async (): Promise<void> => {
    signalGroup(child, "SIGKILL");
    await killMarked(mark);
    // A process that hid from the sweep may hold the pipes open for ever: it is not waited for.
    if (child.pid !== undefined && !(await endsWithin(closed, DRAIN))) {
      child.stdout.destroy();
      child.stderr.destroy();
    }
  };
  const stop = async (): Promise<void> => {
    signalGroup(child, "SIGINT");
    if (!(await endsWithin(exit, patience.interrupt))) {
      signalGroup(child, "SIGTERM");
      await endsWithin(exit, patience.terminate);
    }
    signalGroup(child, "SIGKILL");
    await exit;
    await sweep();
  };
  return { child, exit, stop, sweep };
}

/** What a program of the agent's side gets of this process: no token, no `GITHUB_*`, `ACTIONS_*`, `INPUT_*` or `RUNNER_*`. */
export function scrubbedEnvironment(home: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
    HOME: home,
    LANG: "C.UTF-8",
    CI: "1",
  };
}

/** Resolves when the signal is given; never, if it is not. */
export function aborted(signal: AbortSignal): Promise<"aborted"> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve("aborted");
    signal.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // ESRCH: nobody of the group is left, which is what was wanted.
    if (!isErrno(error, "ESRCH")) throw error;
  }
}

async function endsWithin(exit: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), milliseconds);
  const ended = await Promise.race([exit.then(() => true), promise]);
  clearTimeout(timer);
  return ended;
}

/** Looks again until a round finds nobody: what was started meanwhile carries the mark too. */
async function killMarked(mark: string): Promise<void> {
  if (process.platform !== "linux") return;
  for (let round = 0; round < 20; round += 1) {
    const pids = await markedProcesses(mark);
    if (pids.length === 0) return;
    for (const pid of pids) killOne(pid);
  }
}

async function markedProcesses(mark: string): Promise<number[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const marked = await Promise.all(names.map(async (name) => ({ name, found: await carries(name, mark) })));
  return marked.filter((entry) => entry.found).map((entry) => Number(entry.name));
}

async function carries(pid: string, mark: string): Promise<boolean> {
  try {
    return (await readFile(`/proc/${pid}/environ`, "latin1")).includes(`${MARK}=${mark}`);
  } catch (error) {
    // Gone meanwhile, or another user's process, which is not ours to end.
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].some((code) => isErrno(error, code))) return false;
    throw error;
  }
}

function killOne(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!isErrno(error, "ESRCH")) throw error;
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

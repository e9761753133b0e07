/** Starts a step's process in a process group of its own, hands over its output line by line, and ends the whole group. */
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import type { Readable } from "node:stream";

export interface Command {
  file: string;
  arguments: string[];
  directory: string;
  environment: Record<string, string>;
  onLine: (line: string) => void;
}

export interface Running {
  /** Exit code; null when a signal ended it. Rejects when the program could not be started. */
  ended: Promise<number | null>;
  signal: (name: NodeJS.Signals) => void;
}

/** Once the program has ended, how long its output may be kept open by what it left behind. */
const DRAIN_MILLISECONDS = 500;

/** The kernel lets nobody look at a process that it moves to another control group or keeps short of memory: so long a stranger's is waited for. */
const LOOK_MILLISECONDS = 15_000;

export function startProcess(command: Command): Running {
  const child = spawn(command.file, command.arguments, {
    cwd: command.directory,
    env: command.environment,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const flushes = [readLines(child.stdout, command.onLine), readLines(child.stderr, command.onLine)];
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      const finish = (): void => {
        clearTimeout(timer);
        for (const flush of flushes) flush();
        child.stdout.destroy();
        child.stderr.destroy();
        resolve(code);
      };
      const timer = setTimeout(finish, DRAIN_MILLISECONDS);
      child.once("close", finish);
    });
  });
  return { ended, signal: (name) => signalGroup(child.pid, name) };
}

/**
 * Kills every process that carries this tracking id in its environment, also those that left their group, as the
 * runner does when a job ends ("Cleaning up orphan processes"). Only Linux shows what is needed for it.
 */
export async function killTracked(trackingId: string): Promise<void> {
  if (process.platform !== "linux") return;
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const { promise: late, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve(""), LOOK_MILLISECONDS);
  const looks = ids.map(async (id) => {
    const environment = id === process.pid ? "" : await Promise.race([environmentOf(id), late]);
    if (environment.includes(`RUNNER_TRACKING_ID=${trackingId}\0`)) signalProcess(id, "SIGKILL");
  });
  await Promise.all(looks);
  clearTimeout(timer);
}

/** Calls back for every whole line; the returned function hands over what is left. */
function readLines(stream: Readable, onLine: (line: string) => void): () => void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  return () => {
    if (rest !== "") onLine(rest);
    rest = "";
  };
}

function signalGroup(leader: number | undefined, name: NodeJS.Signals): void {
  if (leader !== undefined) signalProcess(-leader, name);
}

function signalProcess(id: number, name: NodeJS.Signals): void {
  try {
    process.kill(id, name);
  } catch (error) {
    // Gone already is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function environmentOf(id: number): Promise<string> {
  try {
    return await readFile(`/proc/${id}/environ`, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A process of somebody else, or one that ended while we looked.
    if (code === "EACCES" || code === "ENOENT" || code === "ESRCH" || code === "EPERM") return "";
    throw error;
  }
}

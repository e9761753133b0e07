/** Runs git on a bare repository, free of every setting of the machine and of whoever started the server. */
import { spawn } from "node:child_process";

export interface GitOptions {
  stdin?: string | Uint8Array;
  /** Added to the scrubbed environment. */
  env?: Record<string, string>;
}

export interface GitResult {
  code: number;
  stdout: Buffer;
  stderr: string;
}

/** Runs git and returns what it printed. Throws, with git's own words, when it fails. */
export async function git(directory: string, args: string[], options: GitOptions = {}): Promise<Buffer> {
  const result = await tryGit(directory, args, options);
  if (result.code === 0) return result.stdout;
  throw new Error(`git ${args[0]} failed in ${directory} (${result.code}): ${result.stderr.trim()}`);
}

/** As `git`, for answers that are text: the newline at the end is taken off. */
export async function gitText(directory: string, args: string[], options: GitOptions = {}): Promise<string> {
  return (await git(directory, args, options)).toString("utf8").replace(/\n$/, "");
}

/** Runs git where failing is one of the answers. Throws only when git cannot be started. */
export function tryGit(directory: string, args: string[], options: GitOptions = {}): Promise<GitResult> {
  return run("git", args, { directory, ...options });
}

/** Runs a hook of the repository as git would. */
export function runHook(
  directory: string,
  { path, args, env }: { path: string; args: string[]; env: Record<string, string> },
): Promise<GitResult> {
  return run(path, args, { directory, env });
}

/** No `GIT_*` of the caller, no system or global settings, no prompts, English words, UTC. */
export function gitEnvironment(directory: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: directory,
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    GIT_DIR: directory,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
  };
}

function run(
  command: string,
  args: string[],
  { directory, stdin = "", env = {} }: GitOptions & { directory: string },
): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: directory, env: { ...gitEnvironment(directory), ...env } });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", (cause) =>
      reject(
        new Error(`${command} could not be started in ${directory}: is git 2.38 or newer installed?`, {
          cause,
        }),
      ),
    );
    child.on("close", (code) =>
      resolve({
        code: code ?? 128,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString("utf8"),
      }),
    );
    // The program may end before it has read everything; its exit code then tells what went wrong.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
  });
}

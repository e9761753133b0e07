/** Runs git for the runner itself: without anybody's settings, hooks, filters or credentials but those of the one command. */
import { spawn } from "node:child_process";

export interface GitOptions {
  /** A bare repository or `.git` folder; null: the command needs none. */
  dir: string | null;
  /** The folder with the files, where a command needs one. */
  workTree?: string;
  /** Sent to git's standard input. */
  input?: Uint8Array | string;
  /** Who the server takes this one command for; see `bearer`. */
  credentials?: Credentials;
  /** Added to git's environment: dates, names, object folders. */
  env?: Record<string, string>;
  /** Seconds until the command is given up. */
  seconds?: number;
}

/** A command that was given up or broke down: what it was to read takes too long or says too much. */
export class GitLimit extends Error {}

/** A header for one server, handed to git by its environment: never on a command line, never on disk. */
export interface Credentials {
  server: string;
  header: string;
}

export interface GitResult {
  exit: number;
  stdout: Buffer;
  stderr: string;
}

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** Holds for every command, whatever a repository's own settings say: the environment wins over them. */
const SETTINGS: Record<string, string> = {
  "core.hooksPath": "/dev/null",
  "core.fsmonitor": "false",
  "core.attributesFile": "/dev/null",
  "core.excludesFile": "/dev/null",
  "core.protectHFS": "true",
  "core.protectNTFS": "true",
  "core.quotePath": "false",
  "commit.gpgSign": "false",
  "diff.ignoreSubmodules": "all",
  "fetch.recurseSubmodules": "false",
  "submodule.recurse": "false",
  "protocol.ext.allow": "never",
  "gc.auto": "0",
  "maintenance.auto": "false",
  "credential.helper": "",
};

/** What git may see of this process: how to find programs and how to reach the network, nothing else. */
const PASSED_ON = [
  "PATH",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "no_proxy",
  "NO_PROXY",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
];

/** The output of a git command that must succeed. Throws with git's own last words when it does not. */
export async function git(args: readonly string[], options: GitOptions): Promise<string> {
  return (await gitBytes(args, options)).toString("utf8");
}

/** As `git`, for output that is not text. */
export async function gitBytes(args: readonly string[], options: GitOptions): Promise<Buffer> {
  const result = await tryGit(args, options);
  if (result.exit === 0) return result.stdout;
  throw new Error(`git ${args[0] ?? ""} ended with ${result.exit}: ${result.stderr.trim().slice(-2000)}`);
}

/** As `git`, for commands whose failing is an answer. Throws only when git cannot be started, and `GitLimit` when it takes too long or says too much. */
export function tryGit(args: readonly string[], options: GitOptions): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", args, {
      env: gitEnvironment(options),
      // Never the folder that the step happens to stand in: there could be a repository above it.
      cwd: options.workTree ?? "/",
      stdio: ["pipe", "pipe", "pipe"],
      timeout: (options.seconds ?? 900) * 1000,
      killSignal: "SIGKILL",
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let bytes = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_OUTPUT_BYTES) child.kill("SIGKILL");
      else stdout.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr.push(chunk);
      if (stderr.length > 1000) stderr.shift();
    });
    // git may close its input before it has read all of it; its exit code tells what that means.
    child.stdin.on("error", (error: NodeJS.ErrnoException) => error.code === "EPIPE" || reject(error));
    child.on("error", (cause) =>
      reject(new Error("git cannot be started; install it on the runner", { cause })),
    );
    child.on("close", (code, signal) => {
      if (signal !== null || code === null) {
        reject(new GitLimit(`git ${args[0] ?? ""} was stopped: it took too long or printed too much`));
        return;
      }
      resolve({ exit: code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString("utf8") });
    });
    child.stdin.end(options.input ?? "");
  });
}

/** The header by which GitHub takes a token for git; `server` is the address that it is sent to and to no other. */
export function bearer(server: string, token: string): Credentials {
  const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
  return { server, header: `AUTHORIZATION: basic ${basic}` };
}

function gitEnvironment(options: GitOptions): Record<string, string> {
  const environment: Record<string, string> = {
    LANG: "C.UTF-8",
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_LFS_SKIP_SMUDGE: "1",
    ...configEnvironment(options.credentials),
    ...options.env,
  };
  for (const name of PASSED_ON) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  if (options.dir !== null) environment["GIT_DIR"] = options.dir;
  if (options.workTree !== undefined) environment["GIT_WORK_TREE"] = options.workTree;
  return environment;
}

function configEnvironment(credentials: Credentials | undefined): Record<string, string> {
  const pairs = Object.entries(SETTINGS);
  if (credentials !== undefined) {
    pairs.push([`http.${credentials.server.replace(/\/$/, "")}/.extraheader`, credentials.header]);
  }
  const numbered = pairs.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    GIT_CONFIG_COUNT: String(pairs.length),
    ...(Object.fromEntries(numbered) as Record<string, string>),
  };
}

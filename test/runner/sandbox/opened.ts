/** A sandbox with a gateway that only says hello, for tests that run shell text inside. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Exit, Group, Patience } from "../../../src/runner/process-group.ts";
import type { Bounds } from "../../../src/runner/sandbox/limits.ts";
import { openSandbox, type SandboxOptions } from "../../../src/runner/sandbox/open-sandbox.ts";
import type { Rooms, Sandbox } from "../../../src/runner/sandbox/sandbox.ts";

export interface Opened {
  sandbox: Sandbox;
  /** The runner's own folder. */
  temp: string;
  clone: string;
  home: string;
  start(text: string, options?: { env?: Record<string, string>; patience?: Patience }): Group;
  run(text: string, options?: { env?: Record<string, string>; input?: string }): Promise<Ended>;
  close(): Promise<void>;
}

export interface Ended extends Exit {
  out: string;
}

export interface OpenedOptions {
  open?: (rooms: Rooms, options: SandboxOptions) => Promise<Sandbox>;
  bounds?: Partial<Bounds>;
  isGatewayThere?: boolean;
  /** Of the runner. */
  environment?: Record<string, string | undefined>;
}

/** Whether bubblewrap is here and may make namespaces. */
export async function hasBubblewrap(): Promise<boolean> {
  const args = [
    "--unshare-user",
    "--unshare-pid",
    "--unshare-net",
    "--ro-bind",
    "/",
    "/",
    "--proc",
    "/proc",
    "true",
  ];
  return promisify(execFile)("bwrap", args).then(
    () => true,
    () => false,
  );
}

export async function openedSandbox(options: OpenedOptions = {}): Promise<Opened> {
  const base = await realpath(await mkdtemp(join(tmpdir(), "sandbox-")));
  const [temp, clone, home] = [join(base, "temp"), join(base, "clone"), join(base, "temp", "home")];
  for (const folder of [clone, home]) await mkdir(folder, { recursive: true });
  const { open = opening("auto"), bounds = {}, environment = process.env, isGatewayThere = true } = options;
  const gateway = createServer((request, response) => {
    if (isGatewayThere) response.end("hello\n");
    else request.socket.destroy();
  });
  const socket = join(base, "gateway.sock");
  await new Promise<void>((resolve) => gateway.listen(socket, resolve));
  const rooms = { clone, home, readable: [], gateway: socket };
  const sandbox = await open(rooms, { temp, environment, bounds });
  const start: Opened["start"] = (text, { env = {}, patience } = {}) => {
    const all = { PATH: process.env["PATH"] ?? "", HOME: home, ...env };
    return sandbox.start({ file: "bash", args: ["-c", text], cwd: clone, env: all }, patience);
  };
  const run: Opened["run"] = async (text, { env = {}, input = "" } = {}) => {
    const group = start(text, { env });
    const out = printed(group);
    group.child.stdin.on("error", () => undefined);
    group.child.stdin.end(input);
    const exit = await group.exit;
    await group.sweep();
    return { ...exit, out: await out };
  };
  const close = async (): Promise<void> => {
    await sandbox.close();
    await new Promise((resolve) => gateway.close(resolve));
    await rm(base, { recursive: true, force: true });
  };
  return { sandbox, temp, clone, home, start, run, close };
}

/** Throws what a person would read where the machine has no such sandbox. */
export function opening(
  wanted: "auto" | "uid" | "off",
): (rooms: Rooms, options: SandboxOptions) => Promise<Sandbox> {
  return async (rooms, options) => {
    const opened = await openSandbox(wanted, rooms, options);
    if (opened.kind === "refused") throw new Error(opened.why);
    return opened.sandbox;
  };
}

/** All that the group prints, once both of its outputs are closed. */
export async function printed({ child }: Group): Promise<string> {
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await new Promise((resolve) => child.on("close", resolve));
  return text;
}

/** Resolves when the group has printed these words. */
export async function says({ child }: Pick<Group, "child">, words: string): Promise<void> {
  let text = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(words)) resolve();
    });
    child.on("close", () => reject(new Error(`it ended without "${words}": ${text}`)));
  });
}

/** The command lines of this machine's processes that begin with these words. */
export async function running(mark: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines.filter((line) => line.startsWith(mark));
}

/** A sandbox with a gateway that only says hello, for tests that run shell text inside. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Exit, Group, Patience } from "../../../src/runner/process-group.ts";
import type { Bounds } from "../../../src/runner/sandbox/limits.ts";
import { openSandbox } from "../../../src/runner/sandbox/open-sandbox.ts";
import type { Sandbox } from "../../../src/runner/sandbox/sandbox.ts";

export interface Opened {
  sandbox: Sandbox;
  /** The runner's own folder. */
  temp: string;
  clone: string;
  home: string;
  start(text: string, options?: { env?: Record<string, string>; patience?: Patience }): Group;
  run(text: string, options?: { env?: Record<string, string>; input?: string }): Promise<Ended>;
}

export interface Ended extends Exit {
  out: string;
}

export interface OpenedOptions {
  wanted?: "auto" | "uid" | "off";
  bounds?: Partial<Bounds>;
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

export async function withSandbox(
  use: (opened: Opened) => Promise<void>,
  options: OpenedOptions = {},
): Promise<void> {
  const base = await realpath(await mkdtemp(join(tmpdir(), "sandbox-")));
  const [temp, clone, home, socket] = ["temp", "clone", "temp/home", "gateway.sock"].map((name) =>
    join(base, name),
  ) as [string, string, string, string];
  for (const folder of [clone, home]) await mkdir(folder, { recursive: true });
  const gateway = createServer((_, response) => response.end("hello\n"));
  await new Promise<void>((resolve) => gateway.listen(socket, resolve));
  const { wanted = "auto", bounds = {} } = options;
  const rooms = { clone, home, readable: [], gateway: socket };
  const opened = await openSandbox(wanted, rooms, { temp, environment: process.env, bounds });
  try {
    if (opened.kind === "refused") throw new Error(opened.why);
    const { sandbox } = opened;
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
    await use({ sandbox, temp, clone, home, start, run });
    await sandbox.close();
  } finally {
    await new Promise((resolve) => gateway.close(resolve));
    await rm(base, { recursive: true, force: true });
  }
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
export async function says({ child }: Group, words: string): Promise<void> {
  let text = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(words)) resolve();
    });
    child.on("close", () => reject(new Error(`it ended without "${words}": ${text}`)));
  });
}

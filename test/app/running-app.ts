/** Starts the app as its users do: as a process of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MAIN = join(import.meta.dirname, "../../src/app/main.ts");

export interface RunningApp {
  process: ChildProcess;
  url: string;
  /** Its working folder. */
  folder: string;
  /** All that it has written so far. */
  output(): string;
  /** Resolves when it has written this. */
  says(words: string): Promise<void>;
  /** Its exit code. */
  ended: Promise<number | null>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** In an empty folder and an environment with nothing but this and PATH. */
export async function runApp(environment: { [name: string]: string }): Promise<RunningApp> {
  const port = await freePort();
  const cwd = await mkdtemp(join(tmpdir(), "gza-app-"));
  const always = {
    PATH: process.env.PATH ?? "",
    PORT: String(port),
    LOG_FORMAT: "json",
  };
  // Probot narrows what some variables may be; here it is the test that decides.
  const env = { ...always, ...environment } as NodeJS.ProcessEnv;
  const child = spawn(process.execPath, [MAIN], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const chunks: string[] = [];
  let listeners: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      chunks.push(chunk);
      for (const listener of listeners) listener();
    });
  }
  const output = (): string => chunks.join("");
  const ended = once(child, "close").then(([code]: unknown[]) => (typeof code === "number" ? code : null));

  async function says(words: string): Promise<void> {
    if (output().includes(words)) return;
    const said = new Promise<void>((resolve) => {
      listeners = [...listeners, () => output().includes(words) && resolve()];
    });
    const silent = ended.then(() => {
      if (!output().includes(words)) throw new Error(`the app ended without saying "${words}":\n${output()}`);
    });
    await Promise.race([said, silent]);
  }

  async function stop(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await ended;
    await rm(cwd, { recursive: true, force: true });
  }

  return {
    process: child,
    url: `http://127.0.0.1:${port}`,
    folder: cwd,
    output,
    says,
    ended,
    [Symbol.asyncDispose]: stop,
  };
}

/** The address of its setup, as the terminal shows it. */
export function setupOf(app: RunningApp): string {
  return /http:\S+\?key=\w{32}/.exec(app.output())?.[0] ?? "";
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

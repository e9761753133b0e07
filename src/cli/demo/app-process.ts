/** Starts the app as its users do, as a process of its own, and stops it again. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";

const MAIN = join(import.meta.dirname, "../../app/main.ts");
const PATIENCE_MILLISECONDS = 30_000;

export interface AppProcess {
  pid: number;
  url: string;
  /** Where it writes its log. */
  log: string;
  /** Resolves with its exit code when it ends, however it ends. */
  ended: Promise<number | null>;
  stop(): Promise<void>;
}

export interface AppCredentials {
  appId: number;
  privateKey: string;
  webhookSecret: string;
  /** Address of the GitHub that it works on. */
  github: string;
}

/** The app listens when this resolves; `directory` becomes its working folder. */
export async function startApp(
  credentials: AppCredentials,
  { directory, port }: { directory: string; port: number },
): Promise<AppProcess> {
  await mkdir(directory, { recursive: true });
  const log = join(directory, "app.log");
  const { protocol, host } = new URL(credentials.github);
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: directory,
    APP_ID: String(credentials.appId),
    PRIVATE_KEY: credentials.privateKey,
    WEBHOOK_SECRET: credentials.webhookSecret,
    GHE_HOST: host,
    GHE_PROTOCOL: protocol.replace(":", ""),
    HOST: "127.0.0.1",
    PORT: String(port),
    LOG_FORMAT: "json",
    NODE_ENV: "production",
  } as NodeJS.ProcessEnv;
  const child = spawn(process.execPath, [MAIN], { cwd: directory, env, stdio: ["ignore", "pipe", "pipe"] });
  // However this process ends, the app does not outlive it.
  const end = (): boolean => child.kill("SIGKILL");
  process.once("exit", end);
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const ended = once(child, "close").then(([code]: unknown[]) => {
    file.end();
    process.off("exit", end);
    return typeof code === "number" ? code : null;
  });
  const url = `http://127.0.0.1:${port}`;
  const died = ended.then((code) => {
    throw new Error(`the app ended with ${code} before it listened; its log is ${log}`);
  });
  await Promise.race([listens(url), died]);
  died.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    url,
    log,
    ended,
    stop: async () => {
      if (child.exitCode === null) child.kill("SIGTERM");
      await ended;
    },
  };
}

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return address.port;
}

async function listens(url: string): Promise<void> {
  const end = Date.now() + PATIENCE_MILLISECONDS;
  while (Date.now() < end) {
    const answer = await fetch(`${url}/healthz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the app does not answer ${url}/healthz after ${PATIENCE_MILLISECONDS / 1000} seconds`);
}

/** `npm start`: runs the app, or Probot's setup page while there is no App yet. */
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { run } from "probot";
import { createApp, type App } from "./app.ts";
import { readSettings, type Settings } from "./settings.ts";

const PROJECT = join(import.meta.dirname, "..", "..");

await main();

async function main(): Promise<void> {
  loadDotEnv(join(process.cwd(), ".env"));
  const reading = readSettings(process.env);
  if (reading.kind === "refused") {
    process.stderr.write(`GZA does not start. ${reading.why}\n`);
    process.exitCode = 1;
    return;
  }
  if (reading.kind === "setup") return setUp(reading);
  await serve(reading.settings);
}

/** As Probot does it: what stands in the file counts more than the environment. */
function loadDotEnv(path: string): void {
  try {
    Object.assign(process.env, parseEnv(readFileSync(path, "utf8")));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}

/** Probot looks for app.yml in the working directory and would write .env there; .env belongs to where the app was started. */
async function setUp({ host, port }: { host: string; port: number }): Promise<void> {
  const dotEnv = join(process.cwd(), ".env");
  process.chdir(PROJECT);
  const server = await run(() => undefined, {
    env: { ...process.env, HOST: host, PORT: String(port) },
    updateEnv: (variables) => {
      appendFileSync(dotEnv, Object.entries(variables).map(asLine).join(""), { mode: 0o600 });
      return variables;
    },
  });
  onSignal(() => server.stop());
}

/** A later line counts more than an earlier one. Probot puts keys of several lines into quotes itself. */
function asLine([name, value]: [string, unknown]): string {
  return `${name}=${String(value).replaceAll("\n", String.raw`\n`)}\n`;
}

async function serve(settings: Settings): Promise<void> {
  const app: App = await createApp({ settings });
  onSignal(() => app.stop());
  await app.start();
}

/** Containers are stopped with SIGTERM, terminals with SIGINT; a second one does not wait. */
function onSignal(stop: () => Promise<void>): void {
  let isStopping = false;
  const listener = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    void stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`GZA did not stop cleanly: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", listener);
  process.on("SIGINT", listener);
}

/** `npm start`: runs the app; while there is no App yet, the setup that makes it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { createApp } from "./app.ts";
import { readSettings, type Settings, type SettingsReading, type SetupSettings } from "./settings.ts";
import { startSetup } from "./setup.ts";

const APP_FILE = join(import.meta.dirname, "../../app.yml");
const DOT_ENV = join(process.cwd(), ".env");

/** Ends what runs just now. */
let stop: () => Promise<void> = async () => undefined;

onSignal();
const why = await main();
if (why !== null) {
  process.stderr.write(`GZA does not start. ${why}\n`);
  // What was begun before that became clear, as the search for a channel, would go on by itself.
  process.exit(1);
}

/** null: it runs; else why it does not. */
async function main(): Promise<string | null> {
  let reading = read();
  if (reading.kind === "setup") {
    const problem = await setUp(reading.settings);
    if (problem !== null) return problem;
    reading = read();
  }
  if (reading.kind === "settings") return serve(reading.settings);
  return reading.kind === "refused" ? reading.why : `The setup has left no APP_ID in ${DOT_ENV}.`;
}

/** As Probot does it: what stands in the file counts more than the environment. */
function read(): SettingsReading {
  try {
    Object.assign(process.env, parseEnv(readFileSync(DOT_ENV, "utf8")));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  return readSettings(process.env);
}

async function setUp(settings: SetupSettings): Promise<string | null> {
  try {
    const setup = await startSetup({ settings, appFile: APP_FILE, dotEnv: DOT_ENV });
    stop = setup.stop;
    process.stdout.write(
      `There is no App yet (APP_ID is not set). This page leads you through making one on ${settings.github}:\n\n  ${setup.url}\n\n`,
    );
    const install = await setup.made;
    process.stdout.write(
      `The App is made; its keys are in ${DOT_ENV}. Install it where it shall work: ${install}\n`,
    );
    return null;
  } catch (error) {
    return whyNotListening(error, settings);
  }
}

async function serve(settings: Settings): Promise<string | null> {
  const app = await createApp({ settings });
  const stranger = await app.introduce();
  if (stranger !== null) return stranger;
  stop = app.stop;
  try {
    await app.start();
    return null;
  } catch (error) {
    // The library of the channel throws the event of its connection, which is no error and tells nothing.
    if (settings.webhookProxy !== null && !(error instanceof Error))
      return `The channel of WEBHOOK_PROXY_URL (${settings.webhookProxy}) does not answer: open it in a browser, and if it is gone write the address of another one into .env and on the App's settings page.`;
    return whyNotListening(error, settings);
  }
}

/** Throws what has nothing to do with host and port. */
function whyNotListening(error: unknown, { host, port }: { host: string; port: number }): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "EADDRINUSE")
    return `Port ${port} is taken, maybe by another GZA: end that, or write another number into PORT, in .env or the environment.`;
  if (code === "EACCES")
    return `Port ${port} is not for everybody: write a number over 1023 into PORT, in .env or the environment.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return `This machine has no address ${host}: write 127.0.0.1, or 0.0.0.0 for all its addresses, into HOST, in .env or the environment.`;
  throw error;
}

/** Containers are stopped with SIGTERM, terminals with SIGINT; a second one does not wait. */
function onSignal(): void {
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

/** Plays a `container:` with a container engine that has Docker's command line: one container for the job, its programs started in it. */
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Container, WantedContainer } from "./container.ts";
import { startProcess, type Command, type Running } from "./process.ts";
import type { Control, Folders } from "./session.ts";
import { StepFailure } from "./step-failure.ts";

const run = promisify(execFile);

/** Milliseconds in which an engine that is there answers. */
const PATIENCE = 15_000;

/**
 * Runs its arguments at the head of a process group and leaves the group's number: some engines start programs so, with others `setsid` makes
 * one, which without need would start a process of its own and not wait for it.
 */
const IN_OWN_GROUP = `read -r own name state parent group rest < /proc/$$/stat
if [ "$group" = "$own" ]; then echo "$$" > "$0"; exec "$@"; fi
exec setsid /bin/sh -c 'echo "$$" > "$0"; exec "$@"' "$0" "$@"`;

/** What root has made inside, a playground that is not root could not remove. */
const GIVE_BACK = 'chown -R "$(stat -c %u:%g "$0")" "$0"';

/** How much of what the engine says is told when no container begins. */
const TOLD_CHARACTERS = 1000;

/** The first of these command lines behind which an engine answers; null: none. */
export async function answeringEngine(engines: readonly string[]): Promise<string | null> {
  for (const engine of engines) if (await answers(engine, ["info"])) return engine;
  return null;
}

/** Whether the engine did what it was asked: there is none, nobody is behind it, and it knows no such container are answers too. */
async function answers(engine: string, words: string[]): Promise<boolean> {
  try {
    await run(engine, words, { timeout: PATIENCE });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/**
 * The container's first process reads from a pipe of the playground's and ends with it, and the engine removes the container then: also when
 * the playground itself is killed. The job's folders and the Node of actions lie at the same places as outside, and the network is the machine's,
 * for the playground listens on loopback.
 */
export async function openInEngine(
  engine: string,
  { image, environment, options, volumes }: WantedContainer,
  { folders, control }: { folders: Folders; control: Control },
): Promise<Container> {
  const name = `playground-${randomUUID()}`;
  const mounts = [
    `${folders.root}:${folders.root}`,
    `${process.execPath}:${process.execPath}:ro`,
    ...volumes,
  ].flatMap((mount) => ["--volume", mount]);
  const fixed = ["--name", name, "--network", "host", "--entrypoint", "cat"];
  const client = spawn(engine, ["run", "--rm", "--interactive", ...mounts, ...options, ...fixed, image], {
    stdio: "pipe",
    // What interrupts the playground is not for the client to pass on.
    detached: true,
  });
  let said = "";
  client.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-TOLD_CHARACTERS);
  });
  const ended = new Promise<void>((resolve) => client.once("close", () => resolve()));
  const begun = new Promise<void>((resolve, reject) => {
    client.once("error", reject);
    client.once("close", () =>
      reject(new StepFailure(`${engine} could not begin the container ${image}: ${said.trim()}`)),
    );
    client.stdout.once("data", () => resolve());
  });
  // A client that ended early tells it by its `close`.
  client.stdin.on("error", () => undefined);
  client.stdin.write("begun\n");
  const stop = (): void => void client.kill("SIGKILL");
  control.listeners.add(stop);
  const close = async (): Promise<void> => {
    await answers(engine, ["exec", name, "/bin/sh", "-c", GIVE_BACK, folders.root]);
    client.stdin.end();
    await ended;
    // Some engines go on removing it after their client has ended.
    await answers(engine, ["rm", "--force", name]);
  };
  try {
    await begun;
    const { stdout } = await run(engine, ["exec", name, "/bin/sh", "-c", 'echo "$PATH"']);
    return {
      words: `${engine}, in the container ${name}`,
      environment,
      path: stdout.trim(),
      start: (command) => startInside({ engine, name, folders }, command),
      close,
    };
  } catch (cause) {
    await close();
    throw cause instanceof StepFailure
      ? cause
      : new StepFailure(`${engine} could not run /bin/sh in the container ${image}: ${String(cause)}`, {
          cause,
        });
  } finally {
    control.listeners.delete(stop);
  }
}

function startInside(
  { engine, name, folders }: { engine: string; name: string; folders: Folders },
  { file, arguments: rest, directory, environment, onLine }: Command,
): Running {
  const pidFile = join(folders.root, `pid-${randomUUID()}`);
  const { words, own } = handedOver(environment);
  const shell = ["/bin/sh", "-c", IN_OWN_GROUP, pidFile];
  const running = startProcess({
    file: engine,
    arguments: ["exec", "--workdir", directory, ...words, name, ...shell, file, ...rest],
    directory: folders.root,
    environment: own,
    onLine,
  });
  const signal = (sent: NodeJS.Signals): void => {
    // The engine's client passes no signal on: another program inside sends it to the whole group.
    const text = `until [ -s "$0" ]; do sleep 0.1; done; kill -s ${sent.replace("SIG", "")} -- "-$(cat "$0")"`;
    spawn(engine, ["exec", name, "/bin/sh", "-c", text, pidFile], { stdio: "ignore", detached: true });
    if (sent === "SIGKILL") running.signal(sent);
  };
  return { ended: running.ended, signal };
}

/** Values go by the environment of the engine's client, which no list of processes shows, but for those that would change the client itself. */
function handedOver(environment: Record<string, string>): { words: string[]; own: Record<string, string> } {
  const client = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const own: Record<string, string> = Object.fromEntries(client);
  const words: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    const changesClient = Object.hasOwn(process.env, name) || /^(?:DOCKER|CONTAINER|LD)_/.test(name);
    if (!changesClient) own[name] = value;
    words.push("--env", changesClient ? `${name}=${value}` : name);
  }
  return { words, own };
}

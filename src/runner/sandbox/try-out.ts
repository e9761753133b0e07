/** Tries a sandbox out from inside before anything else runs in it: looks for what must not be there and says what it found. */
import { constants } from "node:fs";
import { open, readdir, readFile } from "node:fs/promises";
import { Resolver } from "node:dns/promises";
import { get } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";

/** Comes as JSON on standard input; what was found goes as a list of JSON strings to standard output. */
export interface TryOut {
  /** Names of variables that it may see. */
  env: string[];
  /** Words that the runner has put where nobody inside may read them: into `file`, and into the environment and the arguments of a process. */
  canary: string;
  file: string;
  /** Where servers of the runner listen outside. */
  servers: { host: string; port: number }[];
  /** Addresses of the machine's name servers. */
  names: string[];
  gateway: number;
}

const SOCKETS = [
  "/var/run/docker.sock",
  "/run/docker.sock",
  "/run/containerd/containerd.sock",
  "/run/dbus/system_bus_socket",
];
/** What nobody inside may open for writing; opened only, never written. */
const UNWRITABLE = ["/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/etc/passwd", "/usr/bin/env"];
/** Milliseconds in which a connection that is possible at all is made. */
const PATIENCE = 3000;

const wanted = JSON.parse(await text(process.stdin)) as TryOut;
const found = await Promise.all([
  variables(wanted),
  readable(wanted),
  processes(wanted),
  privileges(),
  ...wanted.servers.map(server),
  interfaces(),
  names(wanted),
  ...SOCKETS.map(socket),
  ...UNWRITABLE.map(writable),
  gateway(wanted),
]);
process.stdout.write(JSON.stringify(found.flat()));

function variables({ env }: TryOut): string[] {
  return Object.keys(process.env)
    .filter((name) => !env.includes(name))
    .map((name) => `the runner's variable ${name}`);
}

async function readable({ file, canary }: TryOut): Promise<string[]> {
  return (await contentOf(file)).includes(canary) ? ["files of the runner"] : [];
}

async function processes({ canary }: TryOut): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const files = pids.flatMap((pid) => [`/proc/${pid}/environ`, `/proc/${pid}/cmdline`]);
  const contents = await Promise.all(files.map(contentOf));
  return contents.some((content) => content.includes(canary)) ? ["processes outside"] : [];
}

async function privileges(): Promise<string[]> {
  const status = await contentOf("/proc/self/status");
  if (status === "") return ["no /proc of its own"];
  const capabilities = /^CapEff:\s*0+$/m.test(status) ? [] : ["capabilities"];
  return /^NoNewPrivs:\s*1$/m.test(status)
    ? capabilities
    : [...capabilities, "programs that can raise their rights"];
}

async function server({ host, port }: TryOut["servers"][number]): Promise<string[]> {
  return (await connects({ host, port })) ? [`a way to the network (${host})`] : [];
}

function interfaces(): string[] {
  return Object.keys(networkInterfaces())
    .filter((name) => name !== "lo")
    .map((name) => `the network interface ${name}`);
}

async function names({ names }: TryOut): Promise<string[]> {
  if (names.length === 0) return [];
  const resolver = new Resolver({ timeout: PATIENCE, tries: 1 });
  resolver.setServers(names);
  return resolver.resolve4("github.com").then(
    () => ["a way to a name server"],
    () => [],
  );
}

async function socket(path: string): Promise<string[]> {
  return (await connects({ path })) ? [`the socket ${path}`] : [];
}

async function writable(path: string): Promise<string[]> {
  return open(path, constants.O_WRONLY).then(
    async (handle) => {
      await handle.close();
      return [`${path} to write to`];
    },
    () => [],
  );
}

function gateway({ gateway: port }: TryOut): Promise<string[]> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path: "/", timeout: 20_000 }, (response) => {
      response.resume();
      resolve([]);
    });
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", (error) => resolve([`no gateway (${error.message})`]));
  });
}

function connects(where: { host: string; port: number } | { path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect({ ...where, timeout: PATIENCE });
    const end = (isOpen: boolean): void => {
      connection.destroy();
      resolve(isOpen);
    };
    connection.on("connect", () => end(true));
    connection.on("timeout", () => end(false));
    connection.on("error", () => end(false));
  });
}

/** Empty: it cannot be read. */
function contentOf(file: string): Promise<string> {
  return readFile(file, "latin1").catch(() => "");
}

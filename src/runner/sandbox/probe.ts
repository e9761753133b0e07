/** Proves a sandbox before it is used: a program inside looks for what the runner has laid out to be found, and must find none of it. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { TRY_OUT } from "./placed.ts";
import { GATEWAY_PORT, type Rooms, type Sandbox } from "./sandbox.ts";
import type { TryOut } from "./try-out.ts";

/** Milliseconds in which all has been tried. */
const LIMIT = 60_000;

/** Null: it holds. Otherwise what does not, as the end of a sentence. */
export async function probe(sandbox: Sandbox, rooms: Rooms, temp: string): Promise<string | null> {
  const canary = randomUUID();
  const file = join(temp, `canary-${randomUUID()}`);
  await writeFile(file, canary, { mode: 0o644 });
  // Lives until its input is closed, whatever becomes of this process.
  const outside = spawn("/bin/sh", ["-c", "read line", canary], {
    env: { CANARY: canary },
    stdio: ["pipe", "ignore", "ignore"],
  });
  const servers = await listen();
  try {
    const env = { PATH: "/usr/bin:/bin", HOME: rooms.home };
    const wanted: TryOut = {
      // The working directory is told by bubblewrap itself.
      env: [...Object.keys(env), "PWD"],
      canary,
      file,
      names: await nameServers(),
      gateway: GATEWAY_PORT,
      servers: servers.map(({ host, port }) => ({ host, port })),
    };
    return await tryOut(sandbox, { env, cwd: rooms.clone }, JSON.stringify(wanted));
  } finally {
    outside.stdin.end();
    for (const { server } of servers) server.close();
    await rm(file, { force: true });
  }
}

async function tryOut(
  sandbox: Sandbox,
  { env, cwd }: { env: Record<string, string>; cwd: string },
  wanted: string,
): Promise<string | null> {
  const [program = "", ...args] = TRY_OUT;
  const group = sandbox.start({ file: program, args, cwd, env });
  const output = Promise.all([text(group.child.stdout), text(group.child.stderr)]);
  group.child.stdin.on("error", () => undefined);
  group.child.stdin.end(wanted);
  const limit = setTimeout(() => void group.stop(), LIMIT);
  const exit = await group.exit;
  clearTimeout(limit);
  await group.sweep();
  const [answer, complaints] = await output;
  if (exit.code !== 0) {
    const why =
      exit.bound || complaints.trim().split("\n").at(-1) || exit.failure?.message || String(exit.signal);
    return `it does not start (${why.slice(0, 300)})`;
  }
  const found = z.array(z.string()).parse(JSON.parse(answer));
  return found.length === 0 ? null : `a program inside found ${found.join(", ")}`;
}

interface Listening {
  server: Server;
  host: string;
  port: number;
}

/** On loopback of both kinds, as far as there are both, and on the machine's own addresses. */
async function listen(): Promise<Listening[]> {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, scopeid }) => !internal && !scopeid)
    .map(({ address }) => address);
  const servers = await Promise.all(["127.0.0.1", "::1", ...own].map(listenAt));
  return servers.flatMap((server) => server ?? []);
}

/** Null: the machine has no such address to listen at. */
function listenAt(host: string): Promise<Listening | null> {
  return new Promise((resolve) => {
    const server = createServer((connection) => connection.destroy());
    server.on("error", () => resolve(null));
    server.listen({ host, port: 0 }, () => {
      const address = server.address();
      resolve(address === null || typeof address === "string" ? null : { server, host, port: address.port });
    });
  });
}

async function nameServers(): Promise<string[]> {
  const settings = await readFile("/etc/resolv.conf", "utf8").catch(() => "");
  return [...settings.matchAll(/^nameserver\s+([\da-fA-F.:]+)\s*$/gm)].flatMap(
    ([, address]) => address ?? [],
  );
}

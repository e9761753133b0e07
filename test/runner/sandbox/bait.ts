/** What a program could find outside its sandbox: servers, sockets, a process with a secret, and a home with keys. */
import { spawn, type ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";

export interface Bait {
  base: string;
  person: string;
  env: Record<string, string>;
  close(): Promise<void>;
}

export async function layBait(): Promise<Bait> {
  const base = await realpath(await mkdtemp(join(tmpdir(), "bait-")));
  const person = join(base, "person");
  for (const folder of [".ssh", ".cargo/bin"]) await mkdir(join(person, folder), { recursive: true });
  for (const file of ["secret", "person/.ssh/id_ed25519", "person/.npmrc", "person/.cargo/credentials.toml"])
    await writeFile(join(base, file), "canary");
  const victim = spawn("sh", ["-c", "read line"], {
    env: { VICTIM: "canary" },
    stdio: ["pipe", "ignore", "ignore"],
  });
  const socket = join(base, "socket");
  const abstract = `bait-${process.pid}`;
  const [tcp, ...sockets] = [createServer(), createServer(), createServer()];
  const address = ownAddress();
  await listening(tcp, { port: 0, host: "0.0.0.0" });
  await listening(sockets[0], { path: socket });
  await listening(sockets[1], { path: `\0${abstract}` });
  const udp = createSocket("udp4");
  await new Promise<void>((resolve) => udp.bind(0, "0.0.0.0", resolve));
  return {
    base,
    person,
    env: {
      BASE: base,
      PERSON: person,
      NODE: process.execPath,
      VICTIM_ID: String(victim.pid),
      TCP: String(portOf(tcp)),
      UDP: String(udp.address().port),
      ADDRESS: address,
      SOCKET: socket,
      ABSTRACT: abstract,
    },
    close: async () => {
      for (const server of [tcp, ...sockets]) server?.close();
      udp.close();
      await over(victim);
      await rm(base, { recursive: true, force: true });
    },
  };
}

async function listening(
  server: Server | undefined,
  where: { port: number; host: string } | { path: string },
): Promise<void> {
  server?.on("connection", (connection) => connection.destroy());
  await new Promise<void>((resolve) => server?.listen(where, resolve));
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function over(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  await new Promise((resolve) => child.on("exit", resolve));
}

/** Loopback where the machine has no other. */
function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  return addresses.find(({ internal, family }) => !internal && family === "IPv4")?.address ?? "127.0.0.1";
}

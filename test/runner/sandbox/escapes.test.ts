import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBubblewrap, openedSandbox, type Opened } from "./opened.ts";

/** Each succeeds where it gets what it wants. Of those that this machine lets anybody do, a run outside shows that they can. */
interface Try {
  does: string;
  text: string;
  /** Whether it must succeed outside. */
  outside: boolean;
}

const keyctl = process.arch === "arm64" ? 219 : 250;

const FILES: Try[] = [
  open("read the environment of a process outside", `grep -qsa VICTIM=canary /proc/*/environ`),
  open("look at the files of a process outside", `ls /proc/$VICTIM_ID/root/`),
  open("signal a process outside", `kill -0 $VICTIM_ID`),
  open("read the runner's folder", `cat "$TEMP/job.json"`),
  open("list the runner's folder", `ls "$TEMP" | grep -v '^home$'`),
  open("read what lies beside the clone", `cat "$BASE/secret"`),
  open("read a key of the person's home", `cat "$PERSON/.ssh/id_ed25519"`),
  open("read an account of a registry", `cat "$PERSON/.npmrc" "$PERSON/.cargo/credentials.toml"`),
  open("follow a link out of the clone", `cat way-out/secret`),
  shut("read passwords", `cat /etc/shadow /etc/gshadow /etc/sudoers`),
  shut("write to the system", `touch /usr/x || touch /etc/x || touch /x || touch /dev/x || touch /run/x`),
  shut("change a program of the machine", `test -w /usr/bin/env || test -w "$NODE"`),
];

const KERNEL: Try[] = [
  open("see control groups", `ls /sys/fs/cgroup`),
  open("use keyrings", `perl -e 'exit(syscall(${keyctl}, 0, -3, 0) < 0)'`),
  open("raise its rights with a setuid program", `grep -q 'NoNewPrivs:.0' /proc/self/status`),
  open("leave a memory dump", `ulimit -c unlimited`),
  shut("change settings of the kernel", `exec 3> /proc/sys/kernel/core_pattern`),
  shut("reset the machine", `exec 3> /proc/sysrq-trigger`),
  shut(
    "mount a folder",
    `mount -t tmpfs none /tmp || mount --bind / /tmp || umount /proc/sys || umount /usr`,
  ),
  shut("make namespaces", `unshare -Ur true || unshare -m true || unshare -n true`),
  shut("make a device", `mknod /tmp/disk b 254 0 || mknod disk b 254 0`),
  shut(
    "read memory, disks and the kernel's log",
    `cat /dev/mem || cat /dev/kmsg || cat /proc/kcore || ls /dev/[svn][dv][am]*`,
  ),
  shut("have a capability", `grep -E 'Cap(Eff|Prm|Inh|Amb):.*[1-9a-f]' /proc/self/status`),
  shut("open rings of the kernel", `perl -e 'exit(syscall(425, 8, 0) < 0)'`),
  shut(
    "type into a terminal",
    `perl -e 'open(T, "+<", "/dev/ptmx") or exit 1; exit(!ioctl(T, 0x5412, "x"))'`,
  ),
  shut("inherit open files", `ls /proc/self/fd | grep -vE '^[0-3]$'`),
  shut("find open files of others", `ls -l /proc/[0-9]*/fd | grep "$BASE" | grep -v /sandbox/end-`),
];

const NETWORK: Try[] = [
  open("reach the machine's loopback", `exec 3<> /dev/tcp/127.0.0.1/$TCP`),
  open("reach the machine by its address", `exec 3<> "/dev/tcp/$ADDRESS/$TCP"`),
  open("send a datagram", `echo canary > "/dev/udp/$ADDRESS/$UDP"`),
  open("reach an abstract socket", connects('"\\0" + process.env.ABSTRACT')),
  open("reach a socket of the machine", connects("process.env.SOCKET")),
  shut("reach the metadata service", `timeout 10 bash -c 'exec 3<> /dev/tcp/169.254.169.254/80'`),
  shut("reach any address", `timeout 10 bash -c 'exec 3<> /dev/tcp/1.1.1.1/443'`),
  shut("reach any address of IPv6", `timeout 10 bash -c 'exec 3<> /dev/tcp/2606:4700:4700::1111/443'`),
  shut("look up a name", `getent ahosts github.com`),
  shut("reach docker", `test -e /var/run/docker.sock || test -e /run/docker.sock || test -e /run/containerd`),
  shut("reach the services of the machine", `ls /run/dbus /run/systemd /var/run/nscd`),
  shut("reach the host of a virtual machine", `perl -e 'exit(!socket(S, 40, 1, 0))'`),
  shut("read packets", `perl -e 'exit(!socket(S, 17, 3, 0))'`),
  shut("have another network interface", `grep -v -e ' lo:' -e '|' /proc/net/dev`),
  shut("reach another port of the gateway's", `exec 3<> /dev/tcp/127.0.0.1/3129`),
];

describe.skipIf(!(await hasBubblewrap()))("a program in bubblewrap cannot", () => {
  let opened: Opened;
  let bait: Bait;
  let inside: Map<string, boolean>;
  beforeAll(async () => {
    bait = await layBait();
    const path = `${join(bait.person, ".cargo", "bin")}:${bait.person}:${tmpdir()}:${process.env["PATH"]}`;
    opened = await openedSandbox({ environment: { ...process.env, HOME: bait.person, PATH: path } });
    await writeFile(join(opened.temp, "job.json"), "canary");
    await symlink(bait.base, join(opened.clone, "way-out"));
    bait.env["TEMP"] = opened.temp;
    inside = ended((await opened.run(script(ALL), { env: bait.env })).out);
  }, 120_000);
  afterAll(async () => {
    await opened.close();
    await bait.close();
  });

  const ALL = [...FILES, ...KERNEL, ...NETWORK];

  it.each(ALL)("$does", ({ does }) => {
    expect(inside.get(does)).toBe(false);
  });

  it("do any of it only because of the sandbox", async () => {
    const child = spawn("bash", ["-c", script(ALL.filter((one) => one.outside))], {
      cwd: opened.clone,
      env: { PATH: process.env["PATH"], ...bait.env },
    });
    const outside = ended(await text(child.stdout));

    expect([...outside].filter(([, isPossible]) => !isPossible)).toEqual([]);
  });

  it("leave anything outside its rooms", async () => {
    const written = [bait.base, opened.temp, tmpdir()].map((folder) =>
      join(folder, `written-${randomUUID()}`),
    );
    // What it can write in memory, under the same names, is gone with it.
    await opened.run(written.map((file) => `mkdir -p "$(dirname ${file})"; echo x > ${file}`).join("; "));

    expect(written.filter((file) => existsSync(file))).toEqual([]);
  });

  it("see more variables than its own", async () => {
    const { out } = await opened.run("env -u PWD -u SHLVL -u _ | sort", { env: { OWN: "1" } });

    expect(out.split("\n").map((line) => line.split("=")[0])).toEqual(["HOME", "OWN", "PATH", ""]);
  });

  it("see more of the person's home than its folders of programs", async () => {
    const { out } = await opened.run(`ls -A "${bait.person}" "${bait.person}/.cargo"`);

    expect(out).toBe(`${bait.person}:\n.cargo\n\n${bait.person}/.cargo:\nbin\n`);
  });
});

function open(does: string, text: string): Try {
  return { does, text, outside: true };
}

function shut(does: string, text: string): Try {
  return { does, text, outside: false };
}

function connects(path: string): string {
  return `"$NODE" -e 'require("net").connect({ path: ${path} }).on("connect", () => process.exit(0)).on("error", () => process.exit(1))'`;
}

function script(tries: readonly Try[]): string {
  return tries
    .map(({ does, text }) => `( ${text}; ) > /dev/null 2>&1 < /dev/null; echo "=$?=${does}"`)
    .join("\n");
}

function ended(out: string): Map<string, boolean> {
  const lines = out.matchAll(/^=(\d+)=(.*)$/gm);
  return new Map([...lines].map(([, code, does = ""]) => [does, code === "0"]));
}

interface Bait {
  base: string;
  person: string;
  env: Record<string, string>;
  close(): Promise<void>;
}

/** Everything that a program could find outside: servers, sockets, a process with a secret, and a home with keys. */
async function layBait(): Promise<Bait> {
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

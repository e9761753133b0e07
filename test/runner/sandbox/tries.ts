/** Ways out of a sandbox, each as shell text that succeeds where it gets what it wants. */

/** Each succeeds where it gets what it wants. Of those that this machine lets anybody do, a run outside shows that they can. */
export interface Try {
  does: string;
  text: string;
  /** Whether it must succeed outside. */
  outside: boolean;
  /** Whether only a filter of system calls keeps it shut. */
  filtered?: true;
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
  filtered(open("use keyrings", `perl -e 'exit(syscall(${keyctl}, 0, -3, 0) < 0)'`)),
  open("raise its rights with a setuid program", `grep -q 'NoNewPrivs:.0' /proc/self/status`),
  open("leave a memory dump", `ulimit -c unlimited`),
  shut("change settings of the kernel", `exec 3> /proc/sys/kernel/core_pattern`),
  shut("reset the machine", `exec 3> /proc/sysrq-trigger`),
  shut(
    "mount a folder",
    `mount -t tmpfs none /tmp || mount --bind / /tmp || umount /proc/sys || umount /usr`,
  ),
  filtered(shut("make namespaces", `unshare -Ur true || unshare -m true || unshare -n true`)),
  shut("make a device", `mknod /tmp/disk b 254 0 || mknod disk b 254 0`),
  shut(
    "read memory, disks and the kernel's log",
    `cat /dev/mem || cat /dev/kmsg || cat /proc/kcore || ls /dev/[svn][dv][am]*`,
  ),
  shut("have a capability", `grep -E 'Cap(Eff|Prm|Inh|Amb):.*[1-9a-f]' /proc/self/status`),
  filtered(shut("open rings of the kernel", `perl -e 'exit(syscall(425, 8, 0) < 0)'`)),
  filtered(
    shut(
      "type into a terminal",
      `perl -e 'open(T, "+<", "/dev/ptmx") or exit 1; exit(!ioctl(T, 0x5412, "x"))'`,
    ),
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
  filtered(shut("reach the host of a virtual machine", `perl -e 'exit(!socket(S, 40, 1, 0))'`)),
  shut("read packets", `perl -e 'exit(!socket(S, 17, 3, 0))'`),
  shut("have another network interface", `grep -v -e ' lo:' -e '|' /proc/net/dev`),
  shut("reach another port of the gateway's", `exec 3<> /dev/tcp/127.0.0.1/3129`),
];

export const TRIES = [...FILES, ...KERNEL, ...NETWORK];

function open(does: string, text: string): Try {
  return { does, text, outside: true };
}

function shut(does: string, text: string): Try {
  return { does, text, outside: false };
}

function filtered(one: Try): Try {
  return { ...one, filtered: true };
}

function connects(path: string): string {
  return `"$NODE" -e 'require("net").connect({ path: ${path} }).on("connect", () => process.exit(0)).on("error", () => process.exit(1))'`;
}

/** Runs them all and says of each how it ended; `ended` reads that. */
export function script(tries: readonly Try[]): string {
  return tries
    .map(({ does, text }) => `( ${text}; ) > /dev/null 2>&1 < /dev/null; echo "=$?=${does}"`)
    .join("\n");
}

export function ended(out: string): Map<string, boolean> {
  const lines = out.matchAll(/^=(\d+)=(.*)$/gm);
  return new Map([...lines].map(([, code, does = ""]) => [does, code === "0"]));
}

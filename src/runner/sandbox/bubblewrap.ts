/** The command line of bubblewrap for one program: an empty root, into which only what the layout names is put. */
import type { Program } from "../process-group.ts";
import type { Layout } from "./layout.ts";

/** The user inside, who is nobody else than the runner's own user outside, without any capability. */
export const BUBBLEWRAP_USER = { uid: 1000, gid: 1000 };

export interface Wrapping {
  layout: Layout;
  /** Files of the runner's that are put to a fixed place inside: the gateway's socket, `inside`, `/etc/passwd` and the like. */
  placed: readonly { source: string; target: string }[];
  /** Bytes; null: this bubblewrap cannot bound a folder in memory, so half of the memory bounds it. */
  tmpBytes: number | null;
  /** Whether this bubblewrap can close user namespaces for the programs inside (0.8 and later). */
  canDisableUserns: boolean;
  /** Of `COVERABLE`, those that this machine has. */
  covered: readonly string[];
  /** The open file with the filter of system calls; null: none. */
  seccomp: number | null;
}

/**
 * Files of /proc that root may write by their mode alone. Where the runner is root, the user inside is the same user to the kernel, and these
 * ask for no capability: they are put read-only above themselves.
 */
export const COVERABLE = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/bus",
  "/proc/driver",
  "/proc/dynamic_debug",
  "/proc/fs",
  "/proc/irq",
  "/proc/mtrr",
  "/proc/scsi",
  "/proc/sys",
  "/proc/sysrq-trigger",
];

/** All that comes before the program itself. */
export function bubblewrapArguments(wrapping: Wrapping, program: Program): string[] {
  const { layout, placed, tmpBytes, canDisableUserns, covered, seccomp } = wrapping;
  const size = tmpBytes === null ? [] : ["--size", String(tmpBytes)];
  const { uid, gid } = BUBBLEWRAP_USER;
  const namespaces = ["user", "pid", "net", "ipc", "uts"].map((name) => `--unshare-${name}`);
  return [
    [
      ...namespaces,
      "--unshare-cgroup-try",
      "--uid",
      String(uid),
      "--gid",
      String(gid),
      "--hostname",
      "sandbox",
    ],
    canDisableUserns ? ["--disable-userns"] : [],
    ["--die-with-parent", "--clearenv", "--proc", "/proc"],
    covered.flatMap((path) => ["--ro-bind", path, path]),
    ["--dev", "/dev", "--perms", "1777", ...size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"],
    ["--perms", "1777", ...size, "--tmpfs", "/tmp", "--symlink", "/tmp", "/var/tmp"],
    layout.links.flatMap(({ path, text }) => ["--symlink", text, path]),
    layout.readable.flatMap(({ source, target }) => ["--ro-bind", source, target]),
    placed.flatMap(({ source, target }) => ["--ro-bind", source, target]),
    layout.writable.flatMap(({ source, target }) => ["--bind", source, target]),
    ["--remount-ro", "/"],
    seccomp === null ? [] : ["--seccomp", String(seccomp)],
    Object.entries(program.env).flatMap(([name, value]) => ["--setenv", name, value]),
    ["--chdir", program.cwd, "--"],
  ].flat();
}

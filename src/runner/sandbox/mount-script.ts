/** Text for bash that builds, as root in namespaces of its own, the same root of named files that bubblewrap builds, and enters it. */
import type { Layout, Mount } from "./layout.ts";
import { quoted } from "./root-shell.ts";

export interface NewRoot {
  layout: Layout;
  placed: readonly Mount[];
  /** An empty folder outside, on which the new root is mounted. */
  folder: string;
  /** Bytes of each folder in memory. */
  tmpBytes: number;
}

/** Files of /dev that programs need; everything else of it is a way to the machine. */
const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"];

const BEGIN = `
set -e
umask 022
place() { if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$root\${2%/*}"; [ -e "$root$2" ] || : > "$root$2"; fi; }
show() { place "$1" "$2"; mount --bind -o ro,nosuid,nodev "$1" "$root$2"; }
give() { place "$1" "$2"; mount --bind -o nosuid,nodev "$1" "$root$2"; }
memory() { mkdir -p "$root$1"; mount -t tmpfs -o "nosuid,nodev,mode=1777,size=$2" none "$root$1"; }
mount --make-rprivate /
mount -t tmpfs -o nosuid,nodev,mode=755,size=16m none "$root"
mkdir -p "$root/proc" "$root/dev/pts" "$root/var"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t devpts -o nosuid,noexec,newinstance,ptmxmode=0666,mode=620 none "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for n in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/\${n%:*}" "$root/dev/\${n#*:}"; done
`;

/** The namespace of the network is new and its loopback still down. */
const ENTER = `
ln -s /tmp "$root/var/tmp"
ip link set lo up
echo sandbox > /proc/sys/kernel/hostname
mkdir -p "$root/old"
cd "$root"
pivot_root . old
umount -l /old
rmdir /old
mount -o remount,ro,nosuid,nodev /
set +e
`;

/** What follows it in the same shell runs in the new root, still as root. */
export function mountScript({ layout, placed, folder, tmpBytes }: NewRoot): string {
  const each = (verb: string, mounts: readonly Mount[]): string[] =>
    mounts.map(({ source, target }) => `${verb} ${quoted(source)} ${quoted(target)}`);
  return [
    `root=${quoted(folder)}`,
    BEGIN,
    ...DEVICES.map(
      (name) => `: > "$root/dev/${name}"; mount --bind -o nosuid,noexec /dev/${name} "$root/dev/${name}"`,
    ),
    ...["/dev/shm", "/tmp"].map((path) => `memory ${path} ${tmpBytes}`),
    ...layout.links.map(({ path, text }) => `ln -s ${quoted(text)} "$root"${quoted(path)}`),
    ...each("show", layout.readable),
    ...each("show", placed),
    ...each("give", layout.writable),
    ENTER,
  ].join("\n");
}

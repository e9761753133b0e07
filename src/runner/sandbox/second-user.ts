/** The sandbox of a second user, for machines on which the runner may become root but cannot use bubblewrap. */
import { execFile } from "node:child_process";
import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { confinedSandbox, type Confinement } from "./confined.ts";
import { layOut, type Machine } from "./layout.ts";
import { disksOf, openLimits, type Bounds } from "./limits.ts";
import { mountScript } from "./mount-script.ts";
import { INSIDE, placeFiles, type InsideUser } from "./placed.ts";
import { quoted, shellOfRoot, succeeds } from "./root-shell.ts";
import type { Rooms, Sandbox } from "./sandbox.ts";

const run = promisify(execFile);

const USER = "gza-agent";
const MAKE_USER = `id -u ${USER} || useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ${USER}`;
const TOOLS = ["unshare", "setpriv", "mount", "pivot_root", "ip", "setsid"];

/**
 * Root builds the namespaces and the new root; what runs inside is the second user, who has neither rights nor a way to get any. The rooms
 * are the second user's as long as a program runs inside, and the runner's otherwise. Instead of a sandbox: why this machine has none of the kind.
 */
export async function openSecondUser(
  rooms: Rooms,
  machine: Machine,
  bounds: Bounds,
): Promise<Sandbox | string> {
  const shell = await shellOfRoot();
  if (shell === null) return "the runner is not root and has no sudo without a password";
  const missing = await missingTools(shell);
  if (missing !== null) return `${missing} is not installed`;
  const user = (await succeeds(shell, MAKE_USER)) ? await numbersOf(USER) : null;
  if (user === null) return `the user ${USER} cannot be made`;

  const layout = await layOut(rooms, machine);
  const folder = join(machine.temp, "sandbox");
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "root"), { recursive: true, mode: 0o700 });
  const placed = await placeFiles(join(folder, "etc"), rooms, user);
  // Whoever may write to a socket may connect to it; only inside is there a way to this one.
  await chmod(rooms.gateway, 0o666);
  const limits = await openLimits(bounds);
  const handTo = (owner: string): string =>
    `chown -Rh ${owner} ${[rooms.clone, rooms.home].map(quoted).join(" ")}`;
  const mounts = mountScript({ layout, placed, folder: join(folder, "root"), tmpBytes: bounds.tmp });
  const confinement: Confinement = {
    around: ({ cwd, env }) => [
      cwd,
      "setpriv",
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      "--clear-groups",
      "--no-new-privs",
      "--bounding-set=-all",
      "--inh-caps=-all",
      "env",
      "-i",
      ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ],
    inside: INSIDE,
    limits,
    last: (told) =>
      leading({ becomeRoot: shell.slice(0, -1), handOver: handTo(`${user.uid}:${user.gid}`), mounts, told }),
    whenQuiet: async () => {
      if (!(await succeeds(shell, handTo(`${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`))))
        throw new Error(
          `the agent's rooms could not be taken back from the user ${USER}; look at the disk of this machine`,
        );
    },
    folder,
    disks: await disksOf(rooms, bounds),
  };
  return confinedSandbox("user", confinement);
}

async function numbersOf(name: string): Promise<InsideUser> {
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (kind) => Number((await run("id", [kind, name])).stdout)),
  );
  if (!uid || !gid) throw new Error(`the user ${name} must not be root; take it away from this machine`);
  return { uid, gid };
}

async function missingTools(shell: readonly string[]): Promise<string | null> {
  for (const tool of TOOLS) if (!(await succeeds(shell, `command -v ${tool}`))) return tool;
  return null;
}

/**
 * Three shells, for the runner may not be allowed to signal what root has started. The first is the runner's own: it hears the signals and
 * tells the second, which is root's. That one passes the polite ones on and, when the first or the runner itself is gone, kills the third: the first process of
 * the new namespaces, with which all others end.
 */
function leading(parts: {
  /** The command line, which may be empty, by which a program is root's. */
  becomeRoot: readonly string[];
  handOver: string;
  mounts: string;
  told: string;
}): string {
  const { becomeRoot, handOver, mounts, told } = parts;
  const words = quoted(`${told}.signals`);
  // It stays root's to the end: as another user it would outlive the second, and nobody would take in the orphans of the programs.
  const third = ["trap '' INT TERM HUP", mounts, `cd "$1" && shift || exit 125`, `"$@"`, "exit $?"].join(
    "\n",
  );
  const second = [
    "trap '' INT TERM HUP",
    `exec 3>>${quoted(told)} 8<>${words}`,
    `${handOver} || exit 125`,
    `unshare --mount --net --ipc --uts --pid --fork --kill-child -- bash --noprofile --norc -c ${quoted(third)} bash "\${@:3}" <&0 8>&- &`,
    "third=$!",
    "while kill -0 $third 2>/dev/null; do",
    "  if read -t 0.2 -r word <&8; then case $word in INT | TERM) kill -$word -- -$$ ;; esac",
    "  elif [ ! -d /proc/$1 ] || [ ! -d /proc/$2 ]; then kill -KILL $third; fi",
    "done",
    "wait $third",
  ].join("\n");
  return [
    `mkfifo -m 600 ${words} && exec 9<>${words}`,
    "trap '' HUP; trap 'was=1; echo INT >&9' INT; trap 'was=1; echo TERM >&9' TERM",
    `${["setsid", "--wait", ...becomeRoot, "setsid", "--wait", "bash"].join(" ")} --noprofile --norc -c ${quoted(second)} bash $$ $PPID "$@" <&0 9>&- &`,
    "while :; do was=0; wait $!; code=$?; [ $was = 1 ] || break; done",
    `rm -f ${words}; exit $code`,
  ].join("\n");
}

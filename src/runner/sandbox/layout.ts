/** Which of this machine's files programs inside a sandbox see: an allowlist, looked up once when the sandbox is opened. */
import { lstat, readdir, readlink, realpath } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { Rooms } from "./sandbox.ts";

export interface Mount {
  source: string;
  target: string;
}

export interface Layout {
  /** Links at the root, as `/bin`, with the text of each. */
  links: readonly { path: string; text: string }[];
  /** Outer folders come before what lies in them. */
  readable: readonly Mount[];
  writable: readonly Mount[];
}

export interface Machine {
  /** The search path of programs. */
  path: string;
  /** The home of the person as whom the runner runs. */
  home: string;
  /** Folders with the tools that actions have put onto the machine. */
  toolcaches: readonly string[];
  /** Where the program of GitHub's runner lies, with the keys by which GitHub knows the machine; null: it is elsewhere or there is none. */
  runner: string | null;
  /** The runner's own folder, with the job, the session and what is handed over. */
  temp: string;
}

const ROOT_FOLDERS = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/** Folders of installed programs, readable by everyone on the machine that has them. */
const SYSTEM = ["/usr", "/nix/store", "/home/linuxbrew/.linuxbrew", "/var/lib/gems"];

/** No password, no key, no account of a registry: only what programs need to run at all. */
const SETTINGS = [
  "alternatives",
  "bash.bashrc",
  "ca-certificates",
  "ca-certificates.conf",
  "crypto-policies",
  "debian_version",
  "fonts",
  "gradle",
  "ImageMagick-6",
  "inputrc",
  "java",
  "java-11-openjdk",
  "java-17-openjdk",
  "java-21-openjdk",
  "java-25-openjdk",
  "java-8-openjdk",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "localtime",
  "locale.alias",
  "locale.conf",
  "lsb-release",
  "magic",
  "magic.mime",
  // Without its settings, in which registries have their passwords.
  "maven/logging",
  "maven/m2.conf",
  "mime.types",
  "os-release",
  "perl",
  "php",
  "pki/ca-trust",
  "pki/tls/certs",
  "pki/tls/cert.pem",
  "protocols",
  "python3",
  "R",
  "services",
  "shells",
  "ssl/cert.pem",
  "ssl/certs",
  "ssl/openssl.cnf",
  "terminfo",
  "timezone",
];

/** Toolchains that lie beside the folder of programs which names them. */
const HOME_TOOLCHAINS = [".rustup", ".nvm", ".dotnet"];

/** Never shown, whoever names them, nor anything within: what lies there belongs to the machine or its services. */
const HIDDEN = ["/proc", "/sys", "/dev", "/run", "/var/run", "/etc", "/boot"];
/** Not shown as a whole. */
const NEVER_WHOLE = new Set(["/", "/root", "/home", "/var", "/tmp"]);

/** Throws if a room holds the runner's own folder: then nothing could be hidden. */
export async function layOut(rooms: Rooms, machine: Machine): Promise<Layout> {
  const temp = await realpath(machine.temp);
  const home = (await realpathOrNull(machine.home)) ?? machine.home;
  const writable: Mount[] = [];
  for (const room of [rooms.clone, rooms.home]) {
    const source = await realpath(room);
    if (holds(source, temp) || isHidden(source)) throw holding(source, temp);
    for (const target of new Set([source, room])) writable.push({ source, target });
  }

  const links: { path: string; text: string }[] = [];
  const wanted: string[] = [];
  for (const path of ROOT_FOLDERS) {
    const stats = await lstatOrNull(path);
    if (stats?.isSymbolicLink()) links.push({ path, text: await readlink(path) });
    else if (stats !== null) wanted.push(path);
  }
  const secret = [temp, home, ...(machine.runner === null ? [] : [machine.runner])];
  const tools = [
    // Each for itself, for a runner of GitHub's may be installed among them.
    ...(await entriesOf("/opt")),
    ...machine.path.split(":"),
    ...machine.toolcaches,
    ...HOME_TOOLCHAINS.map((name) => join(home, name)),
  ];
  const readable: Mount[] = [];
  const add = async (path: string, { isNamed }: { isNamed: boolean }): Promise<void> => {
    const source = isAbsolute(path) ? await realpathOrNull(path) : null;
    if (source === null || (!isNamed && !maySee(source, secret, temp))) return;
    for (const target of new Set([source, path])) {
      const isThere = readable.some((mount) => mount.target === mount.source && holds(mount.target, target));
      if (!isThere && !links.some((link) => holds(link.path, target))) readable.push({ source, target });
    }
  };
  for (const path of [...wanted, ...SYSTEM, ...SETTINGS.map((name) => join("/etc", name))])
    await add(path, { isNamed: true });
  for (const path of tools) await add(path.replace(/(?<=.)\/+$/, ""), { isNamed: false });
  for (const path of [process.execPath, ...rooms.readable]) {
    if (holds((await realpathOrNull(path)) ?? path, temp)) throw holding(path, temp);
    await add(path, { isNamed: true });
  }
  const inOrder = readable.toSorted((a, b) => a.target.length - b.target.length);
  return { links, readable: inOrder, writable };
}

function holding(room: string, temp: string): Error {
  return new Error(
    `The room ${room} of the agent must not hold the machine's own folders, nor the runner's own (${temp}); name a folder beside it.`,
  );
}

/** The folder of GitHub's runner, whose Node runs actions as `externals/node24/bin/node` in it; null: another Node runs this. */
export function runnerOf(node: string): string | null {
  return /^(?<folder>.+)\/externals\/node\d+\/bin\/node$/.exec(node)?.groups?.["folder"] ?? null;
}

/** Whether `path` is `folder` or lies in it; both are absolute. */
export function holds(folder: string, path: string): boolean {
  return folder === "/" || path === folder || path.startsWith(`${folder}/`);
}

/** Of what only the search path or the machine names nothing is shown that would show a secret folder with it, or lies in the runner's own. */
function maySee(path: string, secret: readonly string[], temp: string): boolean {
  return !isHidden(path) && !holds(temp, path) && !secret.some((folder) => holds(path, folder));
}

function isHidden(path: string): boolean {
  return NEVER_WHOLE.has(path) || HIDDEN.some((folder) => holds(folder, path));
}

async function entriesOf(folder: string): Promise<string[]> {
  return (await realpathOrNull(folder)) === null
    ? []
    : (await readdir(folder)).map((name) => join(folder, name));
}

async function lstatOrNull(path: string): Promise<Awaited<ReturnType<typeof lstat>> | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function realpathOrNull(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** What this user may not even look up is not there for the programs inside either. */
function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    ["ENOENT", "ENOTDIR", "EACCES", "ELOOP"].includes(String(error.code))
  );
}

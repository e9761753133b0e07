/** Takes commits out of an agent's clone without trusting its repository: files are read one by one, git never opens it with its settings. */
import { copyFile, link, lstat, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { openWithin } from "../open-plain.ts";

/** `head`: the commit that is checked out. */
export type ReadClone = { kind: "clone"; head: string } | { kind: "unreadable"; why: string };

const MAX_OBJECT_FILES = 500_000;
const MAX_REF_BYTES = 4096;
const MAX_PACKED_BYTES = 64 * 1024 * 1024;
const MAX_SYMREFS = 5;

const LOOSE = /^[0-9a-f]{38}$/;
const PACK = /^pack-[0-9a-f]{40}\.(?:pack|idx)$/;
const OID = /^[0-9a-f]{40}$/;

/**
 * Gives the bare repository `own` every object of the clone and answers with its HEAD. Nothing but objects, refs and HEAD is looked at, and
 * no link is followed: alternates, grafts, replacements, worktrees and settings of the clone stay behind.
 */
export async function readClone(clone: string, own: string): Promise<ReadClone> {
  for (const folder of [".", ".git", ".git/objects"]) {
    if (!(await isFolder(join(clone, folder)))) return unreadable(`without its folder ${folder}`);
  }
  const head = await readHead(join(clone, ".git"));
  if (head === null) return unreadable("without a readable HEAD");
  const linked = await linkObjects(join(clone, ".git", "objects"), join(own, "objects"));
  return linked ? { kind: "clone", head } : unreadable(`with more than ${MAX_OBJECT_FILES} object files`);
}

function unreadable(how: string): ReadClone {
  return { kind: "unreadable", why: `The agent left its clone ${how}.` };
}

/** gitrepository-layout(5): `HEAD` holds a commit or `ref: <name>`; a ref has a file of its own, or a line in `packed-refs`. */
async function readHead(dir: string): Promise<string | null> {
  let name = "HEAD";
  for (let depth = 0; depth < MAX_SYMREFS; depth += 1) {
    const text = await textWithin(dir, name, MAX_REF_BYTES);
    if (text === null) return name === "HEAD" ? null : packedRef(dir, name);
    const value = text.trim();
    if (OID.test(value)) return value;
    const target = /^ref:\s*(refs\/\S+)$/.exec(value)?.[1];
    if (target === undefined || target.split("/").some((part) => /^\.{0,2}$/.test(part))) return null;
    name = target;
  }
  return null;
}

async function packedRef(dir: string, name: string): Promise<string | null> {
  const text = await textWithin(dir, "packed-refs", MAX_PACKED_BYTES);
  const line = text?.split("\n").find((one) => one.endsWith(` ${name}`));
  const oid = line?.slice(0, -name.length - 1) ?? "";
  return OID.test(oid) ? oid : null;
}

async function textWithin(dir: string, path: string, limit: number): Promise<string | null> {
  const opened = await openWithin(dir, path);
  if (opened.kind !== "file") return null;
  await using handle = opened.handle;
  return opened.bytes > limit ? null : handle.readFile("utf8");
}

/** Links where the file system can, else copies; false: there are too many. */
async function linkObjects(from: string, to: string): Promise<boolean> {
  let files = 0;
  for (const folder of await readdir(from, { withFileTypes: true })) {
    const isPacks = folder.name === "pack";
    if (!folder.isDirectory() || !(isPacks || /^[0-9a-f]{2}$/.test(folder.name))) continue;
    await mkdir(join(to, folder.name), { recursive: true });
    for (const file of await readdir(join(from, folder.name), { withFileTypes: true })) {
      if (!file.isFile() || !(isPacks ? PACK : LOOSE).test(file.name)) continue;
      files += 1;
      if (files > MAX_OBJECT_FILES) return false;
      await linkFile(join(from, folder.name, file.name), join(to, folder.name, file.name));
    }
  }
  return true;
}

async function linkFile(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // Another file system, a file system without links, or too many of them.
    if (!["EXDEV", "EPERM", "EMLINK", "ENOTSUP"].includes(codeOf(error))) throw error;
    await copyFile(from, to);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return false;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

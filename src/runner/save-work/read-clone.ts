/** Takes commits out of an agent's clone without trusting its repository: files are read one by one, git never opens it with its settings. */
import { join } from "node:path";
import { openWithin } from "../open-plain.ts";
import { isFolder, linkObjects, MAX_OBJECT_FILES } from "./link-objects.ts";

/** `head`: the commit that is checked out. */
export type ReadClone = { kind: "clone"; head: string } | { kind: "unreadable"; why: string };

const MAX_REF_BYTES = 4096;
const MAX_PACKED_BYTES = 64 * 1024 * 1024;
const MAX_SYMREFS = 5;

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
  const linked = await linkObjects(join(clone, ".git"), join(own, "objects"));
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

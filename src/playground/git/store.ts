/** Reads and writes objects and refs in the files where git keeps them: to start git takes far longer than that. */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";
import { isRefName } from "./ref-name.ts";

export interface GitObject {
  oid: string;
  type: "commit" | "tree" | "blob" | "tag";
  bytes: Buffer;
}

/** Null: it has no file of its own. It may lie in a pack then, which only git reads. */
export function looseObject(directory: string, oid: string): GitObject | null {
  const packed = fileOrNull(pathOf(directory, oid));
  if (packed === null) return null;
  const whole = inflateSync(packed);
  const end = whole.indexOf(0);
  const [type = ""] = whole.toString("latin1", 0, end).split(" ");
  return { oid, type: type as GitObject["type"], bytes: whole.subarray(end + 1) };
}

/** The oid of these bytes, which git finds from now on. Whole under another name first, so that no reader finds half of it. */
export function writeObject(directory: string, type: GitObject["type"], bytes: Uint8Array): string {
  const whole = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
  const oid = createHash("sha1").update(whole).digest("hex");
  const path = pathOf(directory, oid);
  if (existsSync(path)) return oid;
  mkdirSync(join(path, ".."), { recursive: true });
  const fresh = join(path, "..", `tmp_obj_${randomUUID()}`);
  writeFileSync(fresh, deflateSync(whole, { level: 1 }), { mode: 0o444 });
  renameSync(fresh, path);
  return oid;
}

/** A ref that names a ref that names a ref … */
const DEPTH = 5;

/**
 * The oid that `HEAD` or the full name of a ref stands for, null if nothing does; undefined where only git can tell.
 * https://git-scm.com/docs/gitrepository-layout: each is a file of its name, or a line of `packed-refs`, over which the file wins.
 */
export function readRef(directory: string, name: string, depth = DEPTH): string | null | undefined {
  if (depth === 0 || (name !== "HEAD" && !(name.startsWith("refs/") && isRefName(name)))) return undefined;
  // The file first: one that is packed in between is found in either then.
  const text = fileOrNull(join(directory, name))?.toString("utf8").trim() ?? packedRefs(directory).get(name);
  if (text === undefined) return null;
  if (/^[0-9a-f]{40}$/.test(text)) return text;
  return text.startsWith("ref: ") ? readRef(directory, text.slice(5).trim(), depth - 1) : undefined;
}

/** Refs that have been put together into one file, with their oids. */
export function packedRefs(directory: string): Map<string, string> {
  const text = fileOrNull(join(directory, "packed-refs"))?.toString("utf8") ?? "";
  const lines = text.matchAll(/^([0-9a-f]{40}) (\S+)$/gm);
  return new Map([...lines].map(([, oid = "", name = ""]) => [name, oid]));
}

function pathOf(directory: string, oid: string): string {
  return join(directory, "objects", oid.slice(0, 2), oid.slice(2));
}

/** Git removes files and folders while we look: what is gone, or a folder, is no file. */
function fileOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return null;
    throw error;
  }
}

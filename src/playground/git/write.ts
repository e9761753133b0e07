/** Writes blobs, trees and commits, without touching any ref. */
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflate } from "node:zlib";
import type { Repository } from "../model/world.ts";
import { readObjects, type Commit, type TreeEntry } from "./objects.ts";
import { formatTree, isFolder, parseTree, type StoredEntry } from "./tree.ts";

export async function writeBlob(repository: Repository, bytes: Uint8Array | string): Promise<string> {
  return writeObject(repository, "blob", Buffer.from(bytes));
}

export type NewCommit = Omit<Commit, "oid">;

/** The oid of a commit with exactly these fields: the same fields make the same commit. */
export async function writeCommit(repository: Repository, commit: NewCommit): Promise<string> {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${signature(commit.author)}`,
    `committer ${signature(commit.committer)}`,
  ];
  return writeObject(repository, "commit", Buffer.from(`${lines.join("\n")}\n\n${commit.message}`));
}

/** One path of a new tree; `oid` null takes the path (a file or a whole folder) away. */
export interface TreeChange {
  path: string;
  mode: TreeEntry["mode"];
  oid: string | null;
}

/**
 * The tree that the changes make of `base` (null: of nothing). A `040000` entry puts a whole tree in place. All objects must exist.
 */
export async function writeTree(
  repository: Repository,
  base: string | null,
  changes: TreeChange[],
): Promise<string> {
  const isFile = ({ mode, oid }: TreeChange): boolean => mode !== "040000" && oid !== null;
  // What goes and whole folders come first, so that files can be put into such a folder.
  const ordered = [...changes.filter((change) => !isFile(change)), ...changes.filter(isFile)];
  const changed = await changeTree(repository, base, ordered);
  return changed ?? (await writeObject(repository, "tree", Buffer.alloc(0)));
}

/** Null: nothing is left in it. Paths are relative to the tree. */
async function changeTree(
  repository: Repository,
  base: string | null,
  changes: TreeChange[],
): Promise<string | null> {
  const entries = new Map<string, StoredEntry>();
  for (const entry of base === null ? [] : await entriesOf(repository, base)) entries.set(entry.name, entry);
  const inside = new Map<string, TreeChange[]>();
  for (const change of changes) {
    const slash = change.path.indexOf("/");
    const name = slash === -1 ? change.path : change.path.slice(0, slash);
    if (slash !== -1) {
      const rest = { ...change, path: change.path.slice(slash + 1) };
      inside.set(name, [...(inside.get(name) ?? []), rest]);
      continue;
    }
    inside.delete(name);
    const { mode, oid } = change;
    if (oid === null) entries.delete(name);
    else entries.set(name, { name, oid, mode: mode.replace(/^0/, "") });
  }
  for (const [name, changesInside] of inside) {
    const entry = entries.get(name);
    const folder = entry !== undefined && isFolder(entry) ? entry.oid : null;
    // There is nothing in a file that could be taken away.
    if (folder === null && changesInside.every(({ oid }) => oid === null)) continue;
    const oid = await changeTree(repository, folder, changesInside);
    if (oid === null) entries.delete(name);
    else entries.set(name, { name, oid, mode: "40000" });
  }
  if (entries.size === 0) return null;
  return writeObject(repository, "tree", formatTree(entries.values()));
}

async function entriesOf(repository: Repository, treeish: string): Promise<StoredEntry[]> {
  const [tree] = await readObjects(repository, [`${treeish}^{tree}`]);
  if (!tree) throw new Error(`there is no tree ${treeish} in ${repository.directory}`);
  return parseTree(tree.bytes);
}

const compress = promisify(deflate);

/** As a loose object, in the way that git writes one: whole under another name first, so that no reader finds half of it. */
async function writeObject(
  { directory }: Repository,
  type: "blob" | "tree" | "commit",
  bytes: Buffer,
): Promise<string> {
  const whole = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
  const oid = createHash("sha1").update(whole).digest("hex");
  const folder = join(directory, "objects", oid.slice(0, 2));
  const path = join(folder, oid.slice(2));
  if (await exists(path)) return oid;
  await mkdir(folder, { recursive: true });
  const fresh = join(folder, `tmp_obj_${randomUUID()}`);
  await writeFile(fresh, await compress(whole, { level: 1 }), { mode: 0o444 });
  await rename(fresh, path);
  return oid;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** As git writes it; characters that would end a field are left out. */
function signature({ name, email, date }: Commit["author"]): string {
  const seconds = Math.floor(Date.parse(date) / 1000);
  const clean = (text: string): string => text.replaceAll(/[<>\n\0]/g, "").trim();
  return `${clean(name)} <${clean(email)}> ${seconds} +0000`;
}

/** Writes blobs, trees and commits, without touching any ref. */
import type { Repository } from "../model/world.ts";
import { lookUp } from "./look-up.ts";
import type { Commit, TreeEntry } from "./objects.ts";
import { writeObject } from "./store.ts";
import { formatTree, isFolder, parseTree, type StoredEntry } from "./tree.ts";

export async function writeBlob(repository: Repository, bytes: Uint8Array | string): Promise<string> {
  return writeObject(repository.directory, "blob", Buffer.from(bytes));
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
  return writeObject(repository.directory, "commit", Buffer.from(`${lines.join("\n")}\n\n${commit.message}`));
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
  return changed ?? writeObject(repository.directory, "tree", Buffer.alloc(0));
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
  return writeObject(repository.directory, "tree", formatTree(entries.values()));
}

async function entriesOf(repository: Repository, treeish: string): Promise<StoredEntry[]> {
  const [tree] = await lookUp(repository, [`${treeish}^{tree}`]);
  if (!tree) throw new Error(`there is no tree ${treeish} in ${repository.directory}`);
  return parseTree(tree.bytes);
}

/** As git writes it; characters that would end a field are left out. */
function signature({ name, email, date }: Commit["author"]): string {
  const seconds = Math.floor(Date.parse(date) / 1000);
  const clean = (text: string): string => text.replaceAll(/[<>\n\0]/g, "").trim();
  return `${clean(name)} <${clean(email)}> ${seconds} +0000`;
}

/** The index as it was before an agent was asked: by it is seen what of the branch is gone afterwards, and it is laid out again. */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { git } from "../git/git.ts";
import { literally, pathList, type Own } from "./own-repository.ts";

export interface KeptIndex {
  /** Paths that differ from the base and are not in conflict. */
  brought: ReadonlySet<string>;
}

const KEPT = "index.kept";

export async function keepIndex(own: Own, base: string): Promise<KeptIndex> {
  await copyIndex(own, "index", KEPT);
  return { brought: await broughtTo(own, base) };
}

/** Conflicts are in the index again, files stay as they are. */
export async function restoreIndex(own: Own): Promise<void> {
  await copyIndex(own, KEPT, "index");
}

/**
 * What is now just as the base has it, and was not before. An agent may mean that; but it is also what `git reset` and `git checkout`
 * leave, for the clone stands on the base.
 */
export async function lostSince(own: Own, base: string, kept: KeptIndex): Promise<string[]> {
  const now = await broughtTo(own, base);
  return [...kept.brought].filter((path) => !now.has(path));
}

/** Whether the path is just as the base has it. */
export async function isAsOnBase(own: Own, base: string, path: string): Promise<boolean> {
  return !(await broughtTo(own, base)).has(path);
}

/** Lays files out as the index has them, conflicts with their markers. */
export async function layAgain(own: Own, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const args = ["checkout", "--quiet", "--merge", "--pathspec-from-file=-", "--pathspec-file-nul"];
  await git(args, { ...literally(own), input: pathList(paths) });
}

async function broughtTo(own: Own, base: string): Promise<Set<string>> {
  const listing = await git(["diff-index", "--cached", "-z", "--name-status", "--no-renames", base], own);
  const words = listing.split("\0");
  const paths = new Set<string>();
  for (let index = 0; index + 1 < words.length; index += 2) {
    const [status, path] = [words[index], words[index + 1]];
    if (path !== undefined && status !== "U") paths.add(path);
  }
  return paths;
}

/** With its times, by which git tells whether a file has changed since. */
async function copyIndex({ dir }: Own, from: string, to: string): Promise<void> {
  await cp(join(dir, from), join(dir, to), { preserveTimestamps: true, force: true });
}

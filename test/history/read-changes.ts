/** Reads the last changes of a history: what each one did to which file, and the commit before all of them. */
import { git } from "../../src/runner/git/git.ts";
import type { OpenRepository } from "./open-repository.ts";

/** A file as a commit has it; null: it has none. */
export interface Entry {
  mode: string;
  oid: string;
}

export interface FileChange {
  path: string;
  before: Entry | null;
  after: Entry | null;
}

export interface Change {
  /** From 1, oldest first. */
  order: number;
  commit: string;
  /** Its first parent: a merge is one change. */
  parent: string;
  subject: string;
  files: FileChange[];
}

export interface Window {
  /** The commit before the first change. */
  base: string;
  changes: Change[];
  notes: string[];
}

const GONE = "000000";

/** The last `count` changes on the first-parent line; fewer where the history is shorter. */
export async function readChanges({ dir, head }: OpenRepository, count: number): Promise<Window> {
  const log = await git(
    ["log", "-z", "--first-parent", `--max-count=${count + 1}`, "--format=%H%x01%P%x01%s", head],
    { dir },
  );
  const commits = log
    .split("\0")
    .filter((line) => line !== "")
    .map(parseCommit)
    .toReversed();
  const [first, ...rest] = commits;
  if (first === undefined)
    throw new Error(`git lists no commit at ${head}; is the repository whole? try git fsck`);
  const changes: Change[] = [];
  for (const [index, { commit, parent, subject }] of rest.entries()) {
    const files = await diffTrees(dir, parent, commit);
    changes.push({ order: index + 1, commit, parent, subject, files });
  }
  const notes =
    rest.length < count ? [`the history has ${rest.length} of the ${count} changes that were asked for`] : [];
  return { base: first.commit, changes, notes };
}

/** Every path that differs; a rename is a path that goes and one that comes. Names that are not UTF-8 carry U+FFFD. */
export async function diffTrees(dir: string, before: string, after: string): Promise<FileChange[]> {
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", before, after];
  // Submodules are changes too.
  const fields = (await git([...args, "--ignore-submodules=none"], { dir })).split("\0");
  const files: FileChange[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [oldMode = "", newMode = "", oldOid = "", newOid = ""] = (fields[index] ?? "").slice(1).split(" ");
    files.push({
      path: fields[index + 1] ?? "",
      before: oldMode === GONE ? null : { mode: oldMode, oid: oldOid },
      after: newMode === GONE ? null : { mode: newMode, oid: newOid },
    });
  }
  return files;
}

/** All files of a tree by their paths. */
export async function listTree(dir: string, tree: string): Promise<Map<string, Entry>> {
  const listing = await git(["ls-tree", "-r", "-z", "--full-tree", tree], { dir });
  const entries = new Map<string, Entry>();
  for (const line of listing.split("\0")) {
    const parts = /^(?<mode>\d+) \w+ (?<oid>[0-9a-f]+)\t(?<path>.+)$/s.exec(line)?.groups;
    if (parts?.["path"] !== undefined)
      entries.set(parts["path"], { mode: parts["mode"] ?? "", oid: parts["oid"] ?? "" });
  }
  return entries;
}

export function isSame(one: Entry | null | undefined, other: Entry | null | undefined): boolean {
  return one?.mode === other?.mode && one?.oid === other?.oid;
}

function parseCommit(line: string): { commit: string; parent: string; subject: string } {
  const [commit = "", parents = "", ...subject] = line.split("\u0001");
  return { commit, parent: parents.split(" ")[0] ?? "", subject: subject.join(" ") };
}

/** Reads commits, trees, blobs and refs of a repository. */
import type { Repository } from "../model/world.ts";
import { ask, type Found, type Question } from "./reader.ts";
import { remembered } from "./remember.ts";
import { gitText, tryGit } from "./run.ts";
import { parseTree, typeOf } from "./tree.ts";

export type GitObject = Found;

/** Who wrote or committed something; `date` is to the second, in UTC. */
export interface Identity {
  name: string;
  email: string;
  date: string;
}

export interface Commit {
  oid: string;
  tree: string;
  parents: string[];
  author: Identity;
  committer: Identity;
  message: string;
}

export interface TreeEntry {
  mode: "100644" | "100755" | "120000" | "040000" | "160000";
  type: "blob" | "tree" | "commit";
  oid: string;
  path: string;
  /** Bytes of a blob, null for the others. */
  size: number | null;
}

export interface Ref {
  name: string;
  oid: string;
}

/** The oid that a revision (`main`, `refs/heads/main`, `<oid>`, `main:path`, `<oid>^{commit}`) stands for; null if nothing does. */
export async function resolve(repository: Repository, revision: string): Promise<string | null> {
  const [found] = await resolveAll(repository, [revision]);
  return found?.oid ?? null;
}

/** As `resolve`, for many at once and with the kind of object. */
export function resolveAll(
  repository: Repository,
  revisions: string[],
): Promise<({ oid: string; type: GitObject["type"] } | null)[]> {
  return asked(repository, "info", revisions);
}

/** The objects behind many revisions, in their order; null where there is none. */
export function readObjects(repository: Repository, revisions: string[]): Promise<(GitObject | null)[]> {
  return asked(repository, "contents", revisions);
}

async function asked(
  { directory }: Repository,
  question: Question,
  revisions: string[],
): Promise<(GitObject | null)[]> {
  const found = await ask(directory, question, revisions.filter(isOneLine));
  return revisions.map((revision) => (isOneLine(revision) ? (found.shift() ?? null) : null));
}

/** A commit by oid or revision; null when there is none (a tag is followed to its commit). */
export async function readCommit(repository: Repository, revision: string): Promise<Commit | null> {
  const [commit] = await readCommits(repository, [revision]);
  return commit ?? null;
}

export async function readCommits(repository: Repository, revisions: string[]): Promise<(Commit | null)[]> {
  const objects = await readObjects(
    repository,
    revisions.map((revision) => `${revision}^{commit}`),
  );
  return objects.map((object) => (object?.type === "commit" ? parseCommit(object.oid, object.bytes) : null));
}

/** The file that `<revision>:<path>` (or a blob's oid) names; null when it is missing or no file. */
export async function readBlob(
  repository: Repository,
  revisionAndPath: string,
): Promise<{ oid: string; bytes: Buffer } | null> {
  const [object] = await readObjects(repository, [revisionAndPath]);
  return object?.type === "blob" ? { oid: object.oid, bytes: object.bytes } : null;
}

/** What a tree (or the tree of a revision) holds; with `recursive` everything below it, trees included. Null: no such tree. */
export async function readTree(
  repository: Repository,
  treeish: string,
  recursive = false,
): Promise<TreeEntry[] | null> {
  const [tree] = await readObjects(repository, [treeish.includes(":") ? treeish : `${treeish}^{tree}`]);
  if (tree?.type !== "tree") return null;
  const stored = parseTree(tree.bytes);
  const sizes = await ask(
    repository.directory,
    "info",
    stored.map(({ oid }) => oid),
  );
  const entries: TreeEntry[] = [];
  for (const [index, { mode, name, oid }] of stored.entries()) {
    const type = typeOf({ mode });
    const size = type === "blob" ? (sizes[index]?.size ?? null) : null;
    entries.push({ mode: mode.padStart(6, "0") as TreeEntry["mode"], type, oid, path: name, size });
    if (type !== "tree" || !recursive) continue;
    for (const entry of (await readTree(repository, oid, true)) ?? [])
      entries.push({ ...entry, path: `${name}/${entry.path}` });
  }
  return entries;
}

/** All refs whose name begins with `prefix` (as GitHub's matching-refs: `refs/heads/feat` finds `refs/heads/feature`), by name. */
export async function listRefs(repository: Repository, prefix: string): Promise<Ref[]> {
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const listing = await gitText(repository.directory, [
    "for-each-ref",
    "--format=%(objectname) %(refname)",
    ...(folder === "" ? [] : [folder]),
  ]);
  return listing
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({ oid: line.slice(0, 40), name: line.slice(41) }))
    .filter((ref) => ref.name.startsWith(prefix));
}

/** Whether commit `a` is reachable from commit `b` (a commit is its own ancestor). False when either is missing. */
export async function isAncestor(repository: Repository, a: string, b: string): Promise<boolean> {
  const [first] = await resolveAll(repository, [`${a}^{commit}`]);
  return first !== undefined && first !== null && (await mergeBase(repository, first.oid, b)) === first.oid;
}

/** The best common ancestor of two commits; null when they share no history or one is missing. */
export async function mergeBase(repository: Repository, a: string, b: string): Promise<string | null> {
  const [first, second] = await resolveAll(repository, [`${a}^{commit}`, `${b}^{commit}`]);
  if (!first || !second) return null;
  if (first.oid === second.oid) return first.oid;
  const oids = [first.oid, second.oid];
  return remembered(repository, { question: "merge base", oids }, async () => {
    const { code, stdout, stderr } = await tryGit(repository.directory, ["merge-base", ...oids]);
    if (code === 0) return stdout.toString("utf8").trim();
    if (code === 1) return null;
    throw new Error(`${a} and ${b} could not be compared in ${repository.directory}: ${stderr.trim()}`);
  });
}

/** cat-file takes one name a line; GitHub knows no name with a newline either. */
function isOneLine(revision: string): boolean {
  return revision !== "" && !/[\n\0]/.test(revision);
}

/** A commit object as git stores it, read into its parts. */
export function parseCommit(oid: string, bytes: Buffer): Commit {
  const text = bytes.toString("utf8");
  const split = text.indexOf("\n\n");
  const headers = text.slice(0, split).split("\n");
  const values = (name: string) =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  return {
    oid,
    tree: values("tree")[0] ?? "",
    parents: values("parent"),
    author: parseIdentity(values("author")[0] ?? ""),
    committer: parseIdentity(values("committer")[0] ?? ""),
    message: text.slice(split + 2),
  };
}

function parseIdentity(line: string): Identity {
  const found = /^(?<name>.*?) ?<(?<email>[^>]*)> (?<seconds>-?\d+) [+-]\d{4}$/.exec(line)?.groups;
  if (!found)
    throw new Error(`a commit names its author as "${line}": write it as "Name <email> seconds zone"`);
  return {
    name: found["name"] ?? "",
    email: found["email"] ?? "",
    date: new Date(Number(found["seconds"]) * 1000).toISOString().replace(".000Z", "Z"),
  };
}

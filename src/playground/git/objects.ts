/** Reads commits, trees, blobs and refs of a repository, many with one git process. */
import type { Repository } from "../model/world.ts";
import { git, gitText, tryGit } from "./run.ts";

export interface GitObject {
  oid: string;
  type: "commit" | "tree" | "blob" | "tag";
  bytes: Buffer;
}

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
export async function resolveAll(
  repository: Repository,
  revisions: string[],
): Promise<({ oid: string; type: GitObject["type"] } | null)[]> {
  const known = revisions.map(isOneLine);
  const stdin = revisions.filter((_, index) => known[index]).join("\n");
  if (stdin === "") return revisions.map(() => null);
  const answer = await gitText(repository.directory, ["cat-file", "--batch-check"], { stdin: `${stdin}\n` });
  const lines = answer.split("\n");
  return known.map((asked) => {
    const found = asked
      ? /^(?<oid>[0-9a-f]{40}) (?<type>commit|tree|blob|tag) \d+$/.exec(lines.shift() ?? "")
      : null;
    return found?.groups
      ? { oid: found.groups["oid"] as string, type: found.groups["type"] as GitObject["type"] }
      : null;
  });
}

/** The objects behind many revisions, in their order, with one git process; null where there is none. */
export async function readObjects(
  repository: Repository,
  revisions: string[],
): Promise<(GitObject | null)[]> {
  const known = revisions.map(isOneLine);
  const stdin = revisions.filter((_, index) => known[index]).join("\n");
  if (stdin === "") return revisions.map(() => null);
  const answer = await git(repository.directory, ["cat-file", "--batch"], { stdin: `${stdin}\n` });
  let at = 0;
  return known.map((asked) => {
    if (!asked) return null;
    const end = answer.indexOf("\n", at);
    const header = answer.toString("utf8", at, end);
    at = end + 1;
    const found = /^(?<oid>[0-9a-f]{40}) (?<type>\w+) (?<size>\d+)$/.exec(header)?.groups;
    if (!found) return null;
    const size = Number(found["size"]);
    const bytes = answer.subarray(at, at + size);
    at += size + 1;
    return { oid: found["oid"] as string, type: found["type"] as GitObject["type"], bytes };
  });
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
  const oid = await resolve(repository, treeish.includes(":") ? treeish : `${treeish}^{tree}`);
  if (oid === null) return null;
  const args = ["ls-tree", "-z", "--long", "--full-tree", ...(recursive ? ["-r", "-t"] : []), oid];
  const listing = (await git(repository.directory, args)).toString("utf8");
  return listing
    .split("\0")
    .filter((line) => line !== "")
    .map(parseTreeLine);
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
  if (!isOneLine(a) || !isOneLine(b)) return false;
  const args = ["merge-base", "--is-ancestor", "--end-of-options", a, b];
  return (await tryGit(repository.directory, args)).code === 0;
}

/** The best common ancestor of two commits; null when they share no history or one is missing. */
export async function mergeBase(repository: Repository, a: string, b: string): Promise<string | null> {
  const found = await resolveAll(repository, [`${a}^{commit}`, `${b}^{commit}`]);
  const [first, second] = found;
  if (!first || !second) return null;
  if (first.oid === second.oid) return first.oid;
  const result = await tryGit(repository.directory, ["merge-base", first.oid, second.oid]);
  return result.code === 0 ? result.stdout.toString("utf8").trim() : null;
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

function parseTreeLine(line: string): TreeEntry {
  const tab = line.indexOf("\t");
  const facts = line.slice(0, tab);
  const [mode, type, oid = "", size] = facts.split(/ +/);
  return {
    mode: mode as TreeEntry["mode"],
    type: type as TreeEntry["type"],
    oid,
    path: line.slice(tab + 1),
    size: size === "-" || size === undefined ? null : Number(size),
  };
}

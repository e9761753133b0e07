/** Reads commits, trees and blobs of a repository. */
import type { Repository } from "../model/world.ts";
import { mergeBasesOf } from "./graph.ts";
import { lookUp } from "./look-up.ts";
import { git, gitText } from "./run.ts";
import type { GitObject } from "./store.ts";
import { parseTree, typeOf } from "./tree.ts";

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
}

export interface SizedEntry extends TreeEntry {
  /** Bytes of a blob, null for the others. */
  size: number | null;
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
  const found = await lookUp(repository, revisions);
  return found.map((object) => object && { oid: object.oid, type: object.type });
}

/** A commit by oid or revision; null when there is none (a tag is followed to its commit). */
export async function readCommit(repository: Repository, revision: string): Promise<Commit | null> {
  const [commit] = await readCommits(repository, [revision]);
  return commit ?? null;
}

export async function readCommits(repository: Repository, revisions: string[]): Promise<(Commit | null)[]> {
  const objects = await lookUp(
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
  const [object] = await lookUp(repository, [revisionAndPath]);
  return object?.type === "blob" ? { oid: object.oid, bytes: object.bytes } : null;
}

/** What a tree (or the tree of a revision) holds. Null: no such tree. */
export async function readTree(repository: Repository, treeish: string): Promise<TreeEntry[] | null> {
  const [tree] = await lookUp(repository, [treeish.includes(":") ? treeish : `${treeish}^{tree}`]);
  if (tree?.type !== "tree") return null;
  return parseTree(tree.bytes).map(({ mode, name, oid }) => ({
    mode: mode.padStart(6, "0") as TreeEntry["mode"],
    type: typeOf({ mode }),
    oid,
    path: name,
  }));
}

/** What the tree of this oid holds, with sizes; with `recursive` everything below it, trees included. */
export async function listTree(
  repository: Repository,
  oid: string,
  recursive: boolean,
): Promise<SizedEntry[]> {
  const args = ["ls-tree", "-z", "--long", "--full-tree", ...(recursive ? ["-r", "-t"] : []), oid];
  const listing = (await git(repository.directory, args)).toString("utf8");
  return listing
    .split("\0")
    .filter((line) => line !== "")
    .map(parseTreeLine);
}

/** Whether commit `a` is reachable from commit `b` (a commit is its own ancestor). False when either is missing. */
export async function isAncestor(repository: Repository, a: string, b: string): Promise<boolean> {
  const [first, second] = await resolveAll(repository, [`${a}^{commit}`, `${b}^{commit}`]);
  if (!first || !second) return false;
  return (await mergeBasesOf(repository, first.oid, second.oid)).includes(first.oid);
}

/** The best common ancestor of two commits; null when they share no history or one is missing. */
export async function mergeBase(repository: Repository, a: string, b: string): Promise<string | null> {
  const [first, second] = await resolveAll(repository, [`${a}^{commit}`, `${b}^{commit}`]);
  if (!first || !second) return null;
  const [best, ...others] = await mergeBasesOf(repository, first.oid, second.oid);
  // Of several, all as good, git has one that it names first.
  if (others.length === 0) return best ?? null;
  return gitText(repository.directory, ["merge-base", first.oid, second.oid]);
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

function parseTreeLine(line: string): SizedEntry {
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

/** Finds the objects that revisions stand for; what an oid stands for never changes and is kept, and git is asked only for the rest. */
import type { Repository } from "../model/world.ts";
import { git } from "./run.ts";
import { looseObject, readRef, type GitObject } from "./store.ts";
import { NO_OBJECT } from "./transaction.ts";
import { parseTree } from "./tree.ts";

/** Objects a repository; the oldest go first. */
const MOST_KEPT = 3000;
const MOST_BYTES = 128 * 1024;

const kept = new WeakMap<Repository, Map<string, GitObject>>();

/** In the order of the revisions; null where there is nothing. */
export async function lookUp(
  repository: Repository,
  revisions: readonly string[],
): Promise<(GitObject | null)[]> {
  const found = revisions.map((revision) => find(repository, revision));
  const answers = await askGit(repository, [...new Set(found.filter((one) => typeof one === "string"))]);
  return found.map((one) => (typeof one === "string" ? (answers.get(one) ?? null) : one));
}

/** A text is what git must be asked for instead. */
function find(repository: Repository, revision: string): GitObject | null | string {
  // cat-file takes one name a line; GitHub knows no name with a newline either.
  if (revision === "" || /[\n\0]/.test(revision)) return null;
  // No tree has such names, and git ends over some of them: it takes them for a work tree's.
  if (/:(?:.*\/)?\.\.?(?:\/|$)/.test(revision)) return null;
  const [, name = "", way = ""] = /^([^~^:@{]+)(\^\{(?:commit|tree)\}|:.*)?$/.exec(revision) ?? [];
  const oid = isOid(name) ? name : readRef(repository.directory, name);
  if (oid === undefined) return revision;
  if (oid === null || oid === NO_OBJECT) return null;
  const key = `${oid}${way}`;
  const found = keptIn(repository).get(key) ?? follow(repository, oid, way);
  if (found === undefined) return key;
  if (found !== null) keep(repository, key, found);
  return found;
}

/** Undefined: not everything on the way has a file of its own. */
function follow(repository: Repository, oid: string, way: string): GitObject | null | undefined {
  const start = object(repository, oid);
  if (start === undefined || way === "") return start;
  if (way === "^{commit}") return peel(repository, start, "commit");
  const tree = peel(repository, start, "tree");
  if (!way.startsWith(":") || way === ":") return tree;
  return walk(repository, tree, way.slice(1).split("/"));
}

/** The object that a tag or a commit leads to; null where it leads to none of the kind. */
function peel(
  repository: Repository,
  from: GitObject,
  type: "commit" | "tree",
): GitObject | null | undefined {
  let at: GitObject | undefined = from;
  while (at !== undefined && at.type !== type) {
    if (at.type !== "tag" && at.type !== "commit") return null;
    const [, next] = /^(?:object|tree) ([0-9a-f]{40})\n/.exec(at.bytes.toString("latin1", 0, 60)) ?? [];
    if (next === undefined) return null;
    at = object(repository, next);
  }
  return at;
}

function walk(
  repository: Repository,
  from: GitObject | null | undefined,
  names: readonly string[],
): GitObject | null | undefined {
  if (names.includes("")) return undefined;
  let at = from;
  for (const name of names) {
    if (!at || at.type !== "tree") return at === undefined ? undefined : null;
    const entry = parseTree(at.bytes).find((one) => one.name === name);
    if (entry === undefined) return null;
    at = object(repository, entry.oid);
  }
  return at;
}

function object(repository: Repository, oid: string): GitObject | undefined {
  const known = keptIn(repository).get(oid);
  if (known !== undefined) return known;
  const found = looseObject(repository.directory, oid);
  if (found === null) return undefined;
  keep(repository, oid, found);
  return found;
}

/** By what was asked for; what is not there is left out. */
async function askGit(repository: Repository, revisions: readonly string[]): Promise<Map<string, GitObject>> {
  const answers = new Map<string, GitObject>();
  if (revisions.length === 0) return answers;
  const stdin = `${revisions.join("\n")}\n`;
  const printed = await git(repository.directory, ["cat-file", "--batch"], { stdin });
  let at = 0;
  for (const revision of revisions) {
    const end = printed.indexOf("\n", at);
    const header = /^([0-9a-f]{40}) (commit|tree|blob|tag) (\d+)$/.exec(printed.toString("utf8", at, end));
    at = end + 1;
    if (header === null) continue;
    const [, oid = "", type = "", size = ""] = header;
    const bytes = Buffer.from(printed.subarray(at, at + Number(size)));
    at += bytes.length + 1;
    const found: GitObject = { oid, type: type as GitObject["type"], bytes };
    answers.set(revision, found);
    keep(repository, oid, found);
    if (/^[0-9a-f]{40}[\^:]/.test(revision)) keep(repository, revision, found);
  }
  return answers;
}

function keptIn(repository: Repository): Map<string, GitObject> {
  const known = kept.get(repository) ?? new Map<string, GitObject>();
  kept.set(repository, known);
  return known;
}

function keep(repository: Repository, key: string, found: GitObject): void {
  if (found.bytes.length > MOST_BYTES) return;
  const all = keptIn(repository);
  all.set(key, found);
  for (const oldest of all.keys()) {
    if (all.size <= MOST_KEPT) return;
    all.delete(oldest);
  }
}

function isOid(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** Walks a repository's history: which commits lie between two, and which files each changed. */
import type { Repository } from "../model/world.ts";
import { lineBetween } from "./graph.ts";
import { readCommits, resolveAll, type Commit } from "./objects.ts";
import { remembered } from "./remember.ts";
import { gitText } from "./run.ts";

export interface ChangedCommit extends Commit {
  added: string[];
  removed: string[];
  modified: string[];
}

/** Oids reachable from `tip` but from none of `hidden`, newest first. */
export async function commitsBetween(
  repository: Repository,
  { tip, hidden, limit, path }: { tip: string; hidden: string[]; limit?: number; path?: string },
): Promise<string[]> {
  const line = path === undefined ? await lineOf(repository, tip, hidden) : null;
  if (line !== null) return line.slice(0, limit);
  const listing = await gitText(repository.directory, [
    "rev-list",
    "--topo-order",
    ...(limit === undefined ? [] : [`--max-count=${limit}`]),
    tip,
    ...hidden.map((oid) => `^${oid}`),
    "--",
    ...(path === undefined ? [] : [path]),
  ]);
  return listing === "" ? [] : listing.split("\n");
}

/** Null: git must be asked. A tag leads to its commit. */
async function lineOf(repository: Repository, tip: string, hidden: string[]): Promise<string[] | null> {
  const found = await resolveAll(
    repository,
    [tip, ...hidden].map((oid) => `${oid}^{commit}`),
  );
  const [first, ...others] = found.flatMap((commit) => (commit === null ? [] : [commit.oid]));
  return first === undefined || others.length < hidden.length ? null : lineBetween(repository, first, others);
}

/** The commits with the paths that each added, removed and modified (a merge changes none). */
export async function withChanges(repository: Repository, oids: string[]): Promise<ChangedCommit[]> {
  if (oids.length === 0) return [];
  const commits = await readCommits(repository, oids);
  const args = ["diff-tree", "--stdin", "--root", "-r", "-z", "--no-renames", "--name-status"];
  const listing = await remembered(repository, { question: "changes", oids }, () =>
    gitText(repository.directory, args, { stdin: `${oids.join("\n")}\n` }),
  );
  const changes = new Map<string, Record<string, string[]>>();
  let current: Record<string, string[]> = {};
  const words = listing.split("\0");
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (/^[0-9a-f]{40}$/.test(word)) {
      current = { A: [], D: [], M: [], T: [] };
      changes.set(word, current);
      continue;
    }
    at += 1;
    current[word]?.push(words[at] ?? "");
  }
  return commits.flatMap((commit) => {
    if (!commit) return [];
    const { A = [], D = [], M = [], T = [] } = changes.get(commit.oid) ?? {};
    return [{ ...commit, added: A, removed: D, modified: [...M, ...T] }];
  });
}

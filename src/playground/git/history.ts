/** Walks a repository's history: which commits lie between two, and which files each changed. */
import type { Repository } from "../model/world.ts";
import { readCommits, type Commit } from "./objects.ts";
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

/** How many commits `head` has that `base` has not, and the other way round. */
export async function distance(
  repository: Repository,
  base: string,
  head: string,
): Promise<{ ahead: number; behind: number }> {
  const args = ["rev-list", "--count", "--left-right", `${base}...${head}`, "--"];
  const [behind = "0", ahead = "0"] = (await gitText(repository.directory, args)).split("\t");
  return { ahead: Number(ahead), behind: Number(behind) };
}

/** The commits with the paths that each added, removed and modified (a merge changes none). */
export async function withChanges(repository: Repository, oids: string[]): Promise<ChangedCommit[]> {
  if (oids.length === 0) return [];
  const commits = await readCommits(repository, oids);
  const args = ["diff-tree", "--stdin", "--root", "-r", "-z", "--no-renames", "--name-status"];
  const listing = await gitText(repository.directory, args, { stdin: `${oids.join("\n")}\n` });
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

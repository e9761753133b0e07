/** What a rebase has to do: which commits go onto the base, and which are there already. */
import { git, tryGit } from "../git/git.ts";
import { patchId, type Range } from "../git/patch.ts";
import { head as firstOf, plainText } from "../plain-text.ts";
import { isAncestor, type Own } from "./own-repository.ts";

export interface DroppedCommit {
  oid: string;
  subject: string;
  why: "landed" | "squashed" | "empty";
}

export type Plan =
  /** The branch stands on the base already. */
  | { kind: "nothing" }
  /** Both have no commit in common. */
  | { kind: "unrelated" }
  /** The branch holds commits of people, or merges: they are left as they are, and the base is merged into it. */
  | { kind: "merge"; fork: string; commits: number }
  | { kind: "pick"; fork: string; commits: string[]; dropped: DroppedCommit[] };

/** Commits of the base among which those of the branch are looked for, newest first. */
const MAX_BASE_COMMITS = 500;

export async function planRebase(
  own: Own,
  { base, head, shared }: { base: string; head: string; shared: boolean },
): Promise<Plan> {
  if (await isAncestor(own, base, head)) return { kind: "nothing" };
  const found = await tryGit(["merge-base", base, head], own);
  if (found.exit !== 0) return { kind: "unrelated" };
  const fork = found.stdout.toString("utf8").trim();
  const commits = await listed(own, ["--reverse", "--topo-order", head, `^${base}`]);
  const merges = await listed(own, ["--merges", "--max-count=1", head, `^${base}`]);
  if (shared || merges.length > 0) return { kind: "merge", fork, commits: commits.length };

  const isOnBase = await searchBase(own, base, head);
  const squashed = await squashedCount(commits, fork, isOnBase);
  const left: string[] = [];
  const dropped: DroppedCommit[] = [];
  for (const [index, oid] of commits.entries()) {
    const before = commits[index - 1] ?? fork;
    const why = index < squashed ? "squashed" : (await isOnBase({ before, after: oid })) ? "landed" : null;
    if (why === null) left.push(oid);
    else dropped.push({ oid, subject: await subjectOf(own, oid), why });
  }
  return { kind: "pick", fork, commits: left, dropped };
}

export async function subjectOf(own: Own, oid: string): Promise<string> {
  const subject = await git(["show", "--no-patch", "--format=%s", oid], own);
  return firstOf(plainText(subject).replace(/\s+/g, " ").trim(), 200);
}

/** Length of the longest series of first commits, of two at least, that the base has as one commit: a branch that this one was built on. */
async function squashedCount(
  commits: readonly string[],
  fork: string,
  isOnBase: (range: Range) => Promise<boolean>,
): Promise<number> {
  for (let count = commits.length; count > 1; count -= 1) {
    const after = commits[count - 1];
    if (after !== undefined && (await isOnBase({ before: fork, after }))) return count;
  }
  return 0;
}

/**
 * Tells whether the base has a patch as one commit of its own, by git's patch id. A patch that was taken back on the base and not brought
 * in again is not there. Only commits that change the very same paths are compared, which are few.
 */
async function searchBase(own: Own, base: string, head: string): Promise<(range: Range) => Promise<boolean>> {
  const oids = await listed(own, ["--no-merges", `--max-count=${MAX_BASE_COMMITS}`, base, `^${head}`]);
  const byPaths = await groupedByPaths(own, oids);
  const ids = new Map<string, string>();
  return async ({ before, after }) => {
    const alike = byPaths.get(await pathsOf(own, before, after)) ?? [];
    if (alike.length === 0) return false;
    const there = await patchId(own.dir, { before, after });
    const back = await patchId(own.dir, { before: after, after: before });
    let count = 0;
    for (const oid of alike) {
      const id = ids.get(oid) ?? (await patchId(own.dir, { before: `${oid}^`, after: oid }));
      ids.set(oid, id);
      if (id === there) count += 1;
      else if (id === back) count -= 1;
    }
    return count > 0;
  };
}

async function groupedByPaths(own: Own, oids: readonly string[]): Promise<Map<string, string[]>> {
  const input = oids.map((oid) => `${oid}\n`).join("");
  const args = ["diff-tree", "--stdin", "-r", "-z", "--name-only", "--no-renames"];
  const known = new Set(oids);
  const groups = new Map<string, string[]>();
  let oid: string | null = null;
  let paths: string[] = [];
  const close = (): void => {
    if (oid === null || paths.length === 0) return;
    const key = paths.join("\0");
    groups.set(key, [...(groups.get(key) ?? []), oid]);
  };
  for (const word of (await git(args, { ...own, input })).split("\0")) {
    if (known.has(word)) {
      close();
      oid = word;
      paths = [];
    } else if (word !== "") paths.push(word);
  }
  close();
  return groups;
}

async function pathsOf(own: Own, before: string, after: string): Promise<string> {
  const names = await git(["diff-tree", "-r", "-z", "--name-only", "--no-renames", before, after], own);
  return names.split("\0").slice(0, -1).join("\0");
}

async function listed(own: Own, args: readonly string[]): Promise<string[]> {
  return (await git(["rev-list", ...args], own)).split("\n").filter((oid) => oid !== "");
}

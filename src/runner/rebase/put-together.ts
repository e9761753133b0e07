/** Puts a commit on the base, or the base into the branch, as far as git can by itself. */
import { git, tryGit, type GitResult } from "../git/git.ts";
import { gzaIdentity } from "../publish/rewrite.ts";
import { literally, pathList, type Own } from "./own-repository.ts";
import { readStop, unmergedEntries, type Sides, type Unmerged } from "./stop.ts";
import { removeUntracked } from "./tidy.ts";

/** What has to be put together: a commit with `onto`, or, where its commits are left as they are, the base with the head. */
export type Step =
  | { kind: "pick"; commit: string; onto: string }
  | { kind: "merge"; base: string; head: string; fork: string };

export type Put = { kind: "clean" } | { kind: "stopped"; sides: Sides; unmerged: Unmerged[] };

/** Files and index stand on `step.onto` or `step.head` before; afterwards they are the result, or hold what stopped. Nothing is committed. */
export async function putTogether(own: Own, step: Step): Promise<Put> {
  let result = await run(own, step);
  // Stopped without a conflict: something untracked is in the way, left there by the repository's own commands.
  if (result.exit !== 0 && !(await hasUnmerged(own))) {
    await removeUntracked(own, new Set());
    await git(["reset", "--quiet", "--hard"], own);
    result = await run(own, step);
    if (result.exit !== 0 && !(await hasUnmerged(own)))
      throw new Error(`git cannot put the rebase together: ${result.stderr.trim().slice(-2000)}`);
  }
  if (result.exit === 0) return { kind: "clean" };
  const sides = await sidesOf(own, step);
  await settleModes(own);
  const unmerged = await readStop(own, sides);
  return unmerged.length === 0 ? { kind: "clean" } : { kind: "stopped", sides, unmerged };
}

async function run(own: Own, step: Step): Promise<GitResult> {
  const options = { ...own, env: gzaIdentity() };
  if (step.kind === "pick") return tryGit(["cherry-pick", "--no-commit", step.commit], options);
  const merged = await tryGit(["merge", "--no-ff", "--no-commit", "--no-stat", step.base], options);
  // The commit is written later, like all others.
  await git(["merge", "--quit"], own);
  return merged;
}

async function sidesOf(own: Own, step: Step): Promise<Sides> {
  if (step.kind === "merge") {
    const { fork, head, base } = step;
    return { ancestor: fork, ours: head, theirs: base, stages: { ours: 2, theirs: 3 } };
  }
  const ancestor = (await git(["rev-parse", "--verify", `${step.commit}^`], own)).trim();
  return { ancestor, ours: step.commit, theirs: step.onto, stages: { ours: 3, theirs: 2 } };
}

async function hasUnmerged(own: Own): Promise<boolean> {
  return (await unmergedEntries(own)).size > 0;
}

/** The same new file on both sides, on one of them executable: that is no matter to ask anybody about, it stays executable. */
async function settleModes(own: Own): Promise<void> {
  for (const [path, staged] of await unmergedEntries(own)) {
    const [one, other] = [staged.get(2), staged.get(3)];
    if (one === undefined || other === undefined || one.oid !== other.oid) continue;
    if (![one, other].every(({ mode }) => mode === "100644" || mode === "100755")) continue;
    await git(["update-index", "--cacheinfo", `100755,${one.oid},${path}`], own);
    await git(["checkout-index", "--force", "-z", "--stdin"], { ...literally(own), input: pathList([path]) });
  }
}

/** The tree of the index, once nothing in it is unmerged. */
export async function writeTree(own: Own): Promise<string> {
  return (await git(["write-tree"], own)).trim();
}

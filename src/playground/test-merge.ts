/** The test merge of a pull request, made in the background after somebody asked, as GitHub does. */
import { distance } from "./git/graph.ts";
import { mergeTrees, replay } from "./git/merge.ts";
import { readCommit, resolve, type Identity } from "./git/objects.ts";
import { setRef } from "./git/transaction.ts";
import { writeCommit } from "./git/write.ts";
import type { Issue } from "./model/issues.ts";
import type { Mergeability, Pull } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { instant } from "./world.ts";

/** Test merges under way, by pull request; a failed one stays until the next ask throws it. */
const underWay = new WeakMap<Pull, Promise<void>>();
const failed = new WeakMap<Pull, unknown>();
const all = new WeakMap<World, Set<Promise<void>>>();

/** Starts a test merge unless the last one still holds or one is under way. Throws what the last one failed with. */
export function wantTestMerge(world: World, repository: Repository, issue: Issue): void {
  const { pull } = issue;
  if (!pull || issue.state === "closed" || pull.mergeability !== null) return;
  if (failed.has(pull)) {
    const cause = failed.get(pull);
    failed.delete(pull);
    throw new Error(`the test merge of #${issue.number} failed: look at its two branches`, { cause });
  }
  if (underWay.has(pull)) return;
  const work = testMerge(world, repository, issue)
    .then(
      () => undefined,
      (cause: unknown) => void failed.set(pull, cause),
    )
    .finally(() => {
      underWay.delete(pull);
      all.get(world)?.delete(work);
    });
  underWay.set(pull, work);
  const running = all.get(world) ?? new Set<Promise<void>>();
  all.set(world, running.add(work));
}

/** What readers may be told of the last test merge; null: `UNKNOWN`. */
export function knownMergeability({ mergeability, unknownReads }: Pull): Mergeability | null {
  return unknownReads > 0 ? null : mergeability;
}

/** A read of a pull request that asks for its mergeability: starts a test merge where none holds, and counts as one read. */
export function reading<T>(
  world: World,
  { repository, issue, pull }: { repository: Repository; issue: Issue; pull: Pull },
  read: () => T,
): T {
  wantTestMerge(world, repository, issue);
  const told = read();
  pull.unknownReads = Math.max(0, pull.unknownReads - 1);
  return told;
}

/** After a push to the head or the base, and after a change of base: nobody knows until the next test merge. */
export function forgetTestMerge(world: World, pull: Pull): void {
  pull.mergeability = null;
  pull.unknownReads = world.mergeability.unknownReads;
}

/** Resolves when no test merge is under way. */
export async function testMergesDone(world: World): Promise<void> {
  while ((all.get(world)?.size ?? 0) > 0) await Promise.all(all.get(world) ?? []);
}

/** Computes and keeps the mergeability now; anew when one of the two branches moved meanwhile. */
export async function testMerge(
  world: World,
  repository: Repository,
  issue: Issue,
): Promise<Mergeability | null> {
  const { pull } = issue;
  if (!pull) return null;
  while (issue.state === "open") {
    const base = await resolve(repository, `refs/heads/${pull.baseRef}`);
    const head = pull.headSha;
    if (base === null) return null;
    const result = await compute(world, repository, { pull, base });
    await setRef(repository.directory, `refs/pull/${issue.number}/merge`, result.commit);
    // Last of all: what a push makes out of date while the ref is written must not be kept.
    const still = await resolve(repository, `refs/heads/${pull.baseRef}`);
    if (still !== base || pull.headSha !== head) continue;
    pull.mergeability = result;
    return result;
  }
  return null;
}

/** Who GitHub names as the committer of what it makes itself. */
export function server(world: World): Identity {
  return { name: "GitHub", email: "noreply@github.com", date: instant(world) };
}

async function compute(
  world: World,
  repository: Repository,
  { pull, base }: { pull: Pull; base: string },
): Promise<Mergeability> {
  const head = pull.headSha;
  const [{ behind }, tree] = await Promise.all([
    distance(repository, base, head),
    mergeTrees(repository, base, head),
  ]);
  if (tree === null)
    return { head, base, mergeable: false, rebaseable: false, commit: null, behind: behind > 0 };
  const committer = server(world);
  const author = (await readCommit(repository, head))?.author ?? committer;
  const message = `Merge ${head} into ${base}`;
  const commit = await writeCommit(repository, {
    tree,
    parents: [base, head],
    author: { ...author, date: committer.date },
    committer,
    message,
  });
  const rebaseable =
    behind === 0 || (await replay(repository, { tip: head, onto: base, committer })) !== null;
  return { head, base, mergeable: true, rebaseable, commit, behind: behind > 0 };
}

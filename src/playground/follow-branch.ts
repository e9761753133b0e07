/** Pull requests follow their branches: a push moves their head, makes their test merge stale, merges or closes them. */
import { closeMentioned } from "./closing-words.ts";
import { sizeOf } from "./git/diff.ts";
import { isAncestor, mergeBase, resolve } from "./git/objects.ts";
import { setRef } from "./git/transaction.ts";
import { announce, closeIssue, record, type Act } from "./issues.ts";
import type { Issue } from "./model/issues.ts";
import type { Pull } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { forgetTestMerge } from "./test-merge.ts";
import { placesAt } from "./thread-lines.ts";
import { instant } from "./world.ts";

export interface MovedBranch extends Act {
  branch: string;
  before: string | null;
  after: string | null;
}

/** Pull requests that are being merged right now: their base moves because of it. */
const merging = new WeakSet<Issue>();

/** Keeps `followBranch` from taking the merge's own push for one that merged the pull request by the way. */
export async function whileMerging<T>(issue: Issue, work: () => Promise<T>): Promise<T> {
  merging.add(issue);
  try {
    return await work();
  } finally {
    merging.delete(issue);
  }
}

export async function followBranch(world: World, repository: Repository, moved: MovedBranch): Promise<void> {
  for (const issue of repository.issues.values()) {
    const { pull } = issue;
    if (!pull || issue.state === "closed") continue;
    if (pull.headRef === moved.branch) await moveHead(world, repository, { ...moved, issue, pull });
    else if (pull.baseRef === moved.branch) await moveBase(world, repository, { ...moved, issue, pull });
  }
}

/** Marks it merged by `sha` onto what was there before, closes it, and closes what its text says it closes (on the default branch). */
export function markMerged(
  world: World,
  repository: Repository,
  { issue, pull, sha, onto, ...act }: Act & { issue: Issue; pull: Pull; sha: string; onto: string | null },
): void {
  pull.mergedAt = instant(world);
  pull.mergedById = act.actorId;
  pull.mergeCommitSha = sha;
  pull.mergedOnto = onto;
  record(world, issue, { kind: "merged", actorId: act.actorId, commit: sha });
  closeIssue(world, repository, issue, act);
  if (pull.baseRef !== repository.defaultBranch) return;
  closeMentioned(world, repository, { ...act, text: `${issue.title}\n${issue.body ?? ""}`, commit: sha });
}

interface Followed extends MovedBranch {
  issue: Issue;
  pull: Pull;
}

async function moveHead(
  world: World,
  repository: Repository,
  { issue, pull, before, after, actorId, token }: Followed,
): Promise<void> {
  if (after === null) {
    record(world, issue, { kind: "head_ref_deleted", actorId });
    closeIssue(world, repository, issue, { actorId, token });
    return;
  }
  const base = await resolve(repository, `refs/heads/${pull.baseRef}`);
  if (base === null) throw new Error(`#${issue.number} has no base: refs/heads/${pull.baseRef} is not there`);
  const forced = before !== null && !(await isAncestor(repository, before, after));
  const size = await sizeOf(repository, base, after);
  await setRef(repository.directory, `refs/pull/${issue.number}/head`, after);
  // The last thing waited for: no thread may come in between that is placed at the old head.
  const places = await placesAt(repository, pull, after);
  // It may have been merged meanwhile; it stays as it was then.
  if (issue.state === "closed") return;
  for (const [thread, place] of places) thread.place = place;
  pull.headSha = after;
  pull.baseSha = base;
  pull.size = size;
  forgetTestMerge(world, pull);
  if (forced) record(world, issue, { kind: "head_ref_force_pushed", actorId, commit: after });
  const payload = { before, after };
  announce(world, { repository, issue, action: "synchronize", actorId, token, payload });
  if (size.commits === 0) closeIssue(world, repository, issue, { actorId, token });
}

async function moveBase(
  world: World,
  repository: Repository,
  { issue, pull, before, after, actorId, token }: Followed,
): Promise<void> {
  forgetTestMerge(world, pull);
  if (after === null) {
    record(world, issue, { kind: "base_ref_deleted", actorId });
    closeIssue(world, repository, issue, { actorId, token });
    return;
  }
  if (merging.has(issue) || !(await isAncestor(repository, pull.headSha, after))) return;
  const onto = before === null ? null : await mergeBase(repository, before, pull.headSha);
  markMerged(world, repository, { issue, pull, sha: pull.headSha, onto, actorId, token });
}

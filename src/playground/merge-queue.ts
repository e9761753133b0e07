/** The merge queue of a branch: who stands in it, who joins and who leaves. merge-group.ts lands what stands first. */
import { ApiError } from "./errors.ts";
import { announce, record, type Act } from "./issues.ts";
import { standing, unmetRequirement } from "./merge-state.ts";
import type { Issue } from "./model/issues.ts";
import type { Token } from "./model/people.ts";
import type { QueueEntry } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { protectionOf } from "./protection.ts";
import { pullOf } from "./shapes/pull.ts";
import { testMerge } from "./test-merge.ts";
import { instant, newId } from "./world.ts";

export interface QueueWish {
  actorId: number;
  token: Token;
  /** The head that the caller has seen. */
  sha?: string | undefined;
}

/** The reasons of GitHub's webhook, as far as they come about here. */
export type Removal =
  | "MANUAL"
  | "MERGE"
  | "MERGE_CONFLICT"
  | "CI_FAILURE"
  | "BRANCH_PROTECTIONS"
  | "UNKNOWN_REMOVAL_REASON";

/** 422 in GitHub's words without a queue, and for what is closed, a draft, queued already or not ready; 409 when the head has moved. */
export async function enqueue(
  world: World,
  repository: Repository,
  issue: Issue,
  wish: QueueWish,
): Promise<QueueEntry> {
  const pull = pullOf(issue);
  if (!protectionOf(repository, pull.baseRef)?.mergeQueue)
    throw refused("Base branch does not have a merge queue enabled");
  if (issue.state === "closed") throw refused("Pull request is closed");
  if (pull.draft) throw refused("Pull request is a draft");
  if (entryOf(repository, issue)) throw refused("Pull request is already in the merge queue");
  if (wish.sha !== undefined && wish.sha !== pull.headSha)
    throw new ApiError(409, "Head branch was modified. Review and try the merge again.");
  const tested = await testMerge(world, repository, issue);
  if (!tested) throw refused("Pull request is closed");
  const unmet = unmetRequirement(repository, { pull, tested });
  if (unmet !== null) throw refused(`Pull request ${unmet}`);
  const state = standing(repository, pull, tested);
  if (state !== "clean") throw refused(`Pull request is in ${state} status`);
  return addToQueue(world, repository, issue, wish);
}

/** As the last of its branch. Emits `pull_request.enqueued`. */
export function addToQueue(
  world: World,
  repository: Repository,
  issue: Issue,
  { actorId, token }: QueueWish,
): QueueEntry {
  const { baseRef, headSha } = pullOf(issue);
  const known = entryOf(repository, issue);
  if (known) return known;
  const entry: QueueEntry = {
    id: newId(world),
    issueNumber: issue.number,
    branch: baseRef,
    head: headSha,
    enqueuedAt: instant(world),
    enqueuerId: actorId,
    token,
    group: null,
  };
  repository.mergeQueue.push(entry);
  record(world, issue, { kind: "added_to_merge_queue", actorId });
  announce(world, { actorId, token, repository, issue, action: "enqueued" });
  return entry;
}

/** Emits `pull_request.dequeued`. The branch of its merge group stays: whoever takes it out removes that. */
export function leaveQueue(
  world: World,
  repository: Repository,
  entry: QueueEntry,
  { reason, ...act }: Act & { reason: Removal },
): void {
  repository.mergeQueue = repository.mergeQueue.filter((other) => other !== entry);
  const issue = repository.issues.get(entry.issueNumber);
  if (!issue) return;
  // Timelines call a failure of checks by another name than webhooks do.
  const detail = { reason: reason === "CI_FAILURE" ? "failed_checks" : reason.toLowerCase() };
  record(world, issue, { kind: "removed_from_merge_queue", actorId: act.actorId, detail });
  announce(world, { ...act, repository, issue, action: "dequeued", payload: { reason } });
}

export function entryOf(repository: Repository, issue: Issue): QueueEntry | null {
  return repository.mergeQueue.find(({ issueNumber }) => issueNumber === issue.number) ?? null;
}

/** Those of one branch, the one that lands next first. */
export function entriesOf(repository: Repository, branch: string): QueueEntry[] {
  return repository.mergeQueue.filter((entry) => entry.branch === branch);
}

function refused(message: string): ApiError {
  return new ApiError(422, message);
}

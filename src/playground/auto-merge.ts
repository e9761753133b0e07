/** Auto-merge: a pull request that is merged by itself, in the name of who asked for it, once nothing stands against it. */
import { ApiError } from "./errors.ts";
import { announce, record, type Act } from "./issues.ts";
import { addToQueue } from "./merge-queue.ts";
import { standing, unmetRequirement } from "./merge-state.ts";
import type { Issue } from "./model/issues.ts";
import type { Token } from "./model/people.ts";
import type { MergeMethod } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { protectionOf } from "./protection.ts";
import { mergePull } from "./pulls.ts";
import { pullOf } from "./shapes/pull.ts";
import { testMerge } from "./test-merge.ts";
import { instant } from "./world.ts";

export interface AutoMergeWish {
  actorId: number;
  token: Token;
  method: MergeMethod;
  /** The head that the caller has seen. */
  sha?: string | undefined;
  title?: string | undefined;
  message?: string | undefined;
}

const MERGING = { merge: "merge commits are", squash: "squash merging is", rebase: "rebase merging is" };

/**
 * 422 in GitHub's words where the repository or its rules know no auto-merge, for what is closed, a draft, or has nothing left to wait
 * for; 409 when the head has moved. On a branch with a queue, what is ready joins the queue at once.
 */
export async function enableAutoMerge(
  world: World,
  repository: Repository,
  issue: Issue,
  wish: AutoMergeWish,
): Promise<void> {
  const pull = pullOf(issue);
  const { actorId, token, method, title, message } = wish;
  const rule = protectionOf(repository, pull.baseRef);
  if (!repository.allowAutoMerge) throw refused("Auto merge is not allowed for this repository");
  if (issue.state === "closed") throw refused("Pull request is closed");
  if (pull.draft) throw refused("Pull request is a draft");
  if (wish.sha !== undefined && wish.sha !== pull.headSha)
    throw new ApiError(409, "Head branch was modified. Review and try the merge again.");
  if (!rule?.mergeQueue && !repository.mergeMethods[method])
    throw refused(`Merge method ${MERGING[method]} not allowed on this repository`);
  if (pull.autoMerge) throw refused("Auto merge is already enabled");
  const tested = await testMerge(world, repository, issue);
  if (!tested) throw refused("Pull request is closed");
  const state = standing(repository, pull, tested);
  if (rule?.mergeQueue && (state === "clean" || state === "unstable")) {
    addToQueue(world, repository, issue, { actorId, token });
    return;
  }
  if (state === "clean" || state === "unstable" || state === "dirty")
    throw refused(`Pull request is in ${state} status`);
  if (!rule) throw refused("Protected branch rules not configured for this branch");
  pull.autoMerge = { enabledAt: instant(world), enabledById: actorId, token, method, title, message };
  record(world, issue, { kind: `auto_${method}_enabled`, actorId });
  announce(world, {
    actorId,
    token,
    repository,
    issue,
    action: "auto_merge_enabled",
    payload: { reason: "" },
  });
}

/** 422 when it is not on. */
export function disableAutoMerge(world: World, repository: Repository, issue: Issue, act: Act): void {
  if (!pullOf(issue).autoMerge) throw refused("Can't disable auto-merge for this pull request.");
  endAutoMerge(world, repository, issue, { ...act, reason: "" });
}

/** Switches it off where it is on, and says why. */
export function endAutoMerge(
  world: World,
  repository: Repository,
  issue: Issue,
  { reason, ...act }: Act & { reason: string },
): void {
  const pull = pullOf(issue);
  if (!pull.autoMerge) return;
  pull.autoMerge = null;
  record(world, issue, { kind: "auto_merge_disabled", actorId: act.actorId, detail: { reason } });
  announce(world, { ...act, repository, issue, action: "auto_merge_disabled", payload: { reason } });
}

/** Merges, or queues, what has nothing left to wait for. A merge that is refused then switches auto-merge off, with the refusal as reason. */
export async function mergeIfReady(world: World, repository: Repository, issue: Issue): Promise<void> {
  const { pull } = issue;
  if (!pull?.autoMerge || issue.state === "closed" || pull.draft) return;
  const tested = await testMerge(world, repository, issue);
  const { autoMerge } = pull;
  if (!tested || !autoMerge || unmetRequirement(repository, { pull, tested }) !== null) return;
  const { enabledById: actorId, token, method, title, message } = autoMerge;
  try {
    if (protectionOf(repository, pull.baseRef)?.mergeQueue) {
      addToQueue(world, repository, issue, { actorId, token });
      pull.autoMerge = null;
      return;
    }
    await mergePull(world, repository, issue, {
      method,
      title,
      message,
      actorId,
      token,
      sha: tested.head,
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    endAutoMerge(world, repository, issue, { actorId, token, reason: error.message });
  }
}

function refused(message: string): ApiError {
  return new ApiError(422, message);
}

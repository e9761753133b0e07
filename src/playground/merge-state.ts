/** Whether a pull request could be merged now, and if not why: GitHub's `mergeable_state`. */
import { latestChecks } from "./latest-checks.ts";
import type { Issue } from "./model/issues.ts";
import type { Token } from "./model/people.ts";
import type { Mergeability, Pull } from "./model/pulls.ts";
import type { Repository } from "./model/world.ts";
import { BY_QUEUE, mayBypass, missingChecks, protectionOf } from "./protection.ts";
import { checkComplaint, isGood } from "./required-checks.ts";
import { knownMergeability } from "./test-merge.ts";

export type MergeState = "unknown" | "dirty" | "draft" | "blocked" | "behind" | "unstable" | "clean";

/** One word where several would fit: GitHub says `behind` also of what lacks checks or approvals besides. */
export function mergeState(repository: Repository, issue: Issue): MergeState {
  const { pull } = issue;
  const known = pull && knownMergeability(pull);
  return known ? standing(repository, pull, known) : "unknown";
}

/** The same, of what a test merge found. */
export function standing(repository: Repository, pull: Pull, tested: Mergeability): MergeState {
  if (!tested.mergeable) return "dirty";
  if (pull.draft) return "draft";
  if (mustCatchUp(repository, pull, tested)) return "behind";
  if (missingChecks(repository, pull.baseRef, pull.headSha).length > 0) return "blocked";
  if (missingApprovals(repository, pull) > 0) return "blocked";
  return hasBadCheck(repository, pull.headSha) ? "unstable" : "clean";
}

/** A queue brings what stands in it up to date by itself. */
function mustCatchUp(repository: Repository, { baseRef }: Pull, { behind }: Mergeability): boolean {
  const rule = protectionOf(repository, baseRef);
  return behind && rule !== null && rule.strict && !rule.mergeQueue;
}

/** Approvals that the base's protection still asks for; one request for changes counts as all of them missing. */
export function missingApprovals(repository: Repository, pull: Pull): number {
  const wanted = protectionOf(repository, pull.baseRef)?.requiredApprovals ?? 0;
  const last = new Map<number, string>();
  for (const review of pull.reviews) {
    if (review.state !== "COMMENTED") last.set(review.authorId, review.state);
  }
  const verdicts = [...last.values()];
  if (wanted > 0 && verdicts.includes("CHANGES_REQUESTED")) return wanted;
  return Math.max(0, wanted - verdicts.filter((state) => state === "APPROVED").length);
}

export interface Candidate {
  issue: Issue;
  pull: Pull;
  tested: Mergeability;
  token: Token;
}

/** What the base's protection has against merging this head, in GitHub's words; null when nothing, or the caller may pass it by. */
export function mergeObjection(
  repository: Repository,
  { issue, pull, tested, token }: Candidate,
): string | null {
  const rule = protectionOf(repository, pull.baseRef);
  if (!rule || mayBypass(repository, rule, token)) return null;
  const isQueued = repository.mergeQueue.some(({ issueNumber }) => issueNumber === issue.number);
  if (isQueued) return "Pull Request is in the merge queue";
  return rule.mergeQueue ? BY_QUEUE : unmetRequirement(repository, { pull, tested });
}

/** The first requirement that is not met, whoever asks, in GitHub's words. */
export function unmetRequirement(
  repository: Repository,
  { pull, tested }: Pick<Candidate, "pull" | "tested">,
): string | null {
  const missing = missingApprovals(repository, pull);
  if (missing > 0) {
    const reviews = missing === 1 ? "1 approving review is" : `${missing} approving reviews are`;
    return `At least ${reviews} required by reviewers with write access.`;
  }
  const required = protectionOf(repository, pull.baseRef)?.requiredChecks ?? [];
  const checks = checkComplaint(repository, required, pull.headSha);
  if (checks !== null) return checks;
  if (!mustCatchUp(repository, pull, tested)) return null;
  return "Head branch is out of date. Update it with the base branch.";
}

function hasBadCheck(repository: Repository, sha: string): boolean {
  const checks = latestChecks(
    repository,
    repository.checks.filter((run) => run.headSha === sha),
  );
  const statuses = new Map(
    repository.statuses.filter((status) => status.sha === sha).map((status) => [status.context, status]),
  );
  return (
    checks.some(({ conclusion }) => !isGood(conclusion)) ||
    [...statuses.values()].some(({ state }) => state !== "success")
  );
}

/** Whether a pull request could be merged now, and if not why: GitHub's `mergeable_state`. */
import type { Issue, Pull, Repository } from "./model.ts";
import { missingChecks, protectionOf } from "./protection.ts";

export type MergeState = "unknown" | "dirty" | "draft" | "blocked" | "behind" | "unstable" | "clean";

export function mergeState(repository: Repository, issue: Issue): MergeState {
  const { pull } = issue;
  if (!pull?.mergeability) return "unknown";
  if (!pull.mergeability.mergeable) return "dirty";
  if (pull.draft) return "draft";
  if (missingChecks(repository, pull.baseRef, pull.headSha).length > 0) return "blocked";
  if (missingApprovals(repository, pull) > 0) return "blocked";
  if (protectionOf(repository, pull.baseRef)?.strict && pull.mergeability.behind) return "behind";
  return hasBadCheck(repository, pull.headSha) ? "unstable" : "clean";
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

/** GitHub's three conclusions that hold nothing up. */
export function isGood(conclusion: string | null): boolean {
  return conclusion === "success" || conclusion === "neutral" || conclusion === "skipped";
}

function hasBadCheck(repository: Repository, sha: string): boolean {
  const checks = new Map(
    repository.checks.filter((run) => run.headSha === sha).map((run) => [run.name, run]),
  );
  const statuses = new Map(
    repository.statuses.filter((status) => status.sha === sha).map((status) => [status.context, status]),
  );
  return (
    [...checks.values()].some(({ conclusion }) => !isGood(conclusion)) ||
    [...statuses.values()].some(({ state }) => state !== "success")
  );
}

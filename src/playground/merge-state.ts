/** Whether a pull request could be merged now, and if not why: GitHub's `mergeable_state`. */
import { latestChecks } from "./latest-checks.ts";
import type { Issue } from "./model/issues.ts";
import type { Token } from "./model/people.ts";
import type { Mergeability, Pull } from "./model/pulls.ts";
import type { Repository } from "./model/world.ts";
import { mayBypass, missingChecks, protectionOf } from "./protection.ts";
import { checkComplaint, isGood } from "./required-checks.ts";
import { knownMergeability } from "./test-merge.ts";

export type MergeState = "unknown" | "dirty" | "draft" | "blocked" | "behind" | "unstable" | "clean";

/** One word where several would fit: GitHub says `behind` also of what lacks checks or approvals besides. */
export function mergeState(repository: Repository, issue: Issue): MergeState {
  const { pull } = issue;
  const known = pull && knownMergeability(pull);
  if (!known) return "unknown";
  if (!known.mergeable) return "dirty";
  if (pull.draft) return "draft";
  if (protectionOf(repository, pull.baseRef)?.strict && known.behind) return "behind";
  if (missingChecks(repository, pull.baseRef, pull.headSha).length > 0) return "blocked";
  if (missingApprovals(repository, pull) > 0) return "blocked";
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

/** What the base's protection has against merging this head, in GitHub's words; null when nothing, or the caller may pass it by. */
export function mergeObjection(
  repository: Repository,
  { pull, tested, token }: { pull: Pull; tested: Mergeability; token: Token },
): string | null {
  const rule = protectionOf(repository, pull.baseRef);
  if (!rule || mayBypass(repository, rule, token)) return null;
  const missing = missingApprovals(repository, pull);
  if (missing > 0) {
    const reviews = missing === 1 ? "1 approving review is" : `${missing} approving reviews are`;
    return `At least ${reviews} required by reviewers with write access.`;
  }
  const checks = checkComplaint(repository, rule.requiredChecks, pull.headSha);
  if (checks !== null) return checks;
  return rule.strict && tested.behind ? "Head branch is out of date. Update it with the base branch." : null;
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

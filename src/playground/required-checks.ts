/** Where the checks stand that a branch requires of a commit, and how GitHub says that some have not passed. */
import { latestChecks } from "./latest-checks.ts";
import type { Repository } from "./model/world.ts";

/** `expected`: nobody has said anything of it; `pending` is a commit status' word. */
export type CheckStanding = "passed" | "expected" | "queued" | "in progress" | "pending" | "failing";

/** A check run counts before a status of the same name; `success`, `neutral` and `skipped` pass. */
export function standingOf(repository: Repository, name: string, sha: string): CheckStanding {
  const ofCommit = repository.checks.filter((run) => run.headSha === sha);
  const check = latestChecks(repository, ofCommit).findLast((run) => run.name === name);
  if (check?.status === "completed") return isGood(check.conclusion) ? "passed" : "failing";
  if (check) return check.status === "queued" ? "queued" : "in progress";
  const status = repository.statuses.findLast((entry) => entry.context === name && entry.sha === sha);
  if (!status) return "expected";
  if (status.state === "success") return "passed";
  return status.state === "pending" ? "pending" : "failing";
}

/** GitHub's three conclusions that hold nothing up. */
export function isGood(conclusion: string | null): boolean {
  return conclusion === "success" || conclusion === "neutral" || conclusion === "skipped";
}

/** GitHub's sentence when not all have passed: a single one is named, several are counted by how they stand. Null: all have. */
export function checkComplaint(repository: Repository, required: string[], sha: string): string | null {
  const unmet = required
    .map((name) => ({ name, standing: standingOf(repository, name, sha) }))
    .filter(({ standing }) => standing !== "passed");
  const [first] = unmet;
  if (!first) return null;
  if (unmet.length === 1) return `Required status check "${first.name}" is ${first.standing}.`;
  const counted = `${unmet.length} of ${required.length} required status checks`;
  if (unmet.every(({ standing }) => standing === first.standing)) return `${counted} are ${first.standing}.`;
  // Among several kinds GitHub leaves those out that are under way.
  const kinds = (["expected", "pending", "failing"] as const)
    .map((kind) => ({ kind, count: unmet.filter(({ standing }) => standing === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${kind}`);
  return `${counted} have not succeeded${kinds.length > 0 ? `: ${kinds.join(" and ")}` : ""}.`;
}

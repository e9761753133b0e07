/** Branch protection: which rules a branch has, and what they say about a commit that is to become its tip. */
import { hasRole } from "./access.ts";
import { latestChecks } from "./latest-checks.ts";
import type { Protection } from "./model/checks.ts";
import type { Token } from "./model/people.ts";
import type { Repository } from "./model/world.ts";

/** The rule of a branch: its own name first, then the first pattern that fits (`*` stops at a slash, as GitHub's fnmatch). */
export function protectionOf(repository: Repository, branch: string): Protection | null {
  const rules = repository.protections;
  return (
    rules.find(({ pattern }) => pattern === branch) ??
    rules.find(({ pattern }) => patternOf(pattern).test(branch)) ??
    null
  );
}

/** Required checks that have not passed on a commit; `success`, `neutral` and `skipped` pass. */
export function missingChecks(repository: Repository, branch: string, sha: string): string[] {
  const required = protectionOf(repository, branch)?.requiredChecks ?? [];
  return required.filter((name) => !hasPassed(repository, name, sha));
}

/** GitHub's three conclusions that hold nothing up. */
export function isGood(conclusion: string | null): boolean {
  return conclusion === "success" || conclusion === "neutral" || conclusion === "skipped";
}

export interface BranchMove {
  branch: string;
  /** Null: the branch is deleted. */
  after: string | null;
  forced: boolean;
  token: Token;
}

/**
 * What GitHub objects to when a branch is moved directly (push or ref update), a sentence each; nothing objected: empty.
 * People who administer the repository pass unless the rule includes administrators, but nobody forces or deletes.
 */
export function objections(repository: Repository, move: BranchMove): string[] {
  const rule = protectionOf(repository, move.branch);
  if (!rule) return [];
  if (move.after === null) return ["Cannot delete this protected branch"];
  if (move.forced) return ["Cannot force-push to this branch"];
  if (mayBypass(repository, rule, move.token)) return [];
  const missing = missingChecks(repository, move.branch, move.after);
  return [
    ...(rule.pullRequired ? ["Changes must be made through a pull request."] : []),
    ...checkComplaint(missing),
  ];
}

/** GitHub's sentence for required checks that are not there: one is named, several are counted. */
export function checkComplaint(missing: string[]): string[] {
  const [first] = missing;
  if (first === undefined) return [];
  if (missing.length === 1) return [`Required status check "${first}" is expected.`];
  return [`${missing.length} of ${missing.length} required status checks are expected.`];
}

export function mayBypass(repository: Repository, rule: Protection, token: Token): boolean {
  return !rule.enforceAdmins && token.kind === "user" && hasRole(repository, token.userId, "admin");
}

function hasPassed(repository: Repository, name: string, sha: string): boolean {
  const check = latestChecks(
    repository,
    repository.checks.filter((run) => run.headSha === sha),
  ).findLast((run) => run.name === name);
  if (check) return isGood(check.conclusion);
  const status = repository.statuses.findLast((entry) => entry.context === name && entry.sha === sha);
  return status?.state === "success";
}

function patternOf(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+^${}()|[\]\\?]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join("[^/]*")}$`);
}

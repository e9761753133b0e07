/** Branch protection: which rules a branch has, and what they say about a commit that is to become its tip. */
import { hasRole } from "./access.ts";
import type { Protection } from "./model/checks.ts";
import type { Token } from "./model/people.ts";
import type { Repository } from "./model/world.ts";
import { checkComplaint, standingOf } from "./required-checks.ts";

/** The rule of a branch: its own name first, then the first pattern that fits (`*` stops at a slash, as GitHub's fnmatch). */
export function protectionOf(repository: Repository, branch: string): Protection | null {
  const rules = repository.protections;
  return (
    rules.find(({ pattern }) => pattern === branch) ??
    rules.find(({ pattern }) => patternOf(pattern).test(branch)) ??
    null
  );
}

/** Gives a branch a merge queue or, by null, takes it away. GitHub has this in rulesets and on its pages, not in this API. */
export function setMergeQueue(
  repository: Repository,
  branch: string,
  queue: Protection["mergeQueue"] | null,
): void {
  const plain: Protection = {
    pattern: branch,
    requiredChecks: [],
    strict: false,
    pullRequired: true,
    requiredApprovals: 0,
    enforceAdmins: true,
  };
  const rule = repository.protections.find(({ pattern }) => pattern === branch) ?? plain;
  const others = repository.protections.filter((other) => other !== rule);
  repository.protections = [...others, { ...rule, mergeQueue: queue ?? undefined }];
}

/** Required checks that have not passed on a commit. */
export function missingChecks(repository: Repository, branch: string, sha: string): string[] {
  const required = protectionOf(repository, branch)?.requiredChecks ?? [];
  return required.filter((name) => standingOf(repository, name, sha) !== "passed");
}

/** GitHub's refusal of everything that passes a branch's queue by. */
export const BY_QUEUE = "Changes must be made through the merge queue";

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
  const checks = checkComplaint(repository, rule.requiredChecks, move.after);
  return [
    ...(rule.mergeQueue ? [BY_QUEUE] : []),
    ...(rule.pullRequired ? ["Changes must be made through a pull request."] : []),
    ...(checks === null ? [] : [checks]),
  ];
}

export function mayBypass(repository: Repository, rule: Protection, token: Token): boolean {
  return !rule.enforceAdmins && token.kind === "user" && hasRole(repository, token.userId, "admin");
}

function patternOf(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+^${}()|[\]\\?]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join("[^/]*")}$`);
}

/** Branches and their protection as GitHub's REST API shows them. */
import type { components } from "@octokit/openapi-types";
import type { Protection } from "../model/checks.ts";
import type { Repository, World } from "../model/world.ts";
import { protectionOf } from "../protection.ts";
import { ACTIONS_APP_ID } from "../world.ts";
import { repositoryUrl } from "./repository.ts";

type Schemas = components["schemas"];

export function protectionUrl(world: World, repository: Repository, branch: string): string {
  return `${repositoryUrl(world, repository)}/branches/${branch}/protection`;
}

/** What `GET …/protection` shows to those who administer the repository. */
export function protectionJson(url: string, rule: Protection): Schemas["branch-protection"] {
  return {
    url,
    ...(rule.requiredChecks.length > 0 || rule.strict
      ? { required_status_checks: checksJson(`${url}/required_status_checks`, rule) }
      : {}),
    ...(rule.pullRequired ? { required_pull_request_reviews: reviewsJson(url, rule) } : {}),
    required_signatures: { url: `${url}/required_signatures`, enabled: false },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: rule.enforceAdmins },
    required_linear_history: { enabled: false },
    allow_force_pushes: { enabled: false },
    allow_deletions: { enabled: false },
    block_creations: { enabled: false },
    required_conversation_resolution: { enabled: false },
    lock_branch: { enabled: false },
    allow_fork_syncing: { enabled: false },
  };
}

/** What every reader of a branch sees of it. */
export function branchSummary(world: World, repository: Repository, branch: string) {
  const rule = protectionOf(repository, branch);
  const contexts = rule?.requiredChecks ?? [];
  return {
    protected: rule !== null,
    protection: {
      enabled: rule !== null,
      required_status_checks: {
        enforcement_level: contexts.length === 0 ? "off" : rule?.enforceAdmins ? "everyone" : "non_admins",
        contexts,
        checks: contexts.map((context) => ({ context, app_id: null })),
      },
    },
    protection_url: protectionUrl(world, repository, branch),
  };
}

function checksJson(url: string, { strict, requiredChecks }: Protection) {
  return {
    url,
    strict,
    contexts: requiredChecks,
    contexts_url: `${url}/contexts`,
    checks: requiredChecks.map((context) => ({ context, app_id: ACTIONS_APP_ID })),
  };
}

function reviewsJson(url: string, { requiredApprovals }: Protection) {
  return {
    url: `${url}/required_pull_request_reviews`,
    dismiss_stale_reviews: false,
    require_code_owner_reviews: false,
    require_last_push_approval: false,
    required_approving_review_count: requiredApprovals,
  };
}

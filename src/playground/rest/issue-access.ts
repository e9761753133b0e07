/** Who may read, change or speak on an issue or pull request. */
import type { Context } from "hono";
import { demand, demandActive } from "../access.ts";
import { numberParam, repositoryOf, tokenOf, type Api, type Env } from "../api.ts";
import { findIssue } from "../issues.ts";
import type { Issue } from "../model/issues.ts";
import type { Access } from "../model/people.ts";
import type { Repository } from "../model/world.ts";

/**
 * The issue of `:owner/:repo` and `:number`. `read` and `write` are GitHub's permissions; `speak` is what every
 * signed-in reader of a repository may do: comment and react.
 */
export function issueOf(
  api: Api,
  c: Context<Env>,
  wanted: Access | "speak",
): { repository: Repository; issue: Issue } {
  const repository = repositoryOf(api, c);
  const issue = findIssue(repository, numberParam(c, "number"));
  demandOnIssue(api, c, { repository, issue, wanted });
  return { repository, issue };
}

/** For pull requests an App may hold either `pull_requests` or `issues`. */
export function demandOnIssue(
  { world }: Api,
  c: Context<Env>,
  { repository, issue, wanted }: { repository: Repository; issue: Issue | null; wanted: Access | "speak" },
): void {
  const token = wanted === "read" ? c.get("token") : tokenOf(c);
  const access = wanted === "read" ? "read" : "write";
  if (wanted === "speak" && token?.permissions === null) {
    demand(world, token, { repository, permission: "metadata", access: "read" });
    demandActive(repository);
    return;
  }
  const held = token?.permissions?.["pull_requests"];
  const byPulls = issue?.pull && (held === "write" || held === access);
  demand(world, token, { repository, permission: byPulls ? "pull_requests" : "issues", access });
}

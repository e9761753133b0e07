/** Lists of pull requests. */
import type * as GitHub from "@octokit/graphql-schema";
import type { Issue } from "../../model/issues.ts";
import type { Repository } from "../../model/world.ts";
import type { Connection } from "../connection.ts";
import type { SubjectNode } from "../nodes.ts";
import { hasAnyLabel, listed } from "./issue.ts";

/** As `Repository.pullRequests`; with `sha`, those whose head or merge is that commit. */
export function pullConnection(
  repository: Repository,
  args: GitHub.RepositoryPullRequestsArgs & { sha?: string },
): Connection<SubjectNode> {
  const { states, headRefName, baseRefName, labels, sha } = args;
  const pulls = [...repository.issues.values()].filter(
    (issue) =>
      issue.pull !== null &&
      (!states || states.includes(stateOf(issue))) &&
      (!headRefName || issue.pull.headRef === headRefName) &&
      (!baseRefName || issue.pull.baseRef === baseRefName) &&
      (!sha || issue.pull.headSha === sha || issue.pull.mergeCommitSha === sha) &&
      hasAnyLabel(issue, labels),
  );
  return listed(repository, pulls, args);
}

export function stateOf({ pull, state }: Issue): GitHub.PullRequestState {
  if (pull?.mergedAt) return "MERGED";
  return state === "open" ? "OPEN" : "CLOSED";
}

/** What a token may read over GraphQL, and how GitHub says that it may not. */
import { demand, maySee } from "../access.ts";
import type { Repository } from "../model/world.ts";
import type { AnyNode } from "./nodes.ts";
import type { Context } from "./fields.ts";

export type Readable =
  | "metadata"
  | "contents"
  | "issues"
  | "pull_requests"
  | "checks"
  | "statuses"
  | "actions";

/** Everyone may read what is public. Throws `Resource not accessible by integration` where the permission is missing. */
export function demandRead(context: Context, repository: Repository, permission: Readable): void {
  if (!repository.private) return;
  demand(context.world, context.token, { repository, permission, access: "read" });
}

/** The permission that a node takes to be read by its id; null for what is no repository's. */
export function permissionFor(node: AnyNode): Readable | null {
  switch (node.kind) {
    case "User":
    case "Bot":
    case "Organization":
    case "App":
      return null;
    case "Repository":
      return "metadata";
    case "Ref":
    case "Commit":
    case "Tree":
    case "Blob":
    case "Tag":
      return "contents";
    case "CheckRun":
    case "CheckSuite":
      return "checks";
    case "WorkflowRun":
      return "actions";
    case "PullRequest":
    case "PullRequestReview":
    case "PullRequestReviewThread":
    case "PullRequestReviewComment":
      return "pull_requests";
    default:
      return "issues";
  }
}

/** Whether the node's repository, if it has one, may be known to the caller at all. */
export function isVisible(context: Context, node: AnyNode): boolean {
  return repositoryOfNode(node) === null || maySee(repositoryOfNode(node) as Repository, context.token);
}

export function repositoryOfNode(node: AnyNode): Repository | null {
  if ("repository" in node) return node.repository;
  if ("pullRequest" in node) return node.pullRequest.repository;
  return "subject" in node ? node.subject.repository : null;
}

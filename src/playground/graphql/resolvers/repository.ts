/** Repositories: the root of most queries. */
import type * as GitHub from "@octokit/graphql-schema";
import { roleOf } from "../../access.ts";
import { findLabel } from "../../labels.ts";
import type { Issue } from "../../model/issues.ts";
import type { Repository } from "../../model/world.ts";
import { nodeId } from "../../node-ids.ts";
import { repositoryPage } from "../../shapes/repository.ts";
import { fullName } from "../../world.ts";
import { GraphqlFailure } from "../failure.ts";
import type { Context, Fields } from "../fields.ts";
import { actorNode, subjectNode, type RepositoryNode, type SubjectNode } from "../nodes.ts";
import { demandRead } from "../reading.ts";
import { findObject } from "./git-object.ts";
import { issueConnection } from "./issue.ts";
import { labelConnection, labelNode } from "./label.ts";
import { queueNode } from "./merge-queue.ts";
import { pullConnection } from "./pull-list.ts";
import { findRef, refConnection } from "./ref.ts";

export const repositoryFields: Fields<GitHub.Repository, RepositoryNode> = {
  id: ({ repository }) => nodeId("Repository", repository.id),
  databaseId: ({ repository }) => repository.id,
  name: ({ repository }) => repository.name,
  nameWithOwner: ({ repository }, _args, { world }) => fullName(world, repository),
  owner: ({ repository }, _args, { world }) => actorNode(world, repository.ownerId),
  url: ({ repository }, _args, { world }) => repositoryPage(world, repository),
  resourcePath: ({ repository }, _args, { world }) => `/${fullName(world, repository)}`,
  description: () => null,
  createdAt: ({ repository }) => repository.createdAt,
  isPrivate: ({ repository }) => repository.private,
  visibility: ({ repository }) => (repository.private ? "PRIVATE" : "PUBLIC"),
  isArchived: ({ repository }) => repository.archived,
  isDisabled: () => false,
  isFork: () => false,
  isTemplate: () => false,
  isInOrganization: ({ repository }, _args, { world }) =>
    actorNode(world, repository.ownerId).kind === "Organization",
  isEmpty: async ({ repository }, _args, { git }) => (await git(repository).refs()).length === 0,
  hasIssuesEnabled: () => true,
  deleteBranchOnMerge: ({ repository }) => repository.deleteBranchOnMerge,
  mergeCommitAllowed: ({ repository }) => repository.mergeMethods.merge,
  squashMergeAllowed: ({ repository }) => repository.mergeMethods.squash,
  rebaseMergeAllowed: ({ repository }) => repository.mergeMethods.rebase,
  autoMergeAllowed: ({ repository }) => repository.allowAutoMerge,
  viewerPermission: ({ repository }, _args, context) => viewerPermission(repository, context),
  viewerCanAdminister: ({ repository }, _args, context) => viewerPermission(repository, context) === "ADMIN",
  mergeQueue: ({ repository }, { branch }: GitHub.RepositoryMergeQueueArgs) =>
    queueNode(repository, branch ?? repository.defaultBranch),
  defaultBranchRef: ({ repository }, _args, context) => {
    demandRead(context, repository, "contents");
    return findRef(context, repository, `refs/heads/${repository.defaultBranch}`);
  },
  ref: ({ repository }, { qualifiedName }: GitHub.RepositoryRefArgs, context) => {
    demandRead(context, repository, "contents");
    return findRef(context, repository, qualifiedName);
  },
  refs: ({ repository }, args: GitHub.RepositoryRefsArgs, context) => {
    demandRead(context, repository, "contents");
    return refConnection(context, repository, args);
  },
  object: ({ repository }, args: GitHub.RepositoryObjectArgs, context) => {
    demandRead(context, repository, "contents");
    return findObject(context, repository, args);
  },
  issue: ({ repository }, { number }: GitHub.RepositoryIssueArgs, context) => {
    demandRead(context, repository, "issues");
    return subject(repository, { number, type: "Issue", fits: ({ pull }) => pull === null });
  },
  pullRequest: ({ repository }, { number }: GitHub.RepositoryPullRequestArgs, context) => {
    demandRead(context, repository, "pull_requests");
    return subject(repository, { number, type: "PullRequest", fits: ({ pull }) => pull !== null });
  },
  issueOrPullRequest: ({ repository }, { number }: GitHub.RepositoryIssueOrPullRequestArgs, context) => {
    const found = subject(repository, { number, type: "issue or pull request", fits: () => true });
    demandRead(context, repository, found.kind === "Issue" ? "issues" : "pull_requests");
    return found;
  },
  issues: ({ repository }, args: GitHub.RepositoryIssuesArgs, context) => {
    demandRead(context, repository, "issues");
    return issueConnection(repository, args);
  },
  pullRequests: ({ repository }, args: GitHub.RepositoryPullRequestsArgs, context) => {
    demandRead(context, repository, "pull_requests");
    return pullConnection(repository, args);
  },
  label: ({ repository }, { name }: GitHub.RepositoryLabelArgs) => {
    const label = findLabel(repository, name);
    return label ? labelNode(repository, label) : null;
  },
  labels: ({ repository }, args: GitHub.RepositoryLabelsArgs) => {
    const query = args.query?.toLowerCase() ?? "";
    const labels = repository.labels.filter(({ name }) => name.toLowerCase().includes(query));
    return labelConnection(repository, labels, args);
  },
};

function subject(
  repository: Repository,
  { number, type, fits }: { number: number; type: string; fits: (issue: Issue) => boolean },
): SubjectNode {
  const issue = repository.issues.get(number);
  if (issue && fits(issue)) return subjectNode(repository, issue);
  const article = /^[AEIOU]/i.test(type) ? "an" : "a";
  throw new GraphqlFailure(
    "NOT_FOUND",
    `Could not resolve to ${article} ${type} with the number of ${number}.`,
  );
}

/** A person's role; for an App or workflow what its permissions come to. */
function viewerPermission(repository: Repository, { token }: Context): GitHub.RepositoryPermission | null {
  if (token.permissions !== null) return token.permissions["contents"] === "write" ? "WRITE" : "READ";
  const role = roleOf(repository, token.userId)?.toUpperCase() as GitHub.RepositoryPermission | undefined;
  return role ?? (repository.private ? null : "READ");
}

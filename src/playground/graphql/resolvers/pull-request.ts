/** Pull requests. */
import type * as GitHub from "@octokit/graphql-schema";
import { mentionedToClose } from "../../closing-words.ts";
import { commitsBetween } from "../../git/history.ts";
import { missingApprovals, mergeState } from "../../merge-state.ts";
import { nodeId } from "../../node-ids.ts";
import { protectionOf } from "../../protection.ts";
import { mergeability } from "../../pulls.ts";
import { connection } from "../connection.ts";
import type { Context, Fields } from "../fields.ts";
import { actorNode, gitNode, type GitNode, type PullRequestNode } from "../nodes.ts";
import { demandRead } from "../reading.ts";
import { listed } from "./issue.ts";
import { stateOf } from "./pull-list.ts";
import { findRef } from "./ref.ts";
import { latestReviews, reviewConnection, threadConnection } from "./review.ts";
import { rollupOf } from "./rollup.ts";
import { subjectFields } from "./subject.ts";

export const pullRequestFields: Fields<GitHub.PullRequest, PullRequestNode> = {
  ...subjectFields,
  permalink: subjectFields.url,
  id: ({ pull }) => nodeId("PullRequest", pull.id),
  databaseId: ({ pull }) => pull.id,
  fullDatabaseId: ({ pull }) => String(pull.id),
  state: ({ issue }) => stateOf(issue),
  isDraft: ({ pull }) => pull.draft,
  merged: ({ pull }) => pull.mergedAt !== null,
  mergedAt: ({ pull }) => pull.mergedAt,
  mergedBy: ({ pull }, _args, { world }) =>
    pull.mergedById === null ? null : actorNode(world, pull.mergedById),
  // The test merge is a ref of its own; what GitHub calls the merge commit exists once it is merged.
  mergeCommit: ({ repository, pull }) =>
    pull.mergedAt !== null && pull.mergeCommitSha !== null
      ? commitNode(repository, pull.mergeCommitSha)
      : null,
  potentialMergeCommit: ({ repository, pull }) =>
    pull.mergedAt === null && pull.mergeability?.commit
      ? commitNode(repository, pull.mergeability.commit)
      : null,
  mergeable: (node, _args, context) => mergeable(node, context),
  canBeRebased: ({ pull }) => pull.mergeability?.rebaseable ?? false,
  mergeStateStatus: (node, _args, context) => {
    if (mergeable(node, context) === "UNKNOWN") return "UNKNOWN";
    return mergeState(node.repository, node.issue).toUpperCase();
  },
  headRefName: ({ pull }) => pull.headRef,
  headRefOid: ({ pull }) => pull.headSha,
  headRef: ({ repository, pull }, _args, context) =>
    findRef(context, repository, `refs/heads/${pull.headRef}`),
  headRepository: ({ repository }) => ({ kind: "Repository", repository }),
  headRepositoryOwner: ({ repository }, _args, { world }) => actorNode(world, repository.ownerId),
  baseRefName: ({ pull }) => pull.baseRef,
  baseRefOid: ({ pull }) => pull.baseSha,
  baseRef: ({ repository, pull }, _args, context) =>
    findRef(context, repository, `refs/heads/${pull.baseRef}`),
  baseRepository: ({ repository }) => ({ kind: "Repository", repository }),
  isCrossRepository: () => false,
  maintainerCanModify: () => false,
  additions: ({ pull }) => pull.size.additions,
  deletions: ({ pull }) => pull.size.deletions,
  changedFiles: ({ pull }) => pull.size.changedFiles,
  commits: async ({ repository, issue, pull }, args: GitHub.PullRequestCommitsArgs) => {
    const newestFirst = await commitsBetween(repository, { tip: pull.headSha, hidden: [pull.baseSha] });
    const nodes = newestFirst.toReversed().map((oid): PullRequestCommitNode => ({
      kind: "PullRequestCommit",
      pullRequest: { kind: "PullRequest", repository, issue, pull },
      commit: commitNode(repository, oid),
    }));
    return connection(nodes, args, ({ commit }) => commit.oid);
  },
  statusCheckRollup: ({ repository, pull }, _args, context) => {
    demandRead(context, repository, "checks");
    demandRead(context, repository, "statuses");
    return rollupOf(repository, pull.headSha);
  },
  closingIssuesReferences: (
    { repository, issue, pull },
    args: GitHub.PullRequestClosingIssuesReferencesArgs,
  ) => {
    const counts = pull.baseRef === repository.defaultBranch && !args.userLinkedOnly;
    const numbers = counts ? mentionedToClose(issue.body ?? "") : [];
    const issues = numbers
      .flatMap((number) => repository.issues.get(number) ?? [])
      .filter((one) => !one.pull);
    return listed(repository, issues, args);
  },
  reviewDecision: ({ repository, pull }) => {
    if ((protectionOf(repository, pull.baseRef)?.requiredApprovals ?? 0) === 0) return null;
    if (latestReviews(pull).some(({ state }) => state === "CHANGES_REQUESTED")) return "CHANGES_REQUESTED";
    return missingApprovals(repository, pull) > 0 ? "REVIEW_REQUIRED" : "APPROVED";
  },
  reviews: (node, args: GitHub.PullRequestReviewsArgs, context) => reviewConnection(node, args, context),
  latestReviews: (node, args: GitHub.PullRequestLatestReviewsArgs, context) =>
    reviewConnection({ ...node, pull: { ...node.pull, reviews: latestReviews(node.pull) } }, args, context),
  reviewThreads: (node, args: GitHub.PullRequestReviewThreadsArgs) => threadConnection(node, args),
  autoMergeRequest: () => null,
  isInMergeQueue: () => false,
  isMergeQueueEnabled: () => false,
  mergeQueueEntry: () => null,
};

interface PullRequestCommitNode {
  kind: "PullRequestCommit";
  pullRequest: PullRequestNode;
  commit: GitNode;
}

export const pullRequestCommitFields: Fields<GitHub.PullRequestCommit, PullRequestCommitNode> = {
  id: ({ pullRequest, commit }) => nodeId("PullRequestCommit", `${pullRequest.pull.id}:${commit.oid}`),
  commit: ({ commit }) => commit,
  pullRequest: ({ pullRequest }) => pullRequest,
};

/** UNKNOWN at the first ask, which starts the test merge; a later ask knows. Closed ones stay as they were. */
function mergeable({ repository, issue, pull }: PullRequestNode, { world }: Context): GitHub.MergeableState {
  return pull.mergedAt === null ? mergeability(world, repository, issue) : "UNKNOWN";
}

function commitNode(repository: PullRequestNode["repository"], oid: string): GitNode {
  return gitNode(repository, { oid, type: "commit" });
}

/** Pull requests. */
import type * as GitHub from "@octokit/graphql-schema";
import { mentionedToClose } from "../../closing-words.ts";
import { commitsBetween } from "../../git/history.ts";
import { missingApprovals, mergeState } from "../../merge-state.ts";
import type { Mergeability, Pull } from "../../model/pulls.ts";
import { nodeId } from "../../node-ids.ts";
import { protectionOf } from "../../protection.ts";
import { knownMergeability, reading } from "../../test-merge.ts";
import { connection } from "../connection.ts";
import type { Context, Fields } from "../fields.ts";
import { actorNode, gitNode, type GitNode, type PullRequestNode } from "../nodes.ts";
import { demandRead } from "../reading.ts";
import { changedFiles } from "./changed-files.ts";
import { listed } from "./issue.ts";
import { autoMergeOf, entryOfPull, queueNode } from "./merge-queue.ts";
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
  potentialMergeCommit: (node, _args, context) => {
    const commit = told(node, context).known?.commit ?? null;
    return commit === null ? null : commitNode(node.repository, commit);
  },
  mergeable: (node, _args, context) => {
    const { known } = told(node, context);
    if (!known) return "UNKNOWN";
    return known.mergeable ? "MERGEABLE" : "CONFLICTING";
  },
  canBeRebased: (node, _args, context) => told(node, context).known?.rebaseable ?? false,
  mergeStateStatus: (node, _args, context) => told(node, context).state,
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
  files: (node, args: GitHub.PullRequestFilesArgs) => changedFiles(node, args),
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
  autoMergeRequest: (node) => autoMergeOf(node),
  isInMergeQueue: (node) => entryOfPull(node) !== null,
  isMergeQueueEnabled: ({ repository, pull }) => queueNode(repository, pull.baseRef) !== null,
  mergeQueue: ({ repository, pull }) => queueNode(repository, pull.baseRef),
  mergeQueueEntry: (node) => entryOfPull(node),
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

interface Told {
  known: Mergeability | null;
  state: GitHub.MergeStateStatus;
}

/** A query is one read of a pull request, whatever it asks of it. */
const reads = new WeakMap<Context, Map<Pull, Told>>();

/** Nothing is known at the first ask, which starts the test merge; a later query is told. */
function told(node: PullRequestNode, context: Context): Told {
  const before = reads.get(context) ?? new Map<Pull, Told>();
  reads.set(context, before);
  const answer = before.get(node.pull) ?? tell(node, context);
  before.set(node.pull, answer);
  return answer;
}

/** Closed ones stay as they were; of merged ones GitHub knows nothing any more. */
function tell({ repository, issue, pull }: PullRequestNode, { world }: Context): Told {
  if (pull.mergedAt !== null) return { known: null, state: "UNKNOWN" };
  return reading(world, { repository, issue, pull }, () => ({
    known: knownMergeability(pull),
    state: mergeState(repository, issue).toUpperCase() as GitHub.MergeStateStatus,
  }));
}

function commitNode(repository: PullRequestNode["repository"], oid: string): GitNode {
  return gitNode(repository, { oid, type: "commit" });
}

/** The GraphQL types that are played, each with its fields. */
import { actorFieldsByType } from "./resolvers/actor.ts";
import { checkRunFields, statusContextFields } from "./resolvers/check-run.ts";
import { checkSuiteFields, workflowRunFields } from "./resolvers/check-suite.ts";
import { commentFields } from "./resolvers/comment.ts";
import { commitFields, gitActorFields } from "./resolvers/commit.ts";
import { blobFields, gitObjectFields, treeEntryFields, treeFields } from "./resolvers/git-object.ts";
import { comparisonFields } from "./resolvers/comparison.ts";
import { issueFields } from "./resolvers/issue.ts";
import { labelFields } from "./resolvers/label.ts";
import { autoMergeFields, mergeQueueEntryFields, mergeQueueFields } from "./resolvers/merge-queue.ts";
import { commentMutations } from "./resolvers/mutations/comments.ts";
import { issueMutations } from "./resolvers/mutations/issues.ts";
import { landingMutations } from "./resolvers/mutations/landing.ts";
import { pullRequestMutations } from "./resolvers/mutations/pull-requests.ts";
import { refMutations } from "./resolvers/mutations/refs.ts";
import { reviewMutations } from "./resolvers/mutations/reviews.ts";
import { pullRequestCommitFields, pullRequestFields } from "./resolvers/pull-request.ts";
import { queryFields } from "./resolvers/query.ts";
import { reactionFields, reactionGroupFields } from "./resolvers/reaction.ts";
import { refFields } from "./resolvers/ref.ts";
import { repositoryFields } from "./resolvers/repository.ts";
import { reviewCommentFields, reviewFields, threadFields } from "./resolvers/review.ts";
import { rollupFields, statusFields } from "./resolvers/rollup.ts";
import { eventFieldsByType } from "./resolvers/timeline.ts";
import type { Resolver } from "./fields.ts";

/** By name of type and field; what is not here is not played. */
export const TYPES: Record<string, Record<string, Resolver<never>>> = {
  Query: queryFields,
  Mutation: {
    ...refMutations,
    ...issueMutations,
    ...commentMutations,
    ...pullRequestMutations,
    ...landingMutations,
    ...reviewMutations,
  },
  ...actorFieldsByType,
  Repository: repositoryFields,
  Issue: issueFields,
  PullRequest: pullRequestFields,
  PullRequestCommit: pullRequestCommitFields,
  PullRequestReview: reviewFields,
  PullRequestReviewThread: threadFields,
  PullRequestReviewComment: reviewCommentFields,
  IssueComment: commentFields,
  Label: labelFields,
  Reaction: reactionFields,
  ReactionGroup: reactionGroupFields,
  ...eventFieldsByType,
  Ref: refFields,
  Comparison: comparisonFields,
  AutoMergeRequest: autoMergeFields,
  MergeQueue: mergeQueueFields,
  MergeQueueEntry: mergeQueueEntryFields,
  Commit: commitFields,
  GitActor: gitActorFields,
  Tree: treeFields,
  TreeEntry: treeEntryFields,
  Blob: blobFields,
  Tag: gitObjectFields,
  CheckRun: checkRunFields,
  CheckSuite: checkSuiteFields,
  StatusContext: statusContextFields,
  StatusCheckRollup: rollupFields,
  Status: statusFields,
  WorkflowRun: workflowRunFields,
};

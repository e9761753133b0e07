/** Mutations of conversations on lines, and of what is folded away. */
import type * as GitHub from "@octokit/graphql-schema";
import { ApiError } from "../../../errors.ts";
import { replyInThread, resolveThread } from "../../../review-threads.ts";
import type { Context, Fields } from "../../fields.ts";
import {
  subjectOf,
  type CommentNode,
  type ReviewCommentNode,
  type ReviewNode,
  type SubjectNode,
  type ThreadNode,
} from "../../nodes.ts";
import { maySettle } from "../review.ts";
import { actOf, demandOnSubject, demandWrite, mutation, target } from "./mutation.ts";

const MINIMIZABLE = ["IssueComment", "PullRequestReview", "PullRequestReviewComment"] as const;
type Minimizable = CommentNode | ReviewNode | ReviewCommentNode;

export const reviewMutations: Fields<GitHub.Mutation, unknown> = {
  // GitHub sends no webhook for hiding a comment.
  minimizeComment: mutation("MinimizeComment", (input: GitHub.MinimizeCommentInput, context) => {
    const node = foldable(context, input.subjectId);
    thing(node).minimized = input.classifier.toLowerCase().replaceAll("_", "-");
    return { minimizedComment: node };
  }),
  unminimizeComment: mutation("UnminimizeComment", (input: GitHub.UnminimizeCommentInput, context) => {
    const node = foldable(context, input.subjectId);
    thing(node).minimized = null;
    return { unminimizedComment: node };
  }),
  resolveReviewThread: mutation("ResolveReviewThread", (input: GitHub.ResolveReviewThreadInput, context) =>
    settle(context, input.threadId, true),
  ),
  unresolveReviewThread: mutation(
    "UnresolveReviewThread",
    (input: GitHub.UnresolveReviewThreadInput, context) => settle(context, input.threadId, false),
  ),
  addPullRequestReviewThreadReply: mutation(
    "AddPullRequestReviewThreadReply",
    (input: GitHub.AddPullRequestReviewThreadReplyInput, context) => {
      const { pullRequest, thread } = target(context, input.pullRequestReviewThreadId, [
        "PullRequestReviewThread",
      ]);
      if (context.token.permissions === null) demandOnSubject(context, pullRequest, "speak");
      else demandWrite(context, pullRequest.repository, "pull_requests");
      const reply = { ...actOf(context), thread, body: input.body };
      const comment = replyInThread(context.world, pullRequest.repository, pullRequest.issue, reply);
      const node: ReviewCommentNode = { kind: "PullRequestReviewComment", pullRequest, thread, comment };
      return { comment: node };
    },
  ),
};

/** One's own words may be folded by anyone who may say something; another's takes write. */
function foldable(context: Context, id: string | number): Minimizable {
  const node = target(context, id, MINIMIZABLE);
  const isOwn = thing(node).authorId === context.viewer.id;
  demandOnSubject(context, subjectFor(node), isOwn ? "speak" : "write");
  return node;
}

function thing(node: Minimizable): { minimized: string | null; authorId: number } {
  return node.kind === "PullRequestReview" ? node.review : node.comment;
}

function subjectFor(node: Minimizable): SubjectNode {
  return node.kind === "IssueComment" ? subjectOf(node) : node.pullRequest;
}

function settle(context: Context, id: string | number, resolved: boolean): { thread: ThreadNode } {
  const node = target(context, id, ["PullRequestReviewThread"]);
  const { repository, issue } = node.pullRequest;
  if (!maySettle(context, node.pullRequest))
    throw new ApiError(403, "Resource not accessible by integration");
  resolveThread(context.world, repository, issue, { ...actOf(context), thread: node.thread, resolved });
  return { thread: node };
}

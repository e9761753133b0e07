/** Reviews of pull requests and the conversations on their lines. */
import type * as GitHub from "@octokit/graphql-schema";
import { linesAt } from "../../thread-lines.ts";
import type { Pull, Review, ReviewThread } from "../../model/pulls.ts";
import { nodeId } from "../../node-ids.ts";
import { issuePage } from "../../shapes/issue.ts";
import { associationOf } from "../../shapes/user.ts";
import { findUser } from "../../world.ts";
import { connection, type Connection } from "../connection.ts";
import type { Context, Fields, Paging } from "../fields.ts";
import {
  actorNode,
  gitNode,
  type PullRequestNode,
  type ReviewCommentNode,
  type ReviewNode,
  type ThreadNode,
} from "../nodes.ts";

export function reviewConnection(
  pullRequest: PullRequestNode,
  args: GitHub.PullRequestReviewsArgs,
  { world }: Context,
): Connection<ReviewNode> {
  const author = args.author ? findUser(world, args.author)?.id : null;
  const reviews = pullRequest.pull.reviews.filter(
    ({ state, authorId }) =>
      (!args.states || args.states.includes(state)) && (author === null || author === authorId),
  );
  return connection(
    reviews.map((review): ReviewNode => ({ kind: "PullRequestReview", pullRequest, review })),
    args,
    ({ review }) => review.id,
  );
}

export function threadConnection(pullRequest: PullRequestNode, args: Paging): Connection<ThreadNode> {
  return connection(
    pullRequest.pull.threads.map((thread): ThreadNode => ({
      kind: "PullRequestReviewThread",
      pullRequest,
      thread,
    })),
    args,
    ({ thread }) => thread.id,
  );
}

/** The last review of each person; a mere comment does not take a verdict back. */
export function latestReviews({ reviews }: Pull): Review[] {
  const latest = new Map<number, Review>();
  for (const review of reviews) {
    if (review.state !== "COMMENTED" || !latest.has(review.authorId)) latest.set(review.authorId, review);
  }
  return [...latest.values()];
}

export const reviewFields: Fields<GitHub.PullRequestReview, ReviewNode> = {
  id: ({ review }) => nodeId("PullRequestReview", review.id),
  databaseId: ({ review }) => review.id,
  fullDatabaseId: ({ review }) => String(review.id),
  state: ({ review }) => review.state,
  body: ({ review }) => review.body,
  author: ({ review }, _args, { world }) => actorNode(world, review.authorId),
  authorAssociation: ({ pullRequest, review }) => associationOf(pullRequest.repository, review.authorId),
  commit: ({ pullRequest, review }) =>
    gitNode(pullRequest.repository, { oid: review.commit, type: "commit" }),
  createdAt: ({ review }) => review.submittedAt,
  submittedAt: ({ review }) => review.submittedAt,
  viewerDidAuthor: ({ review }, _args, { viewer }) => review.authorId === viewer.id,
  isMinimized: ({ review }) => review.minimized !== null,
  minimizedReason: ({ review }) => review.minimized,
  pullRequest: ({ pullRequest }) => pullRequest,
  url: ({ pullRequest, review }, _args, { world }) =>
    `${issuePage(world, pullRequest.repository, pullRequest.issue)}#pullrequestreview-${review.id}`,
  comments: ({ pullRequest, review }, args: GitHub.PullRequestReviewCommentsArgs) => {
    const comments = pullRequest.pull.threads.flatMap((thread) => commentNodes(pullRequest, thread));
    return connection(
      comments.filter(({ comment }) => comment.reviewId === review.id),
      args,
      ({ comment }) => comment.id,
    );
  },
};

export const threadFields: Fields<GitHub.PullRequestReviewThread, ThreadNode> = {
  id: ({ thread }) => nodeId("PullRequestReviewThread", thread.id),
  path: ({ thread }) => thread.path,
  line: async (node) => (await linesOf(node))?.line ?? null,
  startLine: async (node) => (await linesOf(node))?.startLine ?? null,
  originalLine: ({ thread }) => thread.line,
  originalStartLine: ({ thread }) => thread.startLine,
  isOutdated: async (node) => (await linesOf(node)) === null,
  diffSide: ({ thread }) => thread.side,
  isResolved: ({ thread }) => thread.resolvedById !== null,
  resolvedBy: ({ thread }, _args, { world }) => {
    const actor = thread.resolvedById === null ? null : actorNode(world, thread.resolvedById);
    return actor?.kind === "User" ? actor : null;
  },
  pullRequest: ({ pullRequest }) => pullRequest,
  comments: ({ pullRequest, thread }, args: GitHub.PullRequestReviewThreadCommentsArgs) =>
    connection(commentNodes(pullRequest, thread), args, ({ comment }) => comment.id),
};

export const reviewCommentFields: Fields<GitHub.PullRequestReviewComment, ReviewCommentNode> = {
  id: ({ comment }) => nodeId("PullRequestReviewComment", comment.id),
  databaseId: ({ comment }) => comment.id,
  fullDatabaseId: ({ comment }) => String(comment.id),
  body: ({ comment }) => comment.body,
  path: ({ thread }) => thread.path,
  line: ({ thread }) => thread.line,
  diffHunk: ({ comment }) => comment.diffHunk,
  author: ({ comment }, _args, { world }) => actorNode(world, comment.authorId),
  createdAt: ({ comment }) => comment.createdAt,
  updatedAt: ({ comment }) => comment.updatedAt,
  lastEditedAt: ({ comment }) => comment.lastEditedAt,
  isMinimized: ({ comment }) => comment.minimized !== null,
  minimizedReason: ({ comment }) => comment.minimized,
  viewerDidAuthor: ({ comment }, _args, { viewer }) => comment.authorId === viewer.id,
  pullRequest: ({ pullRequest }) => pullRequest,
  commit: ({ pullRequest, comment }) =>
    gitNode(pullRequest.repository, { oid: comment.commit, type: "commit" }),
};

function linesOf({ pullRequest, thread }: ThreadNode): ReturnType<typeof linesAt> {
  return linesAt(pullRequest.repository, pullRequest.pull, thread);
}

function commentNodes(pullRequest: PullRequestNode, thread: ReviewThread): ReviewCommentNode[] {
  return thread.comments.map((comment) => ({
    kind: "PullRequestReviewComment",
    pullRequest,
    thread,
    comment,
  }));
}

/** Reviews of pull requests and the conversations on their lines. */
import type * as GitHub from "@octokit/graphql-schema";
import { may } from "../../access.ts";
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
  line: ({ thread }) => thread.place?.line ?? null,
  startLine: ({ thread }) => thread.place?.startLine ?? null,
  originalLine: ({ thread }) => thread.line,
  originalStartLine: ({ thread }) => thread.startLine,
  isOutdated: ({ thread }) => thread.place === null,
  isCollapsed: ({ thread }) => thread.place === null || thread.resolvedById !== null,
  diffSide: ({ thread }) => thread.side,
  startDiffSide: ({ thread }) => (thread.startLine === null ? null : thread.side),
  subjectType: () => "LINE",
  isResolved: ({ thread }) => thread.resolvedById !== null,
  // A User even for an App, as `viewer` is.
  resolvedBy: ({ thread }, _args, { world }) =>
    thread.resolvedById === null ? null : { ...actorNode(world, thread.resolvedById), kind: "User" },
  viewerCanResolve: (node, _args, context) =>
    node.thread.resolvedById === null && maySettle(context, node.pullRequest),
  viewerCanUnresolve: (node, _args, context) =>
    node.thread.resolvedById !== null && maySettle(context, node.pullRequest),
  viewerCanReply: ({ pullRequest: { repository } }, _args, { world, token }) =>
    token.permissions === null ||
    may(world, token, { repository, permission: "pull_requests", access: "write" }),
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
  line: ({ thread }) => thread.place?.line ?? null,
  startLine: ({ thread }) => thread.place?.startLine ?? null,
  originalLine: ({ thread }) => thread.line,
  originalStartLine: ({ thread }) => thread.startLine,
  outdated: ({ thread }) => thread.place === null,
  diffHunk: ({ comment }) => comment.diffHunk,
  author: ({ comment }, _args, { world }) => actorNode(world, comment.authorId),
  createdAt: ({ comment }) => comment.createdAt,
  updatedAt: ({ comment }) => comment.updatedAt,
  lastEditedAt: ({ comment }) => comment.lastEditedAt,
  isMinimized: ({ comment }) => comment.minimized !== null,
  minimizedReason: ({ comment }) => comment.minimized,
  viewerDidAuthor: ({ comment }, _args, { viewer }) => comment.authorId === viewer.id,
  authorAssociation: ({ pullRequest, comment }) => associationOf(pullRequest.repository, comment.authorId),
  pullRequest: ({ pullRequest }) => pullRequest,
  pullRequestReview: ({ pullRequest, comment }) => {
    const review = pullRequest.pull.reviews.find(({ id }) => id === comment.reviewId);
    return review ? { kind: "PullRequestReview", pullRequest, review } : null;
  },
  replyTo: (node) => {
    const [first] = commentNodes(node.pullRequest, node.thread);
    return first?.comment === node.comment ? null : (first ?? null);
  },
  url: ({ pullRequest, comment }, _args, { world }) =>
    `${issuePage(world, pullRequest.repository, pullRequest.issue)}#discussion_r${comment.id}`,
  commit: ({ pullRequest, thread, comment }) => {
    const oid = thread.place === null ? comment.commit : pullRequest.pull.headSha;
    return gitNode(pullRequest.repository, { oid, type: "commit" });
  },
  originalCommit: ({ pullRequest, comment }) =>
    gitNode(pullRequest.repository, { oid: comment.commit, type: "commit" }),
};

/** People with write and the pull request's author; an App needs to write pull requests and contents. */
export function maySettle({ world, token }: Context, { repository, issue }: PullRequestNode): boolean {
  if (token.permissions === null && issue.authorId === token.userId) return true;
  return ["pull_requests", "contents"].every((permission) =>
    may(world, token, { repository, permission, access: "write" }),
  );
}

function commentNodes(pullRequest: PullRequestNode, thread: ReviewThread): ReviewCommentNode[] {
  return thread.comments.map((comment) => ({
    kind: "PullRequestReviewComment",
    pullRequest,
    thread,
    comment,
  }));
}

/** Conversations on lines of a pull request: begun by a review, answered, edited, resolved. */
import { checkBody, type Act } from "./issues.ts";
import type { Issue } from "./model/issues.ts";
import type { LinePlace, Review, ReviewComment, ReviewThread } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { nodeId } from "./node-ids.ts";
import { pullOf, pullSimpleJson } from "./shapes/pull.ts";
import { reviewCommentJson } from "./shapes/review.ts";
import type { Lines } from "./thread-lines.ts";
import { emit, instant, newId } from "./world.ts";

/** The first comment of a thread; its place is that at the pull request's head. */
export function beginThread(
  world: World,
  repository: Repository,
  issue: Issue,
  first: Pick<Act, "token"> & {
    review: Review;
    lines: Lines;
    place: LinePlace | null;
    body: string;
    diffHunk: string;
  },
): void {
  const { review, lines, place, body, diffHunk, token } = first;
  const { path, side, line, startLine } = lines;
  const comment = newComment(world, { review, body, diffHunk });
  const thread: ReviewThread = {
    id: newId(world),
    path,
    side,
    line,
    startLine,
    place,
    resolvedById: null,
    comments: [comment],
  };
  pullOf(issue).threads.push(thread);
  const about = { issue, thread, comment, actorId: comment.authorId, token };
  tellComment(world, repository, { ...about, action: "created" });
}

/** An answer in a thread; it belongs to a review of its own, as on GitHub. */
export function replyInThread(
  world: World,
  repository: Repository,
  issue: Issue,
  { thread, body, ...act }: Act & { thread: ReviewThread; body: string },
): ReviewComment {
  checkBody(body, "PullRequestReviewComment");
  const pull = pullOf(issue);
  const review: Review = {
    id: newId(world),
    authorId: act.actorId,
    state: "COMMENTED",
    body: "",
    commit: pull.headSha,
    submittedAt: instant(world),
    minimized: null,
  };
  pull.reviews.push(review);
  const comment = newComment(world, { review, body, diffHunk: thread.comments[0]?.diffHunk ?? "" });
  thread.comments.push(comment);
  tellComment(world, repository, { ...act, issue, thread, comment, action: "created" });
  return comment;
}

/** Changes the words of a comment, and tells what they were. */
export function editReviewComment(
  world: World,
  repository: Repository,
  issue: Issue,
  { thread, comment, body, ...act }: Act & { thread: ReviewThread; comment: ReviewComment; body: string },
): void {
  checkBody(body, "PullRequestReviewComment");
  const from = comment.body;
  if (from === body) return;
  comment.body = body;
  comment.lastEditedAt = instant(world);
  comment.updatedAt = comment.lastEditedAt;
  const changes = { body: { from } };
  tellComment(world, repository, { ...act, issue, thread, comment, action: "edited", more: { changes } });
}

/** Resolves a conversation, or opens it again; nothing happens where it is so already. */
export function resolveThread(
  world: World,
  repository: Repository,
  issue: Issue,
  { thread, resolved, ...act }: Act & { thread: ReviewThread; resolved: boolean },
): void {
  if ((thread.resolvedById !== null) === resolved) return;
  thread.resolvedById = resolved ? act.actorId : null;
  const comments = thread.comments.map((comment) =>
    reviewCommentJson(world, repository, { issue, thread, comment }),
  );
  emit(world, {
    name: "pull_request_review_thread",
    action: resolved ? "resolved" : "unresolved",
    repository,
    senderId: act.actorId,
    token: act.token,
    payload: {
      updated_at: instant(world),
      pull_request: pullSimpleJson(world, repository, issue),
      thread: { node_id: nodeId("PullRequestReviewThread", thread.id), comments },
    },
  });
}

function newComment(
  world: World,
  { review, body, diffHunk }: { review: Review; body: string; diffHunk: string },
): ReviewComment {
  return {
    id: newId(world),
    reviewId: review.id,
    authorId: review.authorId,
    body,
    commit: review.commit,
    diffHunk,
    createdAt: review.submittedAt,
    updatedAt: review.submittedAt,
    lastEditedAt: null,
    minimized: null,
    reactions: [],
  };
}

interface Telling extends Act {
  issue: Issue;
  thread: ReviewThread;
  comment: ReviewComment;
  action: "created" | "edited";
  more?: Record<string, unknown>;
}

function tellComment(
  world: World,
  repository: Repository,
  { issue, thread, comment, action, more, actorId, token }: Telling,
): void {
  emit(world, {
    name: "pull_request_review_comment",
    action,
    repository,
    senderId: actorId,
    token,
    payload: {
      pull_request: pullSimpleJson(world, repository, issue),
      comment: reviewCommentJson(world, repository, { issue, thread, comment }),
      ...more,
    },
  });
}

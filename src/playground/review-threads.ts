/** Conversations on lines of a pull request: begun by a review, answered, edited, resolved. */
import { checkBody, type Act } from "./issues.ts";
import { demandReviewable } from "./locks.ts";
import type { Issue } from "./model/issues.ts";
import type { LinePlace, Review, ReviewComment, ReviewThread } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { tellComment, tellReview, tellThread } from "./review-events.ts";
import { pullOf } from "./shapes/pull.ts";
import type { Lines } from "./thread-lines.ts";
import { instant, newId } from "./world.ts";

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
  const act = { actorId: comment.authorId, token };
  tellComment(world, repository, issue, { ...act, thread, comment, action: "created" });
}

/** An answer in a thread; it belongs to a review of its own without words, of which GitHub tells too. */
export function replyInThread(
  world: World,
  repository: Repository,
  issue: Issue,
  { thread, body, ...act }: Act & { thread: ReviewThread; body: string },
): ReviewComment {
  demandReviewable(repository, issue, act);
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
  tellReview(world, repository, issue, { ...act, review, action: "submitted" });
  const comment = newComment(world, { review, body, diffHunk: thread.comments[0]?.diffHunk ?? "" });
  thread.comments.push(comment);
  tellComment(world, repository, issue, { ...act, thread, comment, action: "created" });
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
  tellComment(world, repository, issue, { ...act, thread, comment, action: "edited", changes });
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
  const action = resolved ? "resolved" : "unresolved";
  tellThread(world, repository, issue, { ...act, thread, action });
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

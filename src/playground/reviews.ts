/** Reviews of pull requests: verdicts and comments on lines of the diff. */
import { ApiError } from "./errors.ts";
import { diffFiles } from "./git/diff.ts";
import { hunkAt, type Side } from "./git/hunks.ts";
import { mergeBase } from "./git/objects.ts";
import { checkBody, type Act } from "./issues.ts";
import type { Issue } from "./model/issues.ts";
import type { Review, ReviewComment, ReviewThread } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { nodeId } from "./node-ids.ts";
import { pullOf, pullSimpleJson } from "./shapes/pull.ts";
import { reviewCommentJson, reviewJson } from "./shapes/review.ts";
import { emit, instant, newId } from "./world.ts";

export interface LineComment {
  path: string;
  body: string;
  line: number;
  side: Side;
  startLine: number | null;
}

export interface ReviewInput extends Act {
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED";
  body: string;
  comments: LineComment[];
  /** The commit that was looked at; left out, the head. */
  commit?: string | undefined;
}

/** Adds the review with all its comments or, by a 422, nothing: verdicts on one's own work, empty words, lines outside the diff. */
export async function createReview(
  world: World,
  repository: Repository,
  issue: Issue,
  input: ReviewInput,
): Promise<Review> {
  const pull = pullOf(issue);
  checkVerdict(issue, input);
  const commit = input.commit ?? pull.headSha;
  const hunks = await hunksOf(repository, issue, { commit, comments: input.comments });
  const now = instant(world);
  const review: Review = {
    id: newId(world),
    authorId: input.actorId,
    state: input.state,
    body: input.body,
    commit,
    submittedAt: now,
    minimized: null,
  };
  pull.reviews.push(review);
  issue.updatedAt = now;
  const payload = { pull_request: pullSimpleJson(world, repository, issue) };
  const shown = reviewJson(world, repository, { issue, review });
  emit(world, {
    name: "pull_request_review",
    action: "submitted",
    repository,
    senderId: input.actorId,
    token: input.token,
    payload: { ...payload, review: { ...shown, state: review.state.toLowerCase() } },
  });
  for (const [index, { body, ...place }] of input.comments.entries()) {
    const comment = newComment(world, { review, body, diffHunk: hunks[index] ?? "" });
    const thread: ReviewThread = { id: newId(world), ...place, resolvedById: null, comments: [comment] };
    pull.threads.push(thread);
    tellComment(world, repository, { issue, thread, comment, token: input.token });
  }
  return review;
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
  tellComment(world, repository, { issue, thread, comment, token: act.token });
  return comment;
}

/** Changes the words of a review that was submitted; its author's alone. */
export function editReview(
  world: World,
  repository: Repository,
  issue: Issue,
  { review, body, ...act }: Act & { review: Review; body: string },
): void {
  checkBody(body, "PullRequestReview");
  const before = review.body;
  review.body = body;
  const shown = reviewJson(world, repository, { issue, review });
  emit(world, {
    name: "pull_request_review",
    action: "edited",
    repository,
    senderId: act.actorId,
    token: act.token,
    payload: {
      pull_request: pullSimpleJson(world, repository, issue),
      review: { ...shown, state: review.state.toLowerCase() },
      changes: { body: { from: before } },
    },
  });
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
      pull_request: pullSimpleJson(world, repository, issue),
      thread: { node_id: nodeId("PullRequestReviewThread", thread.id), comments },
    },
  });
}

function checkVerdict(issue: Issue, { state, body, comments, actorId }: ReviewInput): void {
  checkBody(body, "PullRequestReview");
  for (const comment of comments) checkBody(comment.body, "PullRequestReviewComment");
  if (actorId === issue.authorId && state === "APPROVED")
    throw unprocessable("Can not approve your own pull request");
  if (actorId === issue.authorId && state === "CHANGES_REQUESTED") {
    throw unprocessable("Can not request changes on your own pull request");
  }
  if (state === "CHANGES_REQUESTED" && body === "")
    throw unprocessable("You need to leave a comment indicating the requested changes.");
  if (state === "COMMENTED" && body === "" && comments.length === 0) {
    throw unprocessable("You need to leave a comment");
  }
}

/** The part of the diff that belongs to each comment. */
async function hunksOf(
  repository: Repository,
  issue: Issue,
  { commit, comments }: { commit: string; comments: LineComment[] },
): Promise<string[]> {
  if (comments.length === 0) return [];
  const { baseSha } = pullOf(issue);
  const base = await mergeBase(repository, baseSha, commit);
  if (base === null) throw unprocessable("commit_id is not part of the pull request");
  const files = await diffFiles(repository, base, commit);
  return comments.map(({ path, side, line, startLine }) => {
    const file = files.find((one) => one.path === path || one.previousPath === path);
    if (!file) throw unprocessable("pull_request_review_thread.path must be part of the diff", "path");
    const hunk = hunkAt(file.patch ?? "", side, line);
    if (hunk === null)
      throw unprocessable("pull_request_review_thread.line must be part of the diff", "line");
    if (startLine !== null && (startLine >= line || hunkAt(file.patch ?? "", side, startLine) === null)) {
      throw unprocessable("pull_request_review_thread.start_line must precede the end line.", "start_line");
    }
    return hunk;
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

function tellComment(
  world: World,
  repository: Repository,
  {
    issue,
    thread,
    comment,
    token,
  }: Pick<Act, "token"> & {
    issue: Issue;
    thread: ReviewThread;
    comment: ReviewComment;
  },
): void {
  emit(world, {
    name: "pull_request_review_comment",
    action: "created",
    repository,
    senderId: comment.authorId,
    token,
    payload: {
      pull_request: pullSimpleJson(world, repository, issue),
      comment: reviewCommentJson(world, repository, { issue, thread, comment }),
    },
  });
}

function unprocessable(message: string, field?: string): ApiError {
  const error = { resource: "PullRequestReview", code: field ? "invalid" : "custom", message };
  return new ApiError(422, field ? "Validation Failed" : "Unprocessable Entity", {
    errors: [{ ...error, ...(field ? { field: `pull_request_review_thread.${field}` } : {}) }],
  });
}

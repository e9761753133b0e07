/** The webhooks of reviews: of the review itself, of its comments on lines, of their threads. */
import type { Act } from "./issues.ts";
import type { Issue } from "./model/issues.ts";
import type { Review, ReviewComment, ReviewThread } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { nodeId } from "./node-ids.ts";
import { pullSimpleJson } from "./shapes/pull.ts";
import { reviewCommentJson, reviewJson } from "./shapes/review.ts";
import { emit, instant } from "./world.ts";

/** `body`: what it said before an edit. */
type Changes = { body: { from: string } };

export function tellReview(
  world: World,
  repository: Repository,
  issue: Issue,
  told: Act & { review: Review; action: "submitted" | "edited" | "dismissed"; changes?: Changes },
): void {
  const { review, changes } = told;
  const shown = reviewJson(world, repository, { issue, review });
  tell(world, repository, issue, {
    ...told,
    name: "pull_request_review",
    // Webhooks write in small letters what REST writes in capitals.
    payload: { review: { ...shown, state: review.state.toLowerCase() }, ...(changes ? { changes } : {}) },
  });
}

export function tellComment(
  world: World,
  repository: Repository,
  issue: Issue,
  told: Act & {
    thread: ReviewThread;
    comment: ReviewComment;
    action: "created" | "edited";
    changes?: Changes;
  },
): void {
  const { thread, comment, changes } = told;
  tell(world, repository, issue, {
    ...told,
    name: "pull_request_review_comment",
    payload: {
      comment: reviewCommentJson(world, repository, { issue, thread, comment }),
      ...(changes ? { changes } : {}),
    },
  });
}

export function tellThread(
  world: World,
  repository: Repository,
  issue: Issue,
  told: Act & { thread: ReviewThread; action: "resolved" | "unresolved" },
): void {
  const { thread } = told;
  const comments = thread.comments.map((comment) =>
    reviewCommentJson(world, repository, { issue, thread, comment }),
  );
  tell(world, repository, issue, {
    ...told,
    name: "pull_request_review_thread",
    payload: {
      updated_at: instant(world),
      thread: { node_id: nodeId("PullRequestReviewThread", thread.id), comments },
    },
  });
}

function tell(
  world: World,
  repository: Repository,
  issue: Issue,
  told: Act & { name: string; action: string; payload: Record<string, unknown> },
): void {
  const { name, action, actorId, token } = told;
  const payload = { pull_request: pullSimpleJson(world, repository, issue), ...told.payload };
  emit(world, { name, action, repository, senderId: actorId, token, payload });
}

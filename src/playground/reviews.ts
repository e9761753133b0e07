/** Reviews of pull requests: verdicts, with comments on lines of the diff. */
import { ApiError } from "./errors.ts";
import { checkBody, type Act } from "./issues.ts";
import { demandReviewable } from "./locks.ts";
import type { Issue } from "./model/issues.ts";
import type { LinePlace, Pull, Review } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { tellReview } from "./review-events.ts";
import { hunksOf } from "./review-lines.ts";
import { beginThread } from "./review-threads.ts";
import { pullOf } from "./shapes/pull.ts";
import { placeAt, type Lines } from "./thread-lines.ts";
import { instant, newId } from "./world.ts";

export interface LineComment extends Lines {
  body: string;
}

export interface ReviewInput extends Act {
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED";
  body: string;
  comments: LineComment[];
  /** The commit that was looked at; left out, the head. */
  commit?: string | undefined;
}

/** Adds the review with all its comments or, by a 422, nothing: verdicts on one's own work, empty words, lines outside the diff, a lock. */
export async function createReview(
  world: World,
  repository: Repository,
  issue: Issue,
  input: ReviewInput,
): Promise<Review> {
  const pull = pullOf(issue);
  demandReviewable(repository, issue, input);
  checkVerdict(issue, input);
  const commit = input.commit ?? pull.headSha;
  const hunks = await hunksOf(repository, pull, { commit, comments: input.comments });
  const places = await placesOf(repository, pull, { commit, comments: input.comments });
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
  tellReview(world, repository, issue, { ...input, review, action: "submitted" });
  for (const [index, { body, ...lines }] of input.comments.entries()) {
    const place = places[index] ?? null;
    const diffHunk = hunks[index] ?? "";
    beginThread(world, repository, issue, { review, lines, place, body, diffHunk, token: input.token });
  }
  return review;
}

/** Changes the words of a review that was submitted; its author's alone. */
export function editReview(
  world: World,
  repository: Repository,
  issue: Issue,
  { review, body, ...act }: Act & { review: Review; body: string },
): void {
  checkBody(body, "PullRequestReview");
  const changes = { body: { from: review.body } };
  review.body = body;
  tellReview(world, repository, issue, { ...act, review, action: "edited", changes });
}

/** Takes back a verdict; of a mere comment there is none. */
export function dismissReview(
  world: World,
  repository: Repository,
  issue: Issue,
  { review, ...act }: Act & { review: Review },
): void {
  if (review.state !== "APPROVED" && review.state !== "CHANGES_REQUESTED")
    throw unprocessable(`Can not dismiss a ${review.state.toLowerCase()} pull request review`);
  review.state = "DISMISSED";
  tellReview(world, repository, issue, { ...act, review, action: "dismissed" });
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

/** Where the lines are at the head, which may move while that is found out. */
async function placesOf(
  repository: Repository,
  pull: Pull,
  { commit, comments }: { commit: string; comments: LineComment[] },
): Promise<(LinePlace | null)[]> {
  const head = pull.headSha;
  const places = await Promise.all(
    comments.map((lines) => placeAt(repository, lines, { written: commit, head })),
  );
  return head === pull.headSha ? places : placesOf(repository, pull, { commit, comments });
}

function unprocessable(message: string): ApiError {
  return new ApiError(422, "Unprocessable Entity", { errors: [message] });
}

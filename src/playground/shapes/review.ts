/** Reviews and their comments as GitHub's REST API and webhooks show them. */
import type { components } from "@octokit/openapi-types";
import type { Issue } from "../model/issues.ts";
import type { Review, ReviewComment, ReviewThread } from "../model/pulls.ts";
import type { Repository, World } from "../model/world.ts";
import { nodeId } from "../node-ids.ts";
import { userById } from "../world.ts";
import { issuePage, rollup } from "./issue.ts";
import { pullOf, pullUrl } from "./pull.ts";
import { repositoryUrl } from "./repository.ts";
import { associationOf, userJson } from "./user.ts";

type Schemas = components["schemas"];

/** GitHub's description of its API does not say that the lines of an outdated comment are null. */
export type ReviewCommentJson = Omit<Schemas["pull-request-review-comment"], "line" | "start_line"> & {
  line: number | null;
  start_line: number | null;
};

export function reviewJson(
  world: World,
  repository: Repository,
  { issue, review }: { issue: Issue; review: Review },
): Schemas["pull-request-review"] {
  const html = `${issuePage(world, repository, issue)}#pullrequestreview-${review.id}`;
  const pull = pullUrl(world, repository, issue);
  return {
    id: review.id,
    node_id: nodeId("PullRequestReview", review.id),
    user: userJson(world, userById(world, review.authorId)),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    author_association: associationOf(repository, review.authorId),
    _links: { html: { href: html }, pull_request: { href: pull } },
    submitted_at: review.submittedAt,
    commit_id: review.commit,
  };
}

export function reviewCommentJson(
  world: World,
  repository: Repository,
  { issue, thread, comment }: { issue: Issue; thread: ReviewThread; comment: ReviewComment },
): ReviewCommentJson {
  const url = `${repositoryUrl(world, repository)}/pulls/comments/${comment.id}`;
  const html = `${issuePage(world, repository, issue)}#discussion_r${comment.id}`;
  const pull = pullUrl(world, repository, issue);
  const [first] = thread.comments;
  const startSide = thread.startLine === null ? null : thread.side;
  return {
    id: comment.id,
    node_id: nodeId("PullRequestReviewComment", comment.id),
    url,
    html_url: html,
    pull_request_url: pull,
    pull_request_review_id: comment.reviewId,
    diff_hunk: comment.diffHunk,
    path: thread.path,
    commit_id: thread.place === null ? comment.commit : pullOf(issue).headSha,
    original_commit_id: comment.commit,
    user: userJson(world, userById(world, comment.authorId)),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: associationOf(repository, comment.authorId),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pull } },
    start_line: thread.place?.startLine ?? null,
    original_start_line: thread.startLine,
    start_side: startSide,
    line: thread.place?.line ?? null,
    original_line: thread.line,
    side: thread.side,
    subject_type: "line",
    reactions: rollup(url, comment.reactions),
    ...(first && first.id !== comment.id ? { in_reply_to_id: first.id } : {}),
  };
}

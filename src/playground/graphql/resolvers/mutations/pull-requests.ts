/** Mutations of pull requests. */
import type * as GitHub from "@octokit/graphql-schema";
import { announce, closeIssue, editIssue, record, reopenIssue } from "../../../issues.ts";
import { GraphqlFailure } from "../../failure.ts";
import type { Context, Fields } from "../../fields.ts";
import type { PullRequestNode } from "../../nodes.ts";
import { actOf, demandOnSubject, demandWrite, mutation, target } from "./mutation.ts";

export const pullRequestMutations: Fields<GitHub.Mutation, unknown> = {
  markPullRequestReadyForReview: mutation(
    "MarkPullRequestReadyForReview",
    (input: GitHub.MarkPullRequestReadyForReviewInput, context) =>
      setDraft(context, input.pullRequestId, false),
  ),
  convertPullRequestToDraft: mutation(
    "ConvertPullRequestToDraft",
    (input: GitHub.ConvertPullRequestToDraftInput, context) => setDraft(context, input.pullRequestId, true),
  ),
  updatePullRequest: mutation("UpdatePullRequest", (input: GitHub.UpdatePullRequestInput, context) => {
    const node = target(context, input.pullRequestId, ["PullRequest"]);
    demandEdit(context, node);
    const { world } = context;
    const edit = { ...actOf(context), title: input.title ?? undefined, body: input.body ?? undefined };
    editIssue(world, node.repository, node.issue, edit);
    if (input.state === "CLOSED") closeIssue(world, node.repository, node.issue, actOf(context));
    if (input.state === "OPEN") reopenIssue(world, node.repository, node.issue, actOf(context));
    return { pullRequest: node };
  }),
  closePullRequest: mutation("ClosePullRequest", (input: GitHub.ClosePullRequestInput, context) => {
    const node = target(context, input.pullRequestId, ["PullRequest"]);
    demandEdit(context, node);
    closeIssue(context.world, node.repository, node.issue, actOf(context));
    return { pullRequest: node };
  }),
  reopenPullRequest: mutation("ReopenPullRequest", (input: GitHub.ReopenPullRequestInput, context) => {
    const node = target(context, input.pullRequestId, ["PullRequest"]);
    demandEdit(context, node);
    reopenIssue(context.world, node.repository, node.issue, actOf(context));
    return { pullRequest: node };
  }),
};

/** One's own pull request may be edited by its author; another's takes write. */
function demandEdit(context: Context, node: PullRequestNode): void {
  const isOwn = node.issue.authorId === context.viewer.id;
  demandOnSubject(context, node, isOwn ? "speak" : "write");
}

function setDraft(context: Context, id: string | number, draft: boolean): { pullRequest: PullRequestNode } {
  const node = target(context, id, ["PullRequest"]);
  const { repository, issue, pull } = node;
  const isOwn = issue.authorId === context.viewer.id && context.token.permissions === null;
  if (!isOwn) demandWrite(context, repository, "pull_requests");
  if (issue.state === "closed") throw new GraphqlFailure("UNPROCESSABLE", "Pull request is closed");
  if (pull.draft === draft) return { pullRequest: node };
  const act = actOf(context);
  pull.draft = draft;
  record(context.world, issue, {
    kind: draft ? "convert_to_draft" : "ready_for_review",
    actorId: act.actorId,
  });
  const action = draft ? "converted_to_draft" : "ready_for_review";
  announce(context.world, { ...act, repository, issue, action });
  return { pullRequest: node };
}

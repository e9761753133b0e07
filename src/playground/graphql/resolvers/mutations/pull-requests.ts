/** Mutations of pull requests. */
import type * as GitHub from "@octokit/graphql-schema";
import { editPull, mergePull, setDraft, type PullEdit } from "../../../pulls.ts";
import type { Act } from "../../../issues.ts";
import { GraphqlFailure } from "../../failure.ts";
import type { Context, Fields } from "../../fields.ts";
import type { PullRequestNode } from "../../nodes.ts";
import { actOf, demandOnSubject, demandWrite, mutation, target } from "./mutation.ts";

const METHODS = { MERGE: "merge", SQUASH: "squash", REBASE: "rebase" } as const;

export const pullRequestMutations: Fields<GitHub.Mutation, unknown> = {
  markPullRequestReadyForReview: mutation(
    "MarkPullRequestReadyForReview",
    (input: GitHub.MarkPullRequestReadyForReviewInput, context) =>
      moveDraft(context, input.pullRequestId, false),
  ),
  convertPullRequestToDraft: mutation(
    "ConvertPullRequestToDraft",
    (input: GitHub.ConvertPullRequestToDraftInput, context) => moveDraft(context, input.pullRequestId, true),
  ),
  updatePullRequest: mutation("UpdatePullRequest", (input: GitHub.UpdatePullRequestInput, context) => {
    const { title, body, baseRefName } = input;
    const state = input.state?.toLowerCase() as PullEdit["state"];
    return edit(context, input.pullRequestId, {
      title: title ?? undefined,
      body: body ?? undefined,
      base: baseRefName ?? undefined,
      state,
    });
  }),
  closePullRequest: mutation("ClosePullRequest", (input: GitHub.ClosePullRequestInput, context) =>
    edit(context, input.pullRequestId, { state: "closed" }),
  ),
  reopenPullRequest: mutation("ReopenPullRequest", (input: GitHub.ReopenPullRequestInput, context) =>
    edit(context, input.pullRequestId, { state: "open" }),
  ),
  mergePullRequest: mutation("MergePullRequest", async (input: GitHub.MergePullRequestInput, context) => {
    const node = target(context, input.pullRequestId, ["PullRequest"]);
    demandWrite(context, node.repository, "contents");
    await mergePull(context.world, node.repository, node.issue, {
      method: METHODS[input.mergeMethod ?? "MERGE"],
      actorId: context.viewer.id,
      token: context.token,
      sha: input.expectedHeadOid ? String(input.expectedHeadOid) : undefined,
      title: input.commitHeadline ?? undefined,
      message: input.commitBody ?? undefined,
    });
    context.forgetGit();
    return { pullRequest: node, actor: { kind: context.viewer.kind, user: context.viewer } };
  }),
};

/** One's own pull request may be edited by its author; another's takes write. */
async function edit(
  context: Context,
  id: string | number,
  change: Omit<PullEdit, keyof Act>,
): Promise<{ pullRequest: PullRequestNode }> {
  const node = target(context, id, ["PullRequest"]);
  const isOwn = node.issue.authorId === context.viewer.id;
  demandOnSubject(context, node, isOwn ? "speak" : "write");
  await editPull(context.world, node.repository, node.issue, { ...actOf(context), ...change });
  return { pullRequest: node };
}

function moveDraft(context: Context, id: string | number, draft: boolean): { pullRequest: PullRequestNode } {
  const node = target(context, id, ["PullRequest"]);
  const isOwn = node.issue.authorId === context.viewer.id && context.token.permissions === null;
  if (!isOwn) demandWrite(context, node.repository, "pull_requests");
  if (node.issue.state === "closed") throw new GraphqlFailure("UNPROCESSABLE", "Pull request is closed");
  setDraft(context.world, node.repository, node.issue, { ...actOf(context), draft });
  return { pullRequest: node };
}

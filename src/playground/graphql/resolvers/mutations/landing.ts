/** Mutations of pull requests that are to land, or have landed and must go again. */
import type * as GitHub from "@octokit/graphql-schema";
import { disableAutoMerge, enableAutoMerge } from "../../../auto-merge.ts";
import { ApiError, notPlayed } from "../../../errors.ts";
import { inTurn } from "../../../landing.ts";
import { removeEntry } from "../../../merge-group.ts";
import { enqueue, entryOf } from "../../../merge-queue.ts";
import { revertPull } from "../../../revert-pull.ts";
import type { Context, Fields } from "../../fields.ts";
import { subjectNode, type PullRequestNode } from "../../nodes.ts";
import { entryNode } from "../merge-queue.ts";
import { demandWrite, mutation, target } from "./mutation.ts";

const METHODS = { MERGE: "merge", SQUASH: "squash", REBASE: "rebase" } as const;

export const landingMutations: Fields<GitHub.Mutation, unknown> = {
  enablePullRequestAutoMerge: mutation(
    "EnablePullRequestAutoMerge",
    async (input: GitHub.EnablePullRequestAutoMergeInput, context) => {
      const node = landed(context, input.pullRequestId);
      await enableAutoMerge(context.world, node.repository, node.issue, {
        ...by(context, input.expectedHeadOid),
        method: METHODS[input.mergeMethod ?? "MERGE"],
        title: input.commitHeadline ?? undefined,
        message: input.commitBody ?? undefined,
      });
      return { pullRequest: node, actor: { kind: context.viewer.kind, user: context.viewer } };
    },
  ),
  disablePullRequestAutoMerge: mutation(
    "DisablePullRequestAutoMerge",
    (input: GitHub.DisablePullRequestAutoMergeInput, context) => {
      const node = landed(context, input.pullRequestId);
      disableAutoMerge(context.world, node.repository, node.issue, by(context));
      return { pullRequest: node, actor: { kind: context.viewer.kind, user: context.viewer } };
    },
  ),
  enqueuePullRequest: mutation(
    "EnqueuePullRequest",
    async (input: GitHub.EnqueuePullRequestInput, context) => {
      const { repository, issue } = landed(context, input.pullRequestId);
      if (input.jump) throw notPlayed("EnqueuePullRequestInput.jump");
      const entry = await enqueue(context.world, repository, issue, by(context, input.expectedHeadOid));
      return { mergeQueueEntry: entryNode(repository, entry) };
    },
  ),
  dequeuePullRequest: mutation(
    "DequeuePullRequest",
    async (input: GitHub.DequeuePullRequestInput, context) => {
      const { repository, issue } = landed(context, input.id);
      const left = await inTurn(repository, async () => {
        const entry = entryOf(repository, issue);
        if (!entry) throw new ApiError(422, "Pull request is not in the merge queue");
        const node = entryNode(repository, entry);
        const actorId = context.viewer.id;
        await removeEntry(context.world, repository, { entry, reason: "MANUAL", actorId });
        return node;
      });
      context.forgetGit();
      return { mergeQueueEntry: left };
    },
  ),
  revertPullRequest: mutation("RevertPullRequest", async (input: GitHub.RevertPullRequestInput, context) => {
    const node = landed(context, input.pullRequestId);
    const revert = await revertPull(context.world, node.repository, node.issue, {
      ...by(context),
      title: input.title ?? undefined,
      body: input.body ?? undefined,
      draft: input.draft ?? false,
    });
    context.forgetGit();
    return { pullRequest: node, revertPullRequest: subjectNode(node.repository, revert) };
  }),
};

/** All of these take write to both the code and the pull requests. */
function landed(context: Context, id: string | number): PullRequestNode {
  const node = target(context, id, ["PullRequest"]);
  demandWrite(context, node.repository, "contents");
  demandWrite(context, node.repository, "pull_requests");
  return node;
}

function by({ viewer, token }: Context, head?: unknown) {
  return { actorId: viewer.id, token, sha: head ? String(head) : undefined };
}

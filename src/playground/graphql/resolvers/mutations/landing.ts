/** Mutations of pull requests that are to land, or have landed and must go again. */
import type * as GitHub from "@octokit/graphql-schema";
import { revertPull } from "../../../revert-pull.ts";
import type { Fields } from "../../fields.ts";
import { subjectNode } from "../../nodes.ts";
import { demandWrite, mutation, target } from "./mutation.ts";

export const landingMutations: Fields<GitHub.Mutation, unknown> = {
  revertPullRequest: mutation("RevertPullRequest", async (input: GitHub.RevertPullRequestInput, context) => {
    const node = target(context, input.pullRequestId, ["PullRequest"]);
    const { world, token, viewer } = context;
    demandWrite(context, node.repository, "contents");
    demandWrite(context, node.repository, "pull_requests");
    const revert = await revertPull(world, node.repository, node.issue, {
      title: input.title ?? undefined,
      body: input.body ?? undefined,
      draft: input.draft ?? false,
      actorId: viewer.id,
      token,
    });
    context.forgetGit();
    return { pullRequest: node, revertPullRequest: subjectNode(node.repository, revert) };
  }),
};

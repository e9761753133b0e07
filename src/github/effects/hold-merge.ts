/** Takes a pull request out of GitHub's hands again: out of the merge queue, and no merging by itself. */
import { graphql, type Client } from "../client.ts";
import { GraphqlFailure, isUnanswered } from "../failure.ts";
import type { Perform } from "./context.ts";
import { pullStanding, type PullStanding } from "./pull-standing.ts";

const DEQUEUE = `mutation Dequeue($pull: ID!) { dequeuePullRequest(input: {id: $pull}) { clientMutationId } }`;
const DISABLE = `mutation NoAutoMerge($pull: ID!) { disablePullRequestAutoMerge(input: {pullRequestId: $pull}) { clientMutationId } }`;

export const holdMerge: Perform<"hold_merge"> = async (client, _, { pull, nodeId, queued, autoMerge }) => {
  if (autoMerge) await unless(client, nodeId, { mutation: DISABLE, isSo: ({ isAutomatic }) => isAutomatic });
  if (queued) await unless(client, nodeId, { mutation: DEQUEUE, isSo: ({ isQueued }) => isQueued });
  return [{ kind: "merge_held", pull }];
};

/** GitHub refuses what is so no more, and an answer may have been lost: what counts is how it stands now. */
async function unless(
  client: Client,
  pull: string,
  { mutation, isSo }: { mutation: string; isSo: (standing: PullStanding) => boolean },
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await graphql(client, mutation, { pull });
      return;
    } catch (error) {
      if (!(error instanceof GraphqlFailure) && !isUnanswered(error)) throw error;
      const standing = await pullStanding(client, pull);
      if (standing === null || standing.isMerged || !isSo(standing)) return;
      if (error instanceof GraphqlFailure || attempt === 2) throw error;
    }
  }
}

/** How a pull request stands with GitHub's own merging: what counts after a refusal, and when an answer was lost. */
import { z } from "zod";
import { Sha } from "../../domain/task.ts";
import { graphql, type Client } from "../client.ts";

const STANDING = `query Standing($pull: ID!) { node(id: $pull) {
  ... on PullRequest { state headRefOid isInMergeQueue autoMergeRequest { enabledAt } } } }`;

const Answer = z.looseObject({
  node: z
    .looseObject({
      state: z.enum(["OPEN", "MERGED", "CLOSED"]),
      headRefOid: Sha,
      isInMergeQueue: z.boolean(),
      autoMergeRequest: z.looseObject({}).nullable(),
    })
    .nullable(),
});

export interface PullStanding {
  isMerged: boolean;
  head: Sha;
  isQueued: boolean;
  isAutomatic: boolean;
}

/** `pull`: its GraphQL node id. null: it is gone. */
export async function pullStanding(client: Client, pull: string): Promise<PullStanding | null> {
  const { data } = await graphql(client, STANDING, { pull });
  const { node } = Answer.parse(data);
  return (
    node && {
      isMerged: node.state === "MERGED",
      head: node.headRefOid,
      isQueued: node.isInMergeQueue,
      isAutomatic: node.autoMergeRequest !== null,
    }
  );
}

/** Writes a pull request's text anew; makes it a draft, or no draft any more, which REST cannot. */
import { z } from "zod";
import { graphql, type Client } from "../client.ts";
import { GraphqlFailure, isUnanswered } from "../failure.ts";
import { pathOf, type Perform } from "./context.ts";

const READY = `mutation Ready($pull: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $pull}) { clientMutationId } }`;
const DRAFT = `mutation Draft($pull: ID!) { convertPullRequestToDraft(input: {pullRequestId: $pull}) { clientMutationId } }`;
const IS_DRAFT = `query IsDraft($pull: ID!) { node(id: $pull) { ... on PullRequest { isDraft } } }`;

const Answer = z.looseObject({ node: z.looseObject({ isDraft: z.boolean() }).nullable() });

export const editPull: Perform<"edit_pull"> = async (client, { snapshot }, { number, nodeId, change }) => {
  const { draft, body } = change;
  if (body !== undefined) {
    const route = "PATCH /repos/{owner}/{repo}/pulls/{pull_number}";
    await client.request(route, { ...pathOf(snapshot), pull_number: number, body });
  }
  if (draft !== undefined) await makeDraft(client, nodeId, draft);
  return [];
};

async function makeDraft(client: Client, nodeId: string, isDraft: boolean): Promise<void> {
  try {
    await graphql(client, isDraft ? DRAFT : READY, { pull: nodeId });
  } catch (error) {
    if (!(error instanceof GraphqlFailure) && !isUnanswered(error)) throw error;
    // Both mutations refuse what is so already, and an answer may have been lost: what counts is how it stands now.
    const { data } = await graphql(client, IS_DRAFT, { pull: nodeId });
    if (Answer.parse(data).node?.isDraft !== isDraft) throw error;
  }
}

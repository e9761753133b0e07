/** Makes a pull request a draft, or no draft any more. REST cannot. */
import { z } from "zod";
import { graphql } from "../client.ts";
import { GraphqlFailure, isUnanswered } from "../failure.ts";
import type { Perform } from "./context.ts";

const READY = `mutation Ready($pull: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $pull}) { clientMutationId } }`;
const DRAFT = `mutation Draft($pull: ID!) { convertPullRequestToDraft(input: {pullRequestId: $pull}) { clientMutationId } }`;
const IS_DRAFT = `query IsDraft($pull: ID!) { node(id: $pull) { ... on PullRequest { isDraft } } }`;

const Answer = z.looseObject({ node: z.looseObject({ isDraft: z.boolean() }).nullable() });

export const editPull: Perform<"edit_pull"> = async (client, _context, { nodeId, change }) => {
  try {
    await graphql(client, change.draft ? DRAFT : READY, { pull: nodeId });
  } catch (error) {
    if (!(error instanceof GraphqlFailure) && !isUnanswered(error)) throw error;
    // Both mutations refuse what is so already, and an answer may have been lost: what counts is how it stands now.
    const { data } = await graphql(client, IS_DRAFT, { pull: nodeId });
    if (Answer.parse(data).node?.isDraft !== change.draft) throw error;
  }
  return [];
};

/** Leaves a merge to GitHub: by itself once all that the base asks for is there, or from the base's merge queue. */
import type { Evidence } from "../../domain/snapshot.ts";
import type { Sha } from "../../domain/task.ts";
import { graphql, type Client } from "../client.ts";
import { GraphqlFailure, isUnanswered, refusalOf, statusOf } from "../failure.ts";
import { withCoAuthors } from "./co-authors.ts";
import type { Perform } from "./context.ts";
import { pullStanding, type PullStanding } from "./pull-standing.ts";

const AUTO_MERGE = `mutation AutoMerge($pull: ID!, $head: GitObjectID!, $method: PullRequestMergeMethod!, $title: String, $message: String) {
  enablePullRequestAutoMerge(input: {pullRequestId: $pull, expectedHeadOid: $head, mergeMethod: $method, commitHeadline: $title,
    commitBody: $message}) { clientMutationId }
}`;

const ENQUEUE = `mutation Enqueue($pull: ID!, $head: GitObjectID!) {
  enqueuePullRequest(input: {pullRequestId: $pull, expectedHeadOid: $head}) { clientMutationId }
}`;

/** REST's word for a head that has moved: nothing is wrong for good, the next look decides anew. */
const MOVED = 409;
const REFUSED = 422;

export const autoMerge: Perform<"auto_merge"> = async (client, { snapshot }, effect) => {
  const { nodeId, head, method, title } = effect;
  // A rebase keeps the messages of its commits: there is none to be given.
  const words = method === "rebase" ? {} : { title, message: await withCoAuthors(client, snapshot, effect) };
  const variables = { pull: nodeId, head, method: method.toUpperCase(), ...words };
  const isAsked = ({ isAutomatic }: PullStanding): boolean => isAutomatic;
  return askToMerge(client, { nodeId, head }, { mutation: AUTO_MERGE, variables, isAsked });
};

export const enqueue: Perform<"enqueue"> = (client, _, { nodeId, head }) => {
  const variables = { pull: nodeId, head };
  const isAsked = ({ isQueued }: PullStanding): boolean => isQueued;
  return askToMerge(client, { nodeId, head }, { mutation: ENQUEUE, variables, isAsked });
};

async function askToMerge(
  client: Client,
  { nodeId, head }: { nodeId: string; head: Sha },
  wish: {
    mutation: string;
    variables: { [name: string]: unknown };
    isAsked: (standing: PullStanding) => boolean;
  },
): Promise<Evidence[]> {
  const { mutation, variables, isAsked } = wish;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await graphql(client, mutation, variables);
      return [{ kind: "merge_asked", head }];
    } catch (error) {
      const isRefused = error instanceof GraphqlFailure || statusOf(error) === 403;
      if (!isRefused && !isUnanswered(error)) throw error;
      const standing = await pullStanding(client, nodeId);
      if (standing?.isMerged) return [];
      if (standing && standing.head === head && isAsked(standing)) return [{ kind: "merge_asked", head }];
      if (isRefused) return [refusal(error, { head, standing })];
      if (attempt === 2) throw error;
    }
  }
}

/**
 * GraphQL's refusals have no status. That a pull request is "in clean status" or "in unstable status" is GitHub's way to say that there is
 * nothing to wait for: it can be merged at once, so that is no refusal for good either.
 */
function refusal(error: unknown, { head, standing }: { head: Sha; standing: PullStanding | null }): Evidence {
  const message = refusalOf(error);
  const hasMoved = standing !== null && standing.head !== head;
  const isReady = /\bin (?:clean|unstable) status/i.test(message);
  const status = statusOf(error) ?? (hasMoved || isReady ? MOVED : REFUSED);
  return { kind: "merge_refused", head, status, message };
}

/** Has GitHub open the pull request that takes a merged one back. */
import { z } from "zod";
import type { Effect } from "../../domain/decision.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import { graphql, type Client } from "../client.ts";
import { GraphqlFailure, isUnanswered, refusalOf, statusOf } from "../failure.ts";
import { pathOf, type Perform } from "./context.ts";

const REVERT = `mutation Revert($pull: ID!, $title: String!, $body: String!) {
  revertPullRequest(input: {pullRequestId: $pull, title: $title, body: $body}) { revertPullRequest { number } }
}`;

const Pull = z.looseObject({ number: z.number() });
const Answer = z.looseObject({
  revertPullRequest: z.looseObject({ revertPullRequest: Pull.nullable() }).nullable(),
});

type RevertPull = Extract<Effect, { kind: "revert_pull" }>;

/** One is enough: it is looked for first, and again when GitHub said nothing or refused. */
export const revertPull: Perform<"revert_pull"> = async (client, { snapshot }, effect) => {
  const { number } = effect;
  for (let attempt = 1; ; attempt += 1) {
    const known = await find(client, snapshot, effect);
    if (known !== null) return [{ kind: "reverted", pull: number, by: known }];
    try {
      const by = await revert(client, effect);
      return by === null
        ? [{ kind: "revert_refused", pull: number, message: "GitHub opened none and gave no reason" }]
        : [{ kind: "reverted", pull: number, by }];
    } catch (error) {
      if (error instanceof GraphqlFailure || statusOf(error) === 403) {
        const other = await find(client, snapshot, effect);
        if (other !== null) return [{ kind: "reverted", pull: number, by: other }];
        return [{ kind: "revert_refused", pull: number, message: refusalOf(error) }];
      }
      if (!isUnanswered(error) || attempt === 2) throw error;
    }
  }
};

async function revert(client: Client, { nodeId, title, body }: RevertPull): Promise<number | null> {
  const { data } = await graphql(client, REVERT, { pull: nodeId, title, body });
  return Answer.parse(data).revertPullRequest?.revertPullRequest?.number ?? null;
}

/** GitHub names the branch of a revert after the number and the branch of what it takes back. */
async function find(
  client: Client,
  snapshot: Snapshot,
  { number, branch }: RevertPull,
): Promise<number | null> {
  const { owner, repo } = pathOf(snapshot);
  const response = await client.request("GET /repos/{owner}/{repo}/pulls", {
    owner,
    repo,
    head: `${owner}:revert-${number}-${branch}`,
    state: "open",
  });
  return z.array(Pull).parse(response.data)[0]?.number ?? null;
}

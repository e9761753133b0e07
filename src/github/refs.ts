/** Compare-and-swap over several refs at once: GraphQL's `updateRefs` with `beforeOid`, the only one that GitHub has. */
import { z } from "zod";
import type { RefMove } from "../domain/decision.ts";
import { NO_SHA } from "../domain/record.ts";
import { Sha } from "../domain/task.ts";
import { graphql, type Client, type RepositoryKey } from "./client.ts";
import { GraphqlFailure, isByRule, isUnanswered, MoveRefused } from "./failure.ts";

const UPDATE_REFS = `mutation UpdateRefs($repositoryId: ID!, $refUpdates: [RefUpdate!]!) {
  updateRefs(input: {repositoryId: $repositoryId, refUpdates: $refUpdates}) { clientMutationId }
}`;

export interface RefPlace extends RepositoryKey {
  /** The repository's GraphQL node id. */
  nodeId: string;
}

/**
 * Moves all of them or none. `lost`: another writer was there before. GitHub does not document how a lost lease is told,
 * and an answer can get lost, so after any failure the refs themselves are asked what is true. Throws `MoveRefused` where a rule of the
 * repository forbids it.
 */
export async function moveRefs(
  client: Client,
  place: RefPlace,
  moves: readonly RefMove[],
): Promise<"won" | "lost"> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await updateRefs(client, place, moves);
      return "won";
    } catch (error) {
      if (!(error instanceof GraphqlFailure) && !isUnanswered(error)) throw error;
      const now = await readRefs(
        client,
        place,
        moves.map(({ name }) => name),
      );
      // A ref that stands where it should may have got there by another's hand, but not the record's: its commit is this move's own.
      if (moves.every(({ name, after }) => now.get(name) === after)) return "won";
      if (moves.some(({ name, before }) => now.get(name) !== before)) return "lost";
      if (error instanceof GraphqlFailure && isByRule(error))
        throw new MoveRefused(error.problems.map(({ message }) => message).join("; "), error);
      // A lease may have been lost to somebody who has put the ref back since: then there is nothing to see, and it is tried once more.
      if (attempt === 2) throw error;
    }
  }
}

/** Where each ref points; null: there is none of that name. */
export async function readRefs(
  client: Client,
  { owner, name }: RepositoryKey,
  names: readonly string[],
): Promise<Map<string, Sha | null>> {
  const declared = names.map((_, index) => `$ref${index}: String!`).join(", ");
  const fields = names
    .map((_, index) => `ref${index}: ref(qualifiedName: $ref${index}) { target { oid } }`)
    .join(" ");
  const query = `query Refs($owner: String!, $name: String!, ${declared}) { repository(owner: $owner, name: $name) { ${fields} } }`;
  const variables = Object.fromEntries(names.map((ref, index) => [`ref${index}`, ref]));
  const { data } = await graphql(client, query, { owner, name, ...variables });
  const { repository } = RefsAnswer.parse(data);
  return new Map(names.map((ref, index) => [ref, repository[`ref${index}`]?.target.oid ?? null]));
}

const RefsAnswer = z.looseObject({
  repository: z.record(z.string(), z.looseObject({ target: z.looseObject({ oid: Sha }) }).nullable()),
});

async function updateRefs(client: Client, { nodeId }: RefPlace, moves: readonly RefMove[]): Promise<void> {
  const refUpdates = moves.map(({ name, before, after }) => ({
    name,
    beforeOid: before ?? NO_SHA,
    afterOid: after ?? NO_SHA,
    // The lease guards more than fast-forwarding would: a rebase replaces the branch, an unfinished work its forerunner.
    force: true,
  }));
  await graphql(client, UPDATE_REFS, { repositoryId: nodeId, refUpdates });
}

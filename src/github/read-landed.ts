/** Reads which pull requests came to a base lately: the other side of a conflict. */
import { z } from "zod";
import { cleanLine, cleanText } from "../domain/clean.ts";
import type { LandedPull } from "../domain/snapshot.ts";
import { Sha } from "../domain/task.ts";
import { graphql, type Client, type RepositoryKey } from "./client.ts";
import { LANDED_QUERY } from "./snapshot-query.ts";

const Answer = z.looseObject({
  repository: z.looseObject({
    pullRequests: z.looseObject({
      nodes: z.array(
        z.looseObject({
          number: z.number(),
          title: z.string(),
          body: z.string(),
          mergedAt: z.string().nullable(),
          mergeCommit: z.looseObject({ oid: Sha }).nullable(),
        }),
      ),
    }),
  }),
});

const MAX_BODY = 4000;

/** Newest merge first, twenty at most. GitHub cannot sort by it; what was merged lately has changed lately. */
export async function readLanded(
  client: Client,
  { owner, name }: RepositoryKey,
  base: string,
): Promise<LandedPull[]> {
  const { data } = await graphql(client, LANDED_QUERY, { owner, name, base });
  return Answer.parse(data)
    .repository.pullRequests.nodes.toSorted((one, other) =>
      (other.mergedAt ?? "").localeCompare(one.mergedAt ?? ""),
    )
    .map(({ number, title, body, mergeCommit }) => ({
      number,
      title: cleanLine(title),
      body: cleanText(body, MAX_BODY),
      commit: mergeCommit?.oid ?? null,
    }));
}

/** Merges a pull request at the approved head; GitHub refuses when it has moved since. */
import { z } from "zod";
import type { Effect } from "../../domain/decision.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { Client } from "../client.ts";
import { isUnanswered, refusalOf, statusOf } from "../failure.ts";
import { withCoAuthors } from "./co-authors.ts";
import { pathOf, type Perform } from "./context.ts";

type RequestMerge = Extract<Effect, { kind: "request_merge" }>;

const Pull = z.looseObject({ merged: z.boolean() });
const REFUSALS: ReadonlySet<number> = new Set([403, 404, 405, 409, 422]);

export const requestMerge: Perform<"request_merge"> = async (client, { snapshot }, effect) => {
  try {
    await merge(client, snapshot, effect);
  } catch (error) {
    if (isUnanswered(error)) {
      if (!(await isMerged(client, snapshot, effect))) await merge(client, snapshot, effect);
      return [];
    }
    const status = statusOf(error);
    if (status === null || !REFUSALS.has(status)) throw error;
    if (await isMerged(client, snapshot, effect)) return [];
    return [{ kind: "merge_refused", head: effect.head, status, message: refusalOf(error) }];
  }
  return [];
};

async function merge(client: Client, snapshot: Snapshot, effect: RequestMerge): Promise<void> {
  await client.request("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge", {
    ...pathOf(snapshot),
    pull_number: effect.pull,
    sha: effect.head,
    merge_method: effect.method,
    commit_title: effect.title,
    commit_message: await withCoAuthors(client, snapshot, effect),
  });
}

async function isMerged(client: Client, snapshot: Snapshot, { pull }: RequestMerge): Promise<boolean> {
  const response = await client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", {
    ...pathOf(snapshot),
    pull_number: pull,
  });
  return Pull.parse(response.data).merged;
}

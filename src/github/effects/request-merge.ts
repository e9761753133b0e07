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

/** The words of a 405 for a base that moved while GitHub was merging, which it has neither a status nor a type of its own for. */
const OVERTAKEN = /^base branch was modified/i;

export const requestMerge: Perform<"request_merge"> = async (client, { snapshot }, effect) => {
  for (let tries = 1; ; tries += 1) {
    try {
      await merge(client, snapshot, effect);
      return [];
    } catch (error) {
      const status = statusOf(error);
      const isFinal = status !== null && REFUSALS.has(status);
      const mayGo = isUnanswered(error) || (isFinal && OVERTAKEN.test(refusalOf(error)));
      if (!isFinal && !mayGo) throw error;
      if (await isMerged(client, snapshot, effect)) return [];
      if (mayGo && tries === 1) continue;
      if (!isFinal) throw error;
      return [{ kind: "merge_refused", head: effect.head, status, message: refusalOf(error) }];
    }
  }
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

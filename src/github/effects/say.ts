/** Writes a comment once per key: the key stands in its hidden first line, by which it is found again. */
import { z } from "zod";
import { markerOf } from "../../domain/names.ts";
import type { Evidence, Snapshot } from "../../domain/snapshot.ts";
import type { Client } from "../client.ts";
import { isUnanswered } from "../failure.ts";
import { pathOf, type EffectContext, type Perform } from "./context.ts";

const Comment = z.looseObject({ id: z.number() });
const Comments = z.array(
  z.looseObject({
    id: z.number(),
    body: z.string().nullish(),
    user: z.looseObject({ id: z.number() }).nullable(),
  }),
);

/** Older ones are among the snapshot's; what came since is asked for. */
const LOOK_BACK_MILLISECONDS = 3_600_000;

export const say: Perform<"say"> = async (client, context, { key, on, body }) => [
  await sayOnce(client, context, { key, on, body }),
];

/** Creates the comment unless it is there; a creation that got no answer is looked up and then repeated once. */
export async function sayOnce(
  client: Client,
  { snapshot, record }: EffectContext,
  comment: { key: string; on: number; body: string },
): Promise<Evidence> {
  const { key, on, body } = comment;
  // Whoever won the move that announced it is the only one to say it; what no move announced is looked up first.
  const isAnnounced = record?.intents.some((intent) => intent.key === key && intent.at === snapshot.now);
  const known = snapshot.said.get(key)?.id ?? (isAnnounced ? null : await find(client, snapshot, comment));
  if (known !== null) return { kind: "said", key, id: known };
  const create = async (): Promise<number> => {
    const response = await client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
      ...pathOf(snapshot),
      issue_number: on,
      body,
    });
    return Comment.parse(response.data).id;
  };
  try {
    return { kind: "said", key, id: await create() };
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    return { kind: "said", key, id: (await find(client, snapshot, comment)) ?? (await create()) };
  }
}

async function find(
  client: Client,
  snapshot: Snapshot,
  { key, on }: { key: string; on: number },
): Promise<number | null> {
  const since = new Date(Date.parse(snapshot.now) - LOOK_BACK_MILLISECONDS).toISOString();
  for (let page = 1; ; page += 1) {
    const response = await client.request("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
      ...pathOf(snapshot),
      issue_number: on,
      since,
      per_page: 100,
      page,
    });
    const comments = Comments.parse(response.data);
    const found = comments.find(
      ({ user, body }) => user?.id === snapshot.me.id && markerOf(body ?? "") === key,
    );
    if (found !== undefined) return found.id;
    if (comments.length < 100) return null;
  }
}

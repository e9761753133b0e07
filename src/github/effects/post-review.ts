/** Posts the review of a head: one pull request review with its comments on lines, or its body anew where it is there already. */
import { z } from "zod";
import { markerOf } from "../../domain/names.ts";
import type { Client } from "../client.ts";
import { isUnanswered, statusOf } from "../failure.ts";
import { pathOf, type EffectContext, type Perform } from "./context.ts";

const Posted = z.looseObject({ id: z.number() });
const Reviews = z.array(
  z.looseObject({
    id: z.number(),
    body: z.string().nullish(),
    user: z.looseObject({ id: z.number() }).nullable(),
  }),
);

/** GitHub refuses verdicts on one's own pull request (422), so the event is always `COMMENT`; the check run carries the verdict. */
export const postReview: Perform<"post_review"> = async (client, context, effect) => {
  const { snapshot, record } = context;
  const { key, body } = effect;
  const isAnnounced = record?.intents.some((intent) => intent.key === key && intent.at === snapshot.now);
  const shown = snapshot.said.get(key);
  const known = shown?.id ?? (isAnnounced ? null : await find(client, context, effect));
  if (known !== null) {
    if (shown?.body !== body) await rewrite(client, context, { pull: effect.pull, id: known, body });
    return [{ kind: "said", key, id: known }];
  }
  return [{ kind: "said", key, id: await create(client, context, effect) }];
};

type PostReview = Parameters<Perform<"post_review">>[2];

async function create(client: Client, context: EffectContext, effect: PostReview): Promise<number> {
  try {
    return await post(client, context, effect);
  } catch (error) {
    if (isUnanswered(error)) {
      return (await find(client, context, effect)) ?? (await post(client, context, effect));
    }
    // One comment outside the diff refuses the whole review; its findings are in the table of the body all the same.
    if (statusOf(error) !== 422 || effect.comments.length === 0) throw error;
    return post(client, context, { ...effect, comments: [] });
  }
}

/** https://docs.github.com/en/rest/pulls/reviews#create-a-review-for-a-pull-request */
async function post(client: Client, { snapshot }: EffectContext, effect: PostReview): Promise<number> {
  const { pull, head, body } = effect;
  const comments = effect.comments.map(({ path, line, startLine, body: text }) => ({
    path,
    line,
    side: "RIGHT",
    body: text,
    ...(startLine === null ? {} : { start_line: startLine, start_side: "RIGHT" }),
  }));
  const response = await client.request("POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews", {
    ...pathOf(snapshot),
    pull_number: pull,
    commit_id: head,
    event: "COMMENT",
    body,
    comments,
  });
  return Posted.parse(response.data).id;
}

async function rewrite(
  client: Client,
  { snapshot }: EffectContext,
  { pull, id, body }: { pull: number; id: number; body: string },
): Promise<void> {
  await client.request("PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", {
    ...pathOf(snapshot),
    pull_number: pull,
    review_id: id,
    body,
  });
}

async function find(
  client: Client,
  { snapshot }: EffectContext,
  { key, pull }: PostReview,
): Promise<number | null> {
  for (let page = 1; ; page += 1) {
    const response = await client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", {
      ...pathOf(snapshot),
      pull_number: pull,
      per_page: 100,
      page,
    });
    const reviews = Reviews.parse(response.data);
    const found = reviews.find(
      ({ user, body }) => user?.id === snapshot.me.id && markerOf(body ?? "") === key,
    );
    if (found !== undefined) return found.id;
    if (reviews.length < 100) return null;
  }
}

/** Names who else wrote what a squash merge makes one commit of, in the one block of trailers that its message ends with. */
import { z } from "zod";
import type { Effect } from "../../domain/decision.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { Client } from "../client.ts";
import { pathOf } from "./context.ts";

type Words = Pick<Extract<Effect, { kind: "request_merge" }>, "method" | "message">;

const Commits = z.array(
  z.looseObject({
    commit: z.looseObject({ author: z.looseObject({ name: z.string(), email: z.string() }).nullable() }),
    author: z.looseObject({ id: z.number().optional() }).nullable(),
  }),
);

/** GitHub shows 250 commits of a pull request at most, a hundred at once; nobody looks for more names. */
const MOST = 100;

/**
 * GitHub attributes a squashed commit to the pull request's author and may add the others in a paragraph of its own, after which git takes
 * the trailers before it for text: https://git-scm.com/docs/git-interpret-trailers. Whom the message names it does not add.
 */
export async function withCoAuthors(
  client: Client,
  snapshot: Snapshot,
  { pull, method, message }: Words & { pull: number },
): Promise<string> {
  if (method !== "squash") return message;
  const response = await client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/commits", {
    ...pathOf(snapshot),
    pull_number: pull,
    per_page: MOST,
  });
  const names = Commits.parse(response.data).flatMap(({ commit, author }) =>
    commit.author === null || author?.id === snapshot.me.id ? [] : trailerOf(commit.author),
  );
  return [message, ...new Set(names)].join("\n");
}

/** Whoever has a name or an address that is no plain line is not named: it would end the block. */
function trailerOf({ name, email }: { name: string; email: string }): string[] {
  const isPlain = /^[^\p{C}<>]{1,100}$/u.test(name) && /^[^\s\p{C}<>]{1,200}$/u.test(email);
  return isPlain ? [`Co-authored-by: ${name} <${email}>`] : [];
}

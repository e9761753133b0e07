/** Writes the one status comment: over the old one, or anew when somebody deleted it. */
import { markerOf } from "../../domain/names.ts";
import type { EffectContext, Perform } from "./context.ts";
import { pathOf } from "./context.ts";
import type { Client } from "../client.ts";
import { statusOf } from "../failure.ts";
import { sayOnce } from "./say.ts";

export const editStatus: Perform<"edit_status"> = async (client, context, { id, body }) => {
  const { snapshot } = context;
  const key = markerOf(body);
  if (key === null)
    throw new Error("the status comment must begin with its marker, else it is never found again");
  const comment = { key, on: snapshot.issue.number, body };
  if (id !== null) {
    if (await overwrite(client, context, { id, body })) return [];
    const said = new Map([...snapshot.said].filter(([other]) => other !== key));
    return [await sayOnce(client, { ...context, snapshot: { ...snapshot, said } }, comment)];
  }
  const created = await sayOnce(client, context, comment);
  if (created.kind === "said") await overwriteIfOld(client, context, { id: created.id, body });
  return [created];
};

/** false: there is no such comment any more. */
async function overwrite(
  client: Client,
  { snapshot }: EffectContext,
  { id, body }: { id: number; body: string },
): Promise<boolean> {
  try {
    await client.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", {
      ...pathOf(snapshot),
      comment_id: id,
      body,
    });
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

/** What was found rather than created may say something else. */
async function overwriteIfOld(
  client: Client,
  context: EffectContext,
  comment: { id: number; body: string },
): Promise<void> {
  const shown = [...context.snapshot.said.values()].find(({ id }) => id === comment.id);
  if (shown !== undefined && shown.body !== comment.body) await overwrite(client, context, comment);
}

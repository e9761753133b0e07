/** The brief: the cleaned words of an issue as they stood when an authorised person asked; frozen and hashed. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { Actor, Hex64, Instant } from "./task.ts";

/** What the cleaner took out, and how often. */
export const Removal = z.strictObject({ what: z.string(), count: z.number().int().positive() });
export type Removal = z.infer<typeof Removal>;

export const Brief = z.strictObject({
  title: z.string(),
  body: z.string(),
  comments: z.array(z.strictObject({ by: Actor, at: Instant, body: z.string() })),
  hash: Hex64,
  removed: z.array(Removal),
});
export type Brief = z.infer<typeof Brief>;

/** Hash of everything an agent reads of the brief; `removed` is for people and does not count. */
export function briefHash(brief: Pick<Brief, "title" | "body" | "comments">): string {
  const { title, body, comments } = brief;
  return createHash("sha256")
    .update(
      JSON.stringify([title, body, comments.map((comment) => [comment.by.id, comment.at, comment.body])]),
    )
    .digest("hex");
}

/** What an agent that changed nothing, or cannot go on, may say of itself in one form: that no change is needed, that it has a question, that it gives up. */
import { z } from "zod";
import { closingJson } from "./closing-json.ts";
import { head, plainText } from "../plain-text.ts";

const MAX_TEXT = 4000;

export const ClosingWords = z.strictObject({
  outcome: z.enum(["no_change_needed", "question", "gave_up"]),
  text: z
    .string()
    .transform((text) => head(plainText(text).trim(), MAX_TEXT))
    .pipe(z.string().min(1)),
});
export type ClosingWords = z.infer<typeof ClosingWords>;

/** The object with which the last words end; null: they end otherwise, and prose says nothing here. */
export function closingWords(words: string): ClosingWords | null {
  return ClosingWords.safeParse(closingJson(words)).data ?? null;
}

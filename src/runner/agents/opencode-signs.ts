/** What an error that opencode prints says of the model's provider. */
import { z } from "zod";
import { NO_SIGNS, type ProviderSigns } from "./provider-signs.ts";

export const OpencodeError = z.object({
  name: z.string(),
  data: z
    .object({
      message: z.string().optional(),
      statusCode: z.number().int().min(100).max(599).optional().catch(undefined),
    })
    .optional(),
});
export type OpencodeError = z.infer<typeof OpencodeError>;

/** Sentences of a connection that failed, or broke in the middle of an answer; the word is Claude Code's. */
const LOST =
  /terminated|fetch failed|network error|cannot connect|unable to connect|connection (?:error|refused|lost|closed|reset)|socket (?:connection was closed|hang up)|econnrefused|econnreset|timed? ?out/i;

/** null: the error is about something else. */
export function opencodeSigns({ name, data }: OpencodeError): ProviderSigns | null {
  if (name === "ProviderAuthError") return { ...NO_SIGNS, word: "authentication_failed" };
  if (data?.statusCode !== undefined) return { ...NO_SIGNS, status: data.statusCode };
  if (name === "ContentFilterError") return { ...NO_SIGNS, isRefusal: true };
  return LOST.test(data?.message ?? "") ? { ...NO_SIGNS, word: "server_error" } : null;
}

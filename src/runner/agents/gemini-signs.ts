/** What an error that Gemini CLI prints says of the model's provider: the provider's own body stands in the sentence, or the program's words. */
import { z } from "zod";
import { NO_SIGNS, type ProviderSigns } from "./provider-signs.ts";
import { parseLine } from "./stream.ts";

/** `[API Error: …]`, behind which a 429 has a sentence of its own. */
const SHOWN = /^\[API Error: (?<reason>.*?)\](?<after>\nPlease wait and try again later\..*)?$/s;
const Body = z.object({ error: z.object({ code: z.number().int().min(100).max(599) }) });

const BLOCKED = /^The model response was blocked due to (?:safety settings|other policy settings)\./;
/** The connection failed, or broke in the middle of an answer. */
const LOST = /^(?:exception TypeError: fetch failed|terminated\b|Incomplete JSON segment)/i;

/** null: the sentence is about something else. */
export function geminiSigns(message: string): ProviderSigns | null {
  if (BLOCKED.test(message)) return { ...NO_SIGNS, isRefusal: true };
  const shown = SHOWN.exec(message)?.groups;
  if (shown === undefined) return null;
  const { reason = "", after } = shown;
  const body = Body.safeParse(parseLine(reason)).data;
  if (body !== undefined) return { ...NO_SIGNS, status: body.error.code };
  if (after !== undefined) return { ...NO_SIGNS, status: 429 };
  return LOST.test(reason) ? { ...NO_SIGNS, word: "server_error" } : null;
}

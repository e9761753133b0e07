/** Takes secrets out of every text of a value that goes out as JSON, names of its keys included. */
import { findSecrets } from "./find-secrets.ts";
import { kindsOf, withoutFound } from "./found-secret.ts";
import type { KnownValues } from "./known-values.ts";

/** The same value without them, and what they were. */
export async function cleanStrings(
  value: unknown,
  known: KnownValues,
): Promise<{ value: unknown; kinds: string[] }> {
  const kinds = new Set<string>();
  const clean = async (part: unknown): Promise<unknown> => {
    if (typeof part === "string") return cleanText(part);
    if (Array.isArray(part)) return Promise.all(part.map(clean));
    if (typeof part !== "object" || part === null) return part;
    const entries = Object.entries(part).map(async ([key, one]) => [await cleanText(key), await clean(one)]);
    return Object.fromEntries((await Promise.all(entries)) as [string, unknown][]);
  };
  const cleanText = async (text: string): Promise<string> => {
    const found = await findSecrets(text, known);
    for (const kind of kindsOf(found)) kinds.add(kind);
    return withoutFound(text, found);
  };
  return { value: await clean(value), kinds: [...kinds] };
}

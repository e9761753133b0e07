/** What makes two errors the same: their words, whatever numbers, ids and times stand between them. */
import { plainText } from "../plain-text.ts";

const MOST_CHARACTERS = 20_000;

/** The error's own words, without its exit code and what Claude Code puts around it. */
export function errorWords(text: string): string {
  return plainText(text.slice(0, MOST_CHARACTERS))
    .replace(/<\/?tool_use_error>/g, "")
    .replace(/^\s*(?:Error: )?Exit code \d+/, "")
    .trim();
}

/** The error's words with all digits and hexadecimal ids as `#`; null: it has no words. */
export function errorKey(text: string): string | null {
  const words = errorWords(text)
    .replace(/\b(?:0x)?(?=[a-f]*\d)[\da-f]+\b|\b[\da-f]{8,}\b/gi, "#")
    .replace(/\d+/g, "#")
    .replace(/\s+/g, " ");
  return /\p{L}{2}/u.test(words) ? words : null;
}

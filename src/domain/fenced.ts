/** Somebody else's text as a code block: every character is shown, and nothing in it can end the block or call anybody. */
import { cleanPlain } from "./clean.ts";

/** `most` characters; what is cut is said. */
export function fenced(text: string, most: number): string {
  const plain = text
    .split("\n")
    .map((line) => cleanPlain(line, 1000).text)
    .join("\n");
  const shown = plain.length > most ? `${plain.slice(0, most)}\n(cut)` : plain;
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${shown}\n${fence}`;
}

/** A secret found in a text, by where it stands; its value is never carried along. */
import { head } from "../plain-text.ts";

export interface FoundSecret {
  /** Where it stands in the text, `end` behind its last character. */
  start: number;
  end: number;
  /** What it is, in words for people. */
  kind: string;
}

/** Room for a note in the place of a very short text. */
const MIN_LENGTH = 100;

/** The text with a note in the place of each; no longer than it was, but for short ones. */
export function withoutFound(text: string, found: readonly FoundSecret[]): string {
  if (found.length === 0) return text;
  let clean = "";
  let end = 0;
  for (const one of found.toSorted((a, b) => a.start - b.start)) {
    if (one.end <= end) continue;
    // What overlaps with the one before goes with it.
    if (one.start >= end) clean += `${text.slice(end, one.start)}[secret removed: ${one.kind}]`;
    end = one.end;
  }
  return head(clean + text.slice(end), Math.max(text.length, MIN_LENGTH));
}

/** Each kind once, in the order of the text. */
export function kindsOf(found: readonly FoundSecret[]): string[] {
  return [...new Set(found.toSorted((a, b) => a.start - b.start).map(({ kind }) => kind))];
}

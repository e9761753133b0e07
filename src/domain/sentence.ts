/** What a sentence of GZA is: what is the matter, and the next step. */
import { cleanLine } from "./clean.ts";
import type { RecordBody } from "./record.ts";
import type { Snapshot } from "./snapshot.ts";

export interface Sentence {
  what: string;
  /** The next step; null: there is none to take. */
  next: string | null;
}

export type Say = (snapshot: Snapshot, record: RecordBody) => Sentence;

export function plainly(what: string, next: string | null = null): Say {
  return () => ({ what, next });
}

/** Somebody else's words as the end of a sentence of one's own: without their own stop. */
export function unstopped(words: string): string {
  return words.replace(/[\s.]+$/, "");
}

/** Somebody else's words as a sentence: with a stop, unless they end with one. */
export function stopped(words: string): string {
  return words === "" || /[.!?…”:]$/.test(words) ? words : `${words}.`;
}

/** ` (one, two)`, at most five. */
export function list(names: readonly string[]): string {
  if (names.length === 0) return "";
  return ` (${names
    .slice(0, 5)
    .map((name) => cleanLine(name, 60))
    .join(", ")}${names.length > 5 ? ", …" : ""})`;
}

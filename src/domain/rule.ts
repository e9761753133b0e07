/** What a rule is: a place in the order, what it orders, and its answer to a snapshot. */
import type { Decision } from "./decision.ts";
import type { Record } from "./record.ts";
import type { Snapshot } from "./snapshot.ts";

export type Answer = Omit<Decision, "rule">;

export interface Rule {
  /** Its place; the first rule with an answer wins. */
  n: number;
  /** What it does, as an order. */
  order: string;
  /** null: the rule has nothing to do here. */
  answer: (snapshot: Snapshot, record: Record | null) => Answer | null;
}

/** A rule that keeps its place and answers nothing yet. */
export function nothingYet(): null {
  return null;
}

/** An answer with a move and nothing else. */
export function moves(move: Answer["move"] & object, effects: Answer["effects"] = []): Answer {
  return { reason: move.record.reason, move, effects, again: null };
}

/** An answer that leaves everything as it is until `again` or an event. */
export function rests(reason: Answer["reason"], again: Answer["again"] = null): Answer {
  return { reason, move: null, effects: [], again };
}

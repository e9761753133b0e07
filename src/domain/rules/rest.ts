/** Rule 20: nothing is to be done; phase and reason say what is waited for. */
import type { Record } from "../record.ts";
import { moves, rests, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import { standing, type Standing } from "../standing.ts";
import { moveTo } from "../transition.ts";

export function rest(snapshot: Snapshot, record: Record | null): Answer | null {
  if (!record) return rests("not_asked");
  const isWaiting = record.phase === "queued" && record.head !== null;
  if (record.phase !== "open" && record.phase !== "ready" && !isWaiting) return rests(record.reason);
  return stand(snapshot, record, standing(snapshot, record));
}

/** Writes down where the task stands, unless it is written down already. */
export function stand(snapshot: Snapshot, record: Record, { phase, reason, again }: Standing): Answer {
  if (record.phase === phase && record.reason === reason) return rests(reason, again);
  const story = phase === "ready" ? "ready to merge" : reason.replaceAll("_", " ");
  return { ...moves(moveTo(snapshot, record, { story, change: { phase, reason } })), again };
}

/** Rule 20: nothing is to be done; phase and reason say what is waited for. */
import type { Record } from "../record.ts";
import { moves, rests, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import { standing } from "../standing.ts";
import { moveTo } from "../transition.ts";

export function rest(snapshot: Snapshot, record: Record | null): Answer | null {
  if (!record) return rests("not_asked");
  if (record.phase !== "open" && record.phase !== "ready") return rests(record.reason);
  const { phase, reason, again } = standing(snapshot, record);
  if (record.phase === phase && record.reason === reason) return rests(reason, again);
  const story = phase === "ready" ? "ready to merge" : reason.replaceAll("_", " ");
  return { ...moves(moveTo(snapshot, record, { story, change: { phase, reason } })), again };
}

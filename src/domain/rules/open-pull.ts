/** Rule 14: landed work gets its pull request. */
import type { Record } from "../record.ts";
import { moves, rests, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import { moveTo } from "../transition.ts";

export function openPull(snapshot: Snapshot, record: Record | null): Answer | null {
  if (!record || record.pull !== null || record.head === null || record.phase !== "open") return null;
  if (snapshot.pull) {
    const { number } = snapshot.pull;
    const change = { pull: number, reason: "waits_for_checks" } as const;
    return moves(moveTo(snapshot, record, { story: `opened pull request #${number}`, change }));
  }
  const refused = snapshot.evidence.some((found) => found.kind === "pull_refused");
  if (refused) {
    // Not announced again: a person has to mend something first.
    const intents = record.intents.filter(({ key }) => key !== "pull");
    const change = { phase: "parked" as const, reason: "setup" as const, intents };
    return moves(moveTo(snapshot, record, { story: "GitHub refused the pull request", change }));
  }
  // The landing announced it; an intent that got lost is renewed with every answer.
  return rests("waits_for_pull");
}

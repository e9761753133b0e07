/** Rule 18: what a review rejected or people want changed is improved, all of it in one attempt. */
import { atHead, attemptsOf, dueFeedback, isRejected } from "../at-head.ts";
import { openFindings } from "../findings.ts";
import type { Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import { start } from "../start.ts";
import type { ParkReason } from "../task.ts";
import { moveTo } from "../transition.ts";

export function improveRejected(snapshot: Snapshot, record: Record | null): Answer | null {
  const at = atHead(snapshot, record);
  if (!at) return null;
  const { record: known, config } = at;
  const feedback = dueFeedback(snapshot, known);
  const isWanted = known.wanted?.kind === "improve";
  const rejected = isRejected(known) && config.review.enabled;
  if (isWanted && feedback.length === 0 && openFindings(snapshot.findings).length === 0) {
    return moves(moveTo(snapshot, known, { story: "nothing is left to improve", change: { wanted: null } }));
  }
  if (!rejected && feedback.length === 0 && !isWanted) return null;
  const stop = (reason: ParkReason, story: string): Answer =>
    moves(moveTo(snapshot, known, { story, change: { phase: "parked", reason } }));
  if (known.theirs && !isWanted) return stop("theirs", "would change a person's head");
  // People's words are bounded by the people who say them.
  if (feedback.length > 0) return start(snapshot, { ...known, heard: known.spent.attempts }, "improve");
  if (!isWanted && attemptsOf(known, "improve") >= config.review.cycles) {
    return stop("review_cycles", "blockers are left after all rounds");
  }
  return start(snapshot, known, "improve");
}

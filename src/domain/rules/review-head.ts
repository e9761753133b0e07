/** Rule 17: a head without a verdict is reviewed once its checks are over; what an improve attempt disputes is judged once. */
import { atHead, isRejected } from "../at-head.ts";
import { areChecksOver } from "../checks.ts";
import { awaitsJudge } from "../findings.ts";
import type { Record } from "../record.ts";
import type { Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import { isReviewed } from "../standing.ts";
import { start } from "../start.ts";

export function reviewHead(snapshot: Snapshot, record: Record | null): Answer | null {
  const at = atHead(snapshot, record);
  // A person's wish comes first: what it changes is reviewed afterwards.
  if (!at?.config.review.enabled || at.record.wanted?.kind === "improve") return null;
  if (isReviewed(at.record)) {
    const isDisputed = isRejected(at.record) && snapshot.findings !== null && awaitsJudge(snapshot.findings);
    return isDisputed ? start(snapshot, at.record, "review", "judge") : null;
  }
  return areChecksOver(snapshot, at.record) ? start(snapshot, at.record, "review", scopeOf(at.record)) : null;
}

/** What stood before a rebase was approved: only what the rebase changed is looked at. */
function scopeOf({ rebased, verdict, head }: Record): "range" | "first" {
  const isRebased = rebased?.head === head && rebased.before === verdict?.head && rebased.before !== head;
  return isRebased && verdict.value !== "changes_requested" ? "range" : "first";
}

/** Where a task with a pull request stands, seen from GitHub's facts alone. */
import { checksOf } from "./checks.ts";
import { openFeedback, quietAt } from "./feedback.ts";
import type { RecordBody } from "./record.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Instant, Phase, Reason } from "./task.ts";
import { later, secondsBetween } from "./time.ts";

export interface Standing {
  phase: Phase;
  reason: Reason;
  again: Instant | null;
}

/** How soon to ask again what GitHub computes by itself and tells nobody. */
const MERGEABILITY_SECONDS = 10;
const CHECKS_SECONDS = 300;
const QUEUE_SECONDS = 300;

export function standing(snapshot: Snapshot, record: RecordBody): Standing {
  const { pull, now } = snapshot;
  const open = (reason: Reason, seconds: number | null): Standing => ({
    phase: "open",
    reason,
    again: seconds === null ? null : later(now, seconds),
  });
  if (!pull) return open("waits_for_pull", null);
  // The branch is moved first, its pull request follows.
  if (pull.head !== record.head) return open("waits_for_pull", MERGEABILITY_SECONDS);
  if (pull.queue === "queued") return open("waits_for_queue", QUEUE_SECONDS);
  if (pull.mergeable === "conflicting") return open("conflicts", null);
  const checks = checksOf(snapshot, record);
  if (checks.kind === "missing") {
    return open(checks.long ? "checks_missing" : "waits_for_checks", CHECKS_SECONDS);
  }
  if (checks.kind !== "green") return open("waits_for_checks", CHECKS_SECONDS);
  if (!isApproved(snapshot, record)) return open("waits_for_review", null);
  const quiet = quietAt(openFeedback(snapshot, record));
  if (quiet !== null) return { phase: "open", reason: "waits_for_feedback", again: quiet };
  if (pull.mergeable === "unknown") return open("waits_for_mergeability", pauseOf(record, now));
  if (pull.autoMerge === "on") return open("waits_for_merge", QUEUE_SECONDS);
  return { phase: "ready", reason: "ready", again: null };
}

/** Pauses grow with the wait: GitHub takes its time after a push to a busy base. */
function pauseOf({ reason, since }: RecordBody, now: Instant): number {
  const waited = reason === "waits_for_mergeability" ? secondsBetween(since, now) : 0;
  return Math.min(Math.max(Math.round(waited), MERGEABILITY_SECONDS), CHECKS_SECONDS);
}

/** Whether the newest review is of this very head. */
export function isReviewed(record: RecordBody): boolean {
  return record.verdict !== null && record.verdict.head === record.head;
}

/** Approved at this very head, or no review is asked for. */
export function isApproved(snapshot: Snapshot, record: RecordBody): boolean {
  if (snapshot.config.kind === "broken") return false;
  if (!snapshot.config.config.review.enabled) return true;
  return isReviewed(record) && record.verdict?.value !== "changes_requested";
}

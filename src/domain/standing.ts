/** Where a task with a pull request stands, seen from GitHub's facts alone. */
import { judgeChecks } from "./checks.ts";
import type { RecordBody } from "./record.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Instant, Phase, Reason } from "./task.ts";
import { later } from "./time.ts";

export interface Standing {
  phase: Phase;
  reason: Reason;
  again: Instant | null;
}

/** How soon to ask again what GitHub computes by itself and tells nobody. */
const MERGEABILITY_SECONDS = 10;
const CHECKS_SECONDS = 300;

export function standing(snapshot: Snapshot, record: RecordBody): Standing {
  const { pull, now } = snapshot;
  if (!pull) return { phase: "open", reason: "waits_for_pull", again: null };
  if (pull.head !== record.head) return { phase: "parked", reason: "theirs", again: null };
  if (pull.mergeable === "conflicting") return { phase: "open", reason: "waits_for_conflict", again: null };
  const checks = judgeChecks(snapshot, landedAt(record));
  const look = later(now, CHECKS_SECONDS);
  if (checks.kind === "red") return { phase: "parked", reason: "checks_red", again: null };
  if (checks.kind === "missing") {
    return { phase: "open", reason: checks.long ? "checks_missing" : "waits_for_checks", again: look };
  }
  if (checks.kind === "pending") return { phase: "open", reason: "waits_for_checks", again: look };
  if (!isApproved(snapshot, record)) return { phase: "open", reason: "waits_for_review", again: null };
  if (pull.mergeable === "unknown") {
    return { phase: "open", reason: "waits_for_mergeability", again: later(now, MERGEABILITY_SECONDS) };
  }
  return { phase: "ready", reason: "ready", again: null };
}

/** Approved at this very head, or no review is asked for. */
function isApproved(snapshot: Snapshot, record: RecordBody): boolean {
  if (snapshot.config.kind === "broken") return false;
  if (!snapshot.config.config.review.enabled) return true;
  const { verdict } = record;
  return verdict !== null && verdict.head === record.head && verdict.value !== "changes_requested";
}

/** When the head was put on the branch. */
function landedAt(record: RecordBody): Instant {
  return record.attempts.findLast((attempt) => attempt.end === "completed")?.ended ?? record.since;
}

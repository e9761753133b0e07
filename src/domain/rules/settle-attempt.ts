/** Rule 6: the attempt that ended is settled: report there, run over, or run lost. First try to complete, only then time out. */
import { batonRef } from "../names.ts";
import type { Attempt, Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import { isStopped, type RunFacts, type Snapshot } from "../snapshot.ts";
import { ATTEMPT_ENDS, type AttemptEnd } from "../task.ts";
import { secondsBetween } from "../time.ts";
import { afterEnd } from "../recovery.ts";
import { counted, endAttempt, moveTo, onwards } from "../transition.ts";
import { land } from "./land.ts";
import { endOf, type Returned } from "./landing.ts";

/** GitHub shows a dispatched run within this time, or it was lost. */
const LOST_SECONDS = 120;
/** GitHub itself gives up on a workflow job that found no runner for this long. */
const RUNNER_SECONDS = 24 * 3600;

/** What a run that left no report came to, by its conclusion; any other conclusion is `runner_lost`. */
const ENDS: { [conclusion: string]: AttemptEnd } = {
  success: "empty_run",
  failure: "infrastructure",
  startup_failure: "infrastructure",
  action_required: "infrastructure",
  cancelled: "run_cancelled",
};

export function settleAttempt(snapshot: Snapshot, record: Record | null): Answer | null {
  if (!record?.attempt) return null;
  const { attempt } = record;
  const { baton } = snapshot;
  const run = genuineRun(snapshot.run, attempt);
  if (isRefused(snapshot, attempt)) return close(snapshot, record, "infrastructure", "setup");
  if (baton.kind === "report" && baton.job === attempt.job) {
    if (run?.status !== "completed") return overdue(snapshot, record, run);
    // Nothing is written while the stop label is on; finished work keeps on its baton until then.
    return isStopped(snapshot) && isGood(baton) ? null : land(snapshot, record, attempt, baton);
  }
  if (baton.kind === "job" && baton.oid === attempt.job) {
    if (run?.status === "completed")
      return close(snapshot, record, ENDS[run.conclusion ?? ""] ?? "runner_lost");
    return run ? overdue(snapshot, record, run) : lostDispatch(snapshot, record, baton.at);
  }
  return supersede(snapshot, record);
}

/** Runs that the App did not dispatch itself are as good as none. */
function genuineRun(run: RunFacts | null, attempt: Attempt): RunFacts | null {
  if (!run?.genuine) return null;
  return attempt.run === null || attempt.run === run.id ? run : null;
}

function isRefused(snapshot: Snapshot, attempt: Attempt): boolean {
  return snapshot.evidence.some((found) => found.kind === "dispatch_refused" && found.attempt === attempt.n);
}

function isGood({ report }: Returned): boolean {
  return report.kind === "report" && ATTEMPT_ENDS[report.report.end] === "good";
}

function overdue(snapshot: Snapshot, record: Record, run: RunFacts | null): Answer | null {
  const since = run?.createdAt ?? record.attempt?.claimed ?? snapshot.now;
  const isStuck = run?.status !== "in_progress" && secondsBetween(since, snapshot.now) > RUNNER_SECONDS;
  return isStuck ? close(snapshot, record, "runner_lost") : null;
}

/** The first time the same job is handed out anew; a second loss ends the attempt. */
function lostDispatch(snapshot: Snapshot, record: Record, since: string): Answer | null {
  const { attempt } = record;
  if (!attempt || secondsBetween(since, snapshot.now) < LOST_SECONDS) return null;
  const isHeld = record.reason === "waits_for_stop";
  if (record.reason === "dispatch_lost" || isHeld) return close(snapshot, record, "runner_lost");
  const move = moveTo(snapshot, record, {
    story: `dispatched attempt ${attempt.n} again: no run had started`,
    change: { reason: "dispatch_lost" },
    job: { kind: "again", before: attempt.job },
  });
  return moves(move, [{ kind: "dispatch", attempt: attempt.n, ref: snapshot.repository.defaultBranch }]);
}

/** Ends the attempt without a report. Without a run nothing can have been spent. */
function close(snapshot: Snapshot, record: Record, found: AttemptEnd, reason?: "setup"): Answer | null {
  if (!record.attempt) return null;
  const end = endOf(record, found);
  const never = snapshot.run === null && record.attempt.run === null;
  const { ended, queue, refs } = endAttempt(snapshot, record.attempt, { end, ...(never ? { usd: 0 } : {}) });
  const next =
    reason === undefined
      ? afterEnd(record, ended, { now: snapshot.now, resetAt: null })
      : ({ phase: "parked", reason, wanted: null } as const);
  return moves(
    moveTo(snapshot, record, {
      story: `attempt ${ended.n} ended: ${end.replaceAll("_", " ")}`,
      change: { ...counted(record, ended), ...next },
      queue,
      refs,
    }),
  );
}

/** The baton is gone or is not ours: whatever the run brings back cannot land any more. */
function supersede(snapshot: Snapshot, record: Record): Answer | null {
  if (!record.attempt) return null;
  const { ended, queue } = endAttempt(snapshot, record.attempt, { end: "superseded" });
  const { baton } = snapshot;
  const refs =
    baton.kind === "none" ? [] : [{ name: batonRef(record.issue), before: baton.oid, after: null }];
  return moves(
    moveTo(snapshot, record, {
      story: `attempt ${ended.n} lost its baton to somebody else`,
      change: { ...counted(record, ended), ...onwards(record) },
      queue,
      refs,
      intents: ended.run === null ? [] : [`run:${ended.run}`],
    }),
  );
}

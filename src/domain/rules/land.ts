/** Landing: what a run brought back is taken over in one move, or its end is written down. */
import type { Attempt, Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Kind } from "../task.ts";
import { counted, endAttempt, moveTo } from "../transition.ts";
import { landRebase } from "./land-rebase.ts";
import { landReview, reviewFailed } from "./land-review.ts";
import { landWork } from "./land-work.ts";
import { fall, keep, used, type Landing, type Returned } from "./landing.ts";

/** How a completed attempt of each kind is taken over; kinds that are missing are never started. */
const LANDINGS: { [kind in Kind]?: (snapshot: Snapshot, record: Record, landing: Landing) => Answer } = {
  explore: landAnswer,
  implement: landWork,
  improve: landWork,
  fix: landWork,
  review: landReview,
  rebase: landRebase,
};

/** Never green without evidence: the report parses, it is this attempt's, and what it says it made is there. */
export function land(snapshot: Snapshot, record: Record, attempt: Attempt, baton: Returned): Answer {
  if (baton.report.kind === "unknown_version")
    return fall(snapshot, record, { attempt, end: "bad_report", reason: "setup", baton });
  const report = baton.report.kind === "report" ? baton.report.report : null;
  const take = LANDINGS[attempt.kind];
  const isOurs = report !== null && report.attempt === attempt.n && report.kind === attempt.kind;
  if (isOurs && report.fault !== null)
    return fall(snapshot, record, { attempt, end: report.end, reason: "setup", report, baton });
  if (!isOurs || !take || report.end === "bad_report") {
    // A review that the stop label ended has not failed.
    return attempt.kind === "review" && record.reason !== "waits_for_stop"
      ? reviewFailed(snapshot, record, { attempt, report: isOurs ? report : null })
      : fall(snapshot, record, { attempt, end: "bad_report", baton, ...(isOurs ? { report } : {}) });
  }
  if (report.end === "completed") return take(snapshot, record, { attempt, baton, report });
  if (report.end === "no_change_needed" && record.pull === null)
    return finish(snapshot, record, { attempt, baton, report });
  return fall(snapshot, record, { attempt, end: report.end, report, baton });
}

/** The report is kept: it holds the evidence that the status shows. */
function finish(snapshot: Snapshot, record: Record, { attempt, baton, report }: Landing): Answer {
  const { ended, queue, refs } = endAttempt(snapshot, attempt, { end: "no_change_needed", ...used(report) });
  const change = { ...counted(record, ended), phase: "done", reason: "no_change_needed" } as const;
  return moves(
    moveTo(snapshot, record, {
      story: "no change is needed",
      change,
      queue,
      refs: [...refs, ...keep(snapshot, baton)],
    }),
  );
}

/** An answer instead of a change; the report that holds it is kept until it is said. */
function landAnswer(snapshot: Snapshot, record: Record, { attempt, baton, report }: Landing): Answer {
  if (report.answer === null || report.answer.trim() === "")
    return fall(snapshot, record, { attempt, end: "empty_run", report, baton });
  const { ended, queue, refs } = endAttempt(snapshot, attempt, { end: "completed", ...used(report) });
  const change = { ...counted(record, ended), phase: "done", reason: "answered" } as const;
  return moves(
    moveTo(snapshot, record, {
      story: `attempt ${attempt.n} answered`,
      change,
      queue,
      refs: [...refs, ...keep(snapshot, baton)],
      intents: [`explored:${attempt.n}`],
    }),
  );
}

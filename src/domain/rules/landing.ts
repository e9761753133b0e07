/** What every landing shares: what a run brought back, what it used, and how an attempt ends whose work does not land. */
import { unfinishedRef } from "../names.ts";
import type { RefMove } from "../decision.ts";
import type { Attempt, Record } from "../record.ts";
import { afterEnd } from "../recovery.ts";
import type { Report } from "../report.ts";
import { moves, type Answer } from "../rule.ts";
import type { Baton, Snapshot } from "../snapshot.ts";
import { ATTEMPT_ENDS, type AttemptEnd, type Instant, type ParkReason } from "../task.ts";
import { secondsBetween } from "../time.ts";
import { counted, endAttempt, moveTo, onwards } from "../transition.ts";

/** Quotas are renewed by the hour, the day, the week or the month. */
const LONGEST_QUOTA_SECONDS = 31 * 24 * 3600;

export type Returned = Baton & { kind: "report" };

export interface Landing {
  attempt: Attempt;
  baton: Returned;
  report: Report;
}

/**
 * The attempt ends without landing. What it left is kept aside with its report, which says why; what happens next stands in
 * `afterEnd`, unless `reason` says for what a person is needed.
 */
export function fall(
  snapshot: Snapshot,
  record: Record,
  found: { attempt: Attempt; end: AttemptEnd; reason?: ParkReason; report?: Report; baton?: Returned },
): Answer {
  const { attempt, report, baton } = found;
  const end = endOf(record, found.end);
  const resetAt = end === "quota" ? believable(report?.reset_at ?? null, snapshot.now) : null;
  const { ended, queue, refs } = endAttempt(snapshot, attempt, {
    end,
    resetAt,
    ...(report ? used(report) : {}),
    ...(baton ? { work: baton.work } : {}),
  });
  if (baton) refs.push(...keep(snapshot, baton));
  const after = counted(record, ended);
  // Nobody judges what somebody else ended or took over; it goes on from where the task stands.
  const isNobodysFault = found.reason === undefined && ATTEMPT_ENDS[end] === "none";
  const next = isNobodysFault
    ? onwards(record)
    : found.reason === undefined
      ? afterEnd(record, ended, { now: snapshot.now, resetAt })
      : ({ phase: "parked", reason: found.reason, wanted: null } as const);
  const story = `attempt ${attempt.n} ended: ${(found.reason ?? end).replaceAll("_", " ")}`;
  return moves(moveTo(snapshot, record, { story, change: { ...after, ...next }, queue, refs }));
}

/** Nobody could lift a hold of years: a time that is over, or further away than the longest quota, counts as none. */
function believable(resetAt: Instant | null, now: Instant): Instant | null {
  if (resetAt === null) return null;
  const seconds = secondsBetween(now, resetAt);
  return seconds > 0 && seconds <= LONGEST_QUOTA_SECONDS ? resetAt : null;
}

/** An attempt that the stop label ended was stopped, whatever its run says of it. */
export function endOf(record: Record, end: AttemptEnd): AttemptEnd {
  const isJudged = ATTEMPT_ENDS[end] !== "good" && ATTEMPT_ENDS[end] !== "none";
  return record.reason === "waits_for_stop" && isJudged ? "stopped" : end;
}

/** Keeps R: its work to go on from, its report to tell people why. */
export function keep(snapshot: Snapshot, baton: Returned): RefMove[] {
  const before = snapshot.unfinished?.oid ?? null;
  if (before === baton.oid) return [];
  return [{ name: unfinishedRef(snapshot.issue.number), before, after: baton.oid }];
}

/** Nothing is left to go on with. */
export function forget(snapshot: Snapshot): RefMove[] {
  const before = snapshot.unfinished?.oid ?? null;
  return before === null ? [] : [{ name: unfinishedRef(snapshot.issue.number), before, after: null }];
}

export function used(report: Report): Pick<Attempt, "turns" | "seconds" | "usd"> {
  const { turns, seconds, usd } = report.usage;
  return { turns, seconds, usd };
}

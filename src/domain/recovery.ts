/** What follows from an attempt that ended: it is gone on with, tried again, waits, or a person has to say something. */
import type { Attempt, Record, RecordBody } from "./record.ts";
import type { Snapshot, Unfinished } from "./snapshot.ts";
import { ATTEMPT_ENDS, type Instant, type Kind, type Reason } from "./task.ts";
import { later } from "./time.ts";

/** How long a retry waits, by retries in a row; there are no more of them than these. */
export const RETRY_SECONDS: readonly number[] = [60, 300];

/** How many attempts in a row may run into one of their limits before a person is asked. */
const MAX_RESUMES = 1;

type Next = Pick<RecordBody, "phase" | "reason" | "not_before" | "wanted">;

/** Where the task goes after an attempt that ended badly or waits; `resetAt`: when a quota is renewed. */
export function afterEnd(
  record: Record,
  ended: Attempt & { end: NonNullable<Attempt["end"]> },
  { now, resetAt }: { now: Instant; resetAt: Instant | null },
): Next {
  const { end, kind, how, work } = ended;
  // Who only had to wait may still have a session to go on in, and who went on has what it began with; a claim that finds nothing
  // of that makes it anew.
  const isFresh = work === null && ATTEMPT_ENDS[end] !== "wait" && how !== "resume";
  const next = isFresh ? "retry" : "resume";
  // What awaits a judge is seen from the findings.
  const goesOn = how === "judge" ? null : ({ kind, how: next } as const);
  const parked: Next = { phase: "parked", reason: end as Reason, not_before: null, wanted: null };
  const again = (not_before: Instant | null): Next => ({
    phase: "queued",
    reason: end as Reason,
    not_before,
    wanted: goesOn,
  });
  const before = inARow(record, ended);
  switch (ATTEMPT_ENDS[end]) {
    case "resume":
      return work !== null && before < MAX_RESUMES ? again(null) : parked;
    case "wait":
      if (end === "stopped")
        return { phase: "queued", reason: "waits_for_stop", not_before: null, wanted: goesOn };
      if (resetAt !== null) return again(resetAt);
      break;
    case "retry":
      break;
    default:
      return parked;
  }
  const seconds = RETRY_SECONDS[before];
  return seconds === undefined ? parked : again(later(now, seconds));
}

/** Attempts of the same kind right before this one whose end asked for the same, since a person's last word. */
function inARow({ attempts, heard }: Record, { kind, end }: Attempt): number {
  const before = attempts.filter(({ n }) => n > heard).toReversed();
  const other = before.findIndex((one) => one.kind !== kind || classOf(one.end) !== classOf(end));
  return other === -1 ? before.length : other;
}

function classOf(end: Attempt["end"]): string | null {
  return end === null ? null : ATTEMPT_ENDS[end];
}

/**
 * What the newest attempt left, where an attempt of this kind can go on from it: it stands on the head as it is now. Attempts since that
 * left nothing, because they were lost on the way, change nothing about that.
 */
export function resumable(
  { unfinished }: Snapshot,
  record: RecordBody,
  kind: Kind,
): { unfinished: Unfinished; last: Attempt } | null {
  if (!unfinished || unfinished.report.kind !== "report") return null;
  const { attempt } = unfinished.report.report;
  const last = record.attempts.findLast(
    ({ n, how, work, end }) => n === attempt || !isLost({ how, work, end }),
  );
  if (!last || last.n !== attempt || last.kind !== kind || last.start.head !== record.head) return null;
  return unfinished.work !== null || unfinished.session !== null ? { unfinished, last } : null;
}

/** As `resumable`, of the newest attempt, and already while its report is being landed: the move that ends it keeps what it left. */
export function willBeResumable(snapshot: Snapshot, record: RecordBody): boolean {
  const last = record.attempts.at(-1);
  if (!last) return false;
  const { baton } = snapshot;
  if (baton.kind !== "report" || baton.report.kind !== "report" || baton.report.report.attempt !== last.n)
    return resumable(snapshot, record, last.kind) !== null;
  return last.start.head === record.head && (baton.work !== null || baton.report.report.session);
}

/** An attempt that was to go on from what is kept, and of which nothing came back. */
function isLost({ how, work, end }: Pick<Attempt, "how" | "work" | "end">): boolean {
  return how === "resume" && work === null && classOf(end) === "retry";
}

/** The report of the newest attempt, as long as it is kept or being landed. */
export function newestReport(snapshot: Snapshot, record: RecordBody) {
  const { baton, unfinished } = snapshot;
  const last = record.attempts.at(-1);
  // What cannot be read names no attempt. Only work that could not be used is kept with such a report.
  const isOdd = last?.end === "bad_report" && last.kind !== "review" && unfinished?.report.kind !== "report";
  if (isOdd && baton.kind !== "report") return unfinished?.report ?? null;
  const read = [baton.kind === "report" ? baton.report : null, unfinished?.report ?? null];
  return (
    read.find((one) => one?.kind === "report" && one.report.attempt === last?.n) ??
    (baton.kind === "report" ? baton.report : null)
  );
}

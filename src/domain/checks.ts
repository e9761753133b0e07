/** Judges the checks of a head one by one, by whether each is required; never by a rollup. */
import type { RecordBody } from "./record.ts";
import type { CheckFacts, Snapshot } from "./snapshot.ts";
import type { Instant } from "./task.ts";
import { secondsBetween } from "./time.ts";

export type Judgement =
  | { kind: "green"; none: boolean }
  | { kind: "pending"; names: string[] }
  | { kind: "red"; names: string[]; checks: CheckFacts[] }
  /** No check has shown up although the base has some; `long`: for a quarter of an hour by now. */
  | { kind: "missing"; long: boolean };

const GOOD = new Set(["success", "neutral", "skipped"]);
const PENDING = new Set(["pending", "queued", "in_progress", "waiting", "requested", "expected"]);

/** Outcomes that say that the check itself did not get to run, or not to its end. */
const NEVER_RAN = new Set(["startup_failure", "action_required", "cancelled", "stale"]);
/** A shell's words for a command that is not there or cannot be run; GitHub Actions ends the log of a failed step with its exit code. */
const NO_COMMAND = /exit code 12[67]\b|: command not found\b/;

/** A quarter of an hour without any check is said. */
export const PATIENCE_SECONDS = 15 * 60;

/**
 * Of the required checks (none required: of all), GZA's own left out. A check that has not reported yet counts as pending.
 * `since`: when the head was put on the branch.
 */
export function judgeChecks(snapshot: Snapshot, since: Instant): Judgement {
  const foreign = (snapshot.pull?.checks ?? []).filter((check) => !check.own);
  if (foreign.length === 0) {
    if (snapshot.repository.baseChecks.length === 0) return { kind: "green", none: true };
    return { kind: "missing", long: isLong(snapshot, since) };
  }
  const required = foreign.filter((check) => check.required);
  const counted = required.length > 0 ? required : foreign;
  // What is still running is waited for first: GitHub runs failed workflow jobs again only when the workflow run is over.
  const pending = counted.filter((check) => PENDING.has(check.outcome));
  if (pending.length > 0) return { kind: "pending", names: namesOf(pending) };
  const red = counted.filter((check) => isBad(check.outcome));
  if (red.length > 0) return { kind: "red", names: namesOf(red), checks: red };
  return { kind: "green", none: false };
}

/** The checks of the record's head. */
export function checksOf(snapshot: Snapshot, record: RecordBody): Judgement {
  return judgeChecks(snapshot, record.head_at ?? record.since);
}

/** Whether nothing more is to be expected of the checks: all over, or a quarter of an hour after the head was put there. */
export function areChecksOver(snapshot: Snapshot, record: RecordBody): boolean {
  const { kind } = checksOf(snapshot, record);
  return kind === "green" || kind === "red" || isLong(snapshot, record.head_at ?? record.since);
}

/** A check that could not do its work, which no change of the code would mend. */
export function couldNotRun({ outcome, log }: CheckFacts): boolean {
  return NEVER_RAN.has(outcome) || (log !== null && NO_COMMAND.test(log));
}

/** Whether the check tells of the time after the rerun: Actions makes new check runs for what runs again. */
export function isNewer({ id, completedAt }: CheckFacts, rerun: NonNullable<RecordBody["rerun"]>): boolean {
  return id === null || !rerun.checks.includes(id) || completedAt === null || completedAt > rerun.at;
}

/** Names of those that are red on the base too. */
export function redOnBase(snapshot: Snapshot, names: readonly string[]): string[] {
  const red = new Set(
    snapshot.repository.baseChecks.filter(({ outcome }) => isBad(outcome)).map(({ name }) => name),
  );
  return names.filter((name) => red.has(name));
}

function namesOf(checks: readonly CheckFacts[]): string[] {
  return [...new Set(checks.map(({ name }) => name))];
}

function isLong(snapshot: Snapshot, since: Instant): boolean {
  return secondsBetween(since, snapshot.now) >= PATIENCE_SECONDS;
}

function isBad(outcome: string): boolean {
  return !GOOD.has(outcome) && !PENDING.has(outcome);
}

/** Judges the checks of a head one by one, by whether each is required; never by a rollup. */
import type { CheckFacts, Snapshot } from "./snapshot.ts";
import type { Instant } from "./task.ts";
import { secondsBetween } from "./time.ts";

export type Judgement =
  | { kind: "green"; none: boolean }
  | { kind: "pending"; names: string[] }
  | { kind: "red"; names: string[] }
  /** No check has shown up although the base has some; `long`: for a quarter of an hour by now. */
  | { kind: "missing"; long: boolean };

const GOOD = new Set(["success", "neutral", "skipped"]);
const PENDING = new Set(["pending", "queued", "in_progress", "waiting", "requested", "expected"]);

/** A quarter of an hour without any check is said. */
export const PATIENCE_SECONDS = 15 * 60;

/**
 * Of the required checks (none required: of all), GZA's own left out. A check that has not reported yet counts as pending.
 * `since`: when the head was put on the branch.
 */
export function judgeChecks(snapshot: Snapshot, since: Instant): Judgement {
  const foreign = (snapshot.pull?.checks ?? []).filter((check) => !check.own);
  if (foreign.length === 0) {
    if (!snapshot.repository.hasBaseChecks) return { kind: "green", none: true };
    return { kind: "missing", long: secondsBetween(since, snapshot.now) >= PATIENCE_SECONDS };
  }
  const required = foreign.filter((check) => check.required);
  const counted = required.length > 0 ? required : foreign;
  const red = counted.filter((check) => isBad(check));
  if (red.length > 0) return { kind: "red", names: red.map((check) => check.name) };
  const pending = counted.filter((check) => PENDING.has(check.outcome));
  if (pending.length > 0) return { kind: "pending", names: pending.map((check) => check.name) };
  return { kind: "green", none: false };
}

function isBad(check: CheckFacts): boolean {
  return !GOOD.has(check.outcome) && !PENDING.has(check.outcome);
}

/** Rule 16: red checks are run once more; those that stay red get a fix attempt, unless it could mend nothing. */
import { atHead, attemptsOf, type AtHead } from "../at-head.ts";
import { checksOf, couldNotRun, isNewer, PATIENCE_SECONDS, redOnBase, type Judgement } from "../checks.ts";
import type { Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import { start } from "../start.ts";
import type { ParkReason } from "../task.ts";
import { later, secondsBetween } from "../time.ts";
import { moveTo } from "../transition.ts";
import { stand } from "./rest.ts";

/** Fix attempts between two words of a person. */
export const MAX_FIXES = 2;

const LOOK_AGAIN_SECONDS = 60;
const LATE_LOG_SECONDS = 60;

type Red = Extract<Judgement, { kind: "red" }>;

export function fixChecks(snapshot: Snapshot, record: Record | null): Answer | null {
  const at = atHead(snapshot, record);
  if (!at) return null;
  const checks = checksOf(snapshot, at.record);
  if (checks.kind !== "red") return null;
  const again = at.record.rerun?.head === at.record.head ? at.record.rerun : null;
  // Checks of other Apps may be asked for again by people and by those Apps alone.
  const canRunAgain = checks.checks.some(({ run }) => run !== null);
  if (!again && canRunAgain) return runAgain(snapshot, at, checks);
  if (again && !isOver(snapshot, again, checks)) {
    const wait = later(snapshot.now, LOOK_AGAIN_SECONDS);
    return stand(snapshot, at.record, { phase: "open", reason: "waits_for_rerun", again: wait });
  }
  if (isLogLate(snapshot, checks)) {
    const wait = later(snapshot.now, LATE_LOG_SECONDS / 4);
    return stand(snapshot, at.record, { phase: "open", reason: "waits_for_rerun", again: wait });
  }
  const stop = whyNotFix(snapshot, at, checks);
  if (stop === null) return start(snapshot, at.record, "fix");
  const story =
    stop === "theirs" ? "would mend a person's head" : `checks are red: ${checks.names.join(", ")}`;
  const change = { phase: "parked", reason: stop, wanted: null } as const;
  return moves(moveTo(snapshot, at.record, { story: story.slice(0, 200), change }));
}

/** The same head gives the same result, or the check is flaky: that is found out before anybody mends anything. */
function runAgain(snapshot: Snapshot, { record }: AtHead, checks: Red): Answer {
  const ids = checks.checks.flatMap(({ id }) => id ?? []).slice(0, 50);
  const names = checks.names.slice(0, 5).map((name) => name.slice(0, 60));
  const rerun = { head: record.head, at: snapshot.now, names, checks: ids };
  return moves(
    moveTo(snapshot, record, {
      story: `runs red checks again: ${checks.names.join(", ")}`.slice(0, 200),
      change: { phase: "open", reason: "waits_for_rerun", rerun },
      intents: [`rerun:${record.head.slice(0, 12)}`],
    }),
  );
}

/** Every check that can run again has done so, or none has for a quarter of an hour. */
function isOver(snapshot: Snapshot, rerun: NonNullable<Record["rerun"]>, { checks }: Red): boolean {
  if (secondsBetween(rerun.at, snapshot.now) >= PATIENCE_SECONDS) return true;
  return checks.every((check) => check.run === null || isNewer(check, rerun));
}

/** GitHub shows a workflow job's log a moment after its end; nothing is decided without it unless it never comes. */
function isLogLate(snapshot: Snapshot, { checks }: Red): boolean {
  return checks.some(({ run, log, completedAt }) => {
    const age = secondsBetween(completedAt ?? snapshot.now, snapshot.now);
    return run !== null && log === "" && age < LATE_LOG_SECONDS;
  });
}

/** Nothing is mended by invention: what could not run, is red on the base too, or stayed red after two fixes goes to a person. */
function whyNotFix(snapshot: Snapshot, { record, config }: AtHead, checks: Red): ParkReason | null {
  if (attemptsOf(record, "fix") >= MAX_FIXES) return "checks_red";
  if (record.wanted?.kind === "improve") return null;
  const base = new Set(redOnBase(snapshot, checks.names));
  if (checks.checks.every((check) => couldNotRun(check) || base.has(check.name))) return "checks_red";
  if (record.theirs) return "theirs";
  return config.checks.fix ? null : "checks_red";
}

/** The policy: twenty rules in order; the first that answers wins. Pure: no clock, no environment, nothing awaited. */
import type { Decision, Effect } from "./decision.ts";
import { effectsOf, intentsDue, renewed } from "./intents.ts";
import { project } from "./project.ts";
import { isLiving, type Record, type RecordBody } from "./record.ts";
import type { Answer, Rule } from "./rule.ts";
import { adoptHead } from "./rules/adopt-head.ts";
import { answerCommand } from "./rules/answer-command.ts";
import { awaitAttempt } from "./rules/await-attempt.ts";
import { begin } from "./rules/begin.ts";
import { finishMerged } from "./rules/finish-merged.ts";
import { fixChecks } from "./rules/fix-checks.ts";
import { improveRejected } from "./rules/improve-rejected.ts";
import { leaveEnded } from "./rules/leave-ended.ts";
import { leaveParked } from "./rules/leave-parked.ts";
import { mergeWanted } from "./rules/merge-wanted.ts";
import { obeyCancel } from "./rules/obey-cancel.ts";
import { obeyStop } from "./rules/obey-stop.ts";
import { openPull } from "./rules/open-pull.ts";
import { rebaseBehind } from "./rules/rebase-behind.ts";
import { recover } from "./rules/recover.ts";
import { refuseBrokenSetup } from "./rules/refuse-broken-setup.ts";
import { refuseUnreadableRecord } from "./rules/refuse-unreadable-record.ts";
import { rest } from "./rules/rest.ts";
import { reviewHead } from "./rules/review-head.ts";
import { settleAttempt } from "./rules/settle-attempt.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Instant } from "./task.ts";
import { later, sooner } from "./time.ts";
import { moveTo } from "./transition.ts";

export const RULES: readonly Rule[] = [
  { n: 1, order: "refuse a record that does not parse", answer: refuseUnreadableRecord },
  { n: 2, order: "finish what was merged", answer: finishMerged },
  { n: 3, order: "leave what is done or cancelled unless a person asks again", answer: leaveEnded },
  { n: 4, order: "obey cancel", answer: obeyCancel },
  { n: 5, order: "obey the stop label", answer: obeyStop },
  { n: 6, order: "settle the attempt that ended", answer: settleAttempt },
  { n: 7, order: "answer the oldest command", answer: answerCommand },
  { n: 8, order: "adopt a head that GZA did not make", answer: adoptHead },
  { n: 9, order: "wait for the attempt in flight, or for the stop label to go", answer: awaitAttempt },
  { n: 10, order: "refuse a broken config or set-up", answer: refuseBrokenSetup },
  { n: 11, order: "leave what is parked until its clearing fact comes true", answer: leaveParked },
  { n: 12, order: "recover the attempt that ended badly", answer: recover },
  { n: 13, order: "begin", answer: begin },
  { n: 14, order: "open the pull request", answer: openPull },
  { n: 15, order: "rebase what conflicts", answer: rebaseBehind },
  { n: 16, order: "fix red checks", answer: fixChecks },
  { n: 17, order: "review a head without verdict", answer: reviewHead },
  { n: 18, order: "improve what was rejected", answer: improveRejected },
  { n: 19, order: "merge what is approved, green and wanted", answer: mergeWanted },
  { n: 20, order: "rest", answer: rest },
];

/** The one decision for a snapshot, by these rules (all of them, unless a test takes one away). */
export function decide(snapshot: Snapshot, rules: readonly Rule[] = RULES): Decision {
  const record = snapshot.record.kind === "record" ? snapshot.record.record : null;
  for (const { n, answer } of rules) {
    const found = answer(snapshot, record);
    if (found) return { rule: n, ...complete(snapshot, record, found) };
  }
  return { rule: 20, reason: "not_asked", move: null, effects: [], again: null };
}

/** Adds what every answer needs: overdue intents renewed, announced things done, labels and status brought in line. */
function complete(snapshot: Snapshot, record: Record | null, answer: Answer): Answer {
  const kept = answer.move || !record ? answer : { ...answer, move: catchUp(snapshot, record) };
  const after: RecordBody | null = kept.move?.record ?? record;
  if (!after) return { ...kept, effects: kept.effects.filter((effect) => isPossible(snapshot, effect)) };
  const seen = {
    ...snapshot,
    findings: kept.move?.findings ?? snapshot.findings,
    receipt: kept.move?.receipt ?? snapshot.receipt,
  };
  const announced = kept.move ? effectsOf(seen, after, snapshot.now) : [];
  const all = [...kept.effects, ...announced, ...project(seen, after)];
  const effects = all.filter((effect) => isPossible(snapshot, effect)).toSorted(byHaste);
  return {
    ...kept,
    effects,
    again: kept.move || !record ? kept.again : nextLook(snapshot, record, kept.again),
  };
}

/** A base may ask for what GZA shows: the merge comes last. */
function byHaste(one: Effect, other: Effect): number {
  return Number(MERGES.has(one.kind)) - Number(MERGES.has(other.kind));
}

const MERGES: ReadonlySet<Effect["kind"]> = new Set(["request_merge", "auto_merge", "enqueue"]);

/** On an issue that is gone nothing can be done; in a locked conversation nothing can be said. */
function isPossible({ issue, comments }: Snapshot, effect: Effect): boolean {
  if (!issue.locked) return true;
  if (effect.kind === "say") return effect.on !== issue.number;
  if (effect.kind === "react") return comments.some(({ id, on }) => id === effect.comment && on === "pull");
  if (effect.kind === "set_labels" || effect.kind === "close_issue") return !issue.gone;
  return effect.kind !== "edit_status";
}

/** Intents are looked after until they are seen done; so is an ended task until it is shown as ended, for no event will come. */
function nextLook(snapshot: Snapshot, record: Record, again: Instant | null): Instant | null {
  const due = sooner(again, intentsDue(snapshot, record));
  const isUnfinished = !isLiving(record) && record.intents.length > 0;
  return due === null && isUnfinished ? later(snapshot.now, LAST_LOOK_SECONDS) : due;
}

const LAST_LOOK_SECONDS = 30;

/** The move that a rule without one still needs: to renew what got lost, or to forget what is done in a task at its end. */
function catchUp(snapshot: Snapshot, record: Record): Answer["move"] {
  const intents = renewed(snapshot, record);
  if (intents) {
    return moveTo(snapshot, record, { story: "announced again what nobody saw done", change: { intents } });
  }
  if (isLiving(record) || record.intents.length === 0 || intentsDue(snapshot, record) !== null) return null;
  // What is forgotten is never looked at again: first everything that can must show the end.
  if (project(snapshot, record).some((effect) => isPossible(snapshot, effect))) return null;
  return moveTo(snapshot, record, { story: "everything is said and done", change: {} });
}

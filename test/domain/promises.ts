/** The promises of the policy, each asked of one state and the decision on it, without looking at how the rules came to it. */
import type { Decision, Effect, RefMove } from "../../src/domain/decision.ts";
import { openFeedback } from "../../src/domain/feedback.ts";
import { backupRef, batonRef, unfinishedRef } from "../../src/domain/names.ts";
import { committed } from "../../src/domain/queue.ts";
import { MAX_RECORD_BYTES, type Attempt, type Record, type RecordBody } from "../../src/domain/record.ts";
import { sentenceFor } from "../../src/domain/sentences.ts";
import { isStopped, mayWrite, type Snapshot } from "../../src/domain/snapshot.ts";
import { ATTEMPT_ENDS } from "../../src/domain/task.ts";
import { secondsBetween } from "../../src/domain/time.ts";

/** The name of the first promise that the decision breaks; null: it keeps them all. */
export function brokenBy(at: Snapshot, decision: Decision): string | null {
  const before = at.record.kind === "record" ? at.record.record : null;
  const after = decision.move?.record ?? before;
  return (
    first(merging(at, before, decision)) ??
    first(stopping(at, decision)) ??
    first(saying(at, decision)) ??
    (after && first(recording(at, after))) ??
    (decision.move && first(moving(at, before, decision.move))) ??
    (after?.attempt && after.attempt.n !== before?.attempt?.n && decision.move
      ? first(beginning(at, before, { attempt: after.attempt, move: decision.move, after }))
      : null)
  );
}

/** The same of a state in which nothing is left to do: it says for what it waits, and every command has its answer. */
export function brokenAtRest(at: Snapshot): string | null {
  const record = at.record.kind === "record" ? at.record.record : null;
  const unanswered =
    record?.reason === "edited" ? undefined : at.discussion.find((one) => mustBeAnswered(at, one));
  if (unanswered) return `never answers ${unanswered.body}`;
  if (record?.phase === "cancelled" && isLeftToGitHub(at)) return "leaves what is called off to GitHub";
  if (!record || record.phase === "done" || record.phase === "cancelled") return null;
  const { what, next } = sentenceFor(at, record);
  if (what === "") return "rests without saying what for";
  const isHeld = record.reason === "waits_for_stop" && at.baton.kind === "report";
  if (record.phase === "running" && !isHeld) return "rests while an attempt is in flight";
  if (record && openFeedback(at, record).length > 0 && at.pull?.autoMerge === "on")
    return "has GitHub merge over a person's words";
  // What a broken config says of the merge nobody knows.
  if (record?.phase === "parked" && record.reason !== "config" && record.merge && at.pull?.autoMerge === "on")
    return "has GitHub merge what waits for a person";
  if (isStopped(at) && isLeftToGitHub(at)) return "leaves what is held to GitHub";
  if (next !== null) return null;
  return WITHOUT_A_STEP.has(record.reason)
    ? null
    : `rests as ${record.phase} ${record.reason} without a next step`;
}

/** What GitHub or another task does. */
const WITHOUT_A_STEP: ReadonlySet<string> = new Set([
  "waits_for_checks",
  "waits_for_pull",
  "waits_for_queue",
]);

/** GitHub merges it without another word. */
function isLeftToGitHub({ pull }: Snapshot): boolean {
  return pull?.state === "open" && (pull.queue === "queued" || pull.autoMerge === "on");
}

type Promises = Iterable<readonly [isKept: boolean, broken: string]>;

function first(promises: Promises): string | null {
  for (const [isKept, broken] of promises) if (!isKept) return broken;
  return null;
}

function* merging(at: Snapshot, before: Record | null, { effects }: Decision): Promises {
  const merges = effects.filter((effect) => MERGING.has(effect.kind) && "head" in effect);
  for (const merge of merges) {
    const isByItself = at.config.kind === "config" && at.config.config.merge.when === "approved";
    yield [before !== null && (before.merge !== null || isByItself), "merges unasked"];
    const isGated = at.pull?.checks.some(({ own, required }) => own && required) === true;
    yield [merge.kind === "request_merge" || isGated, `${merge.kind} though anybody's push would get in`];
    yield [merge.kind !== "enqueue" || at.pull?.queue === "enabled", "enqueues where there is no queue"];
    yield [!at.pull?.mustCatchUp || at.pull.behindBy === 0, "merges what is behind"];
    yield [
      "head" in merge && merge.head === before?.head && merge.head === at.pull?.head,
      "merges another head",
    ];
    yield [at.pull?.mergeable === "mergeable", "merges what conflicts"];
    const isMended = effects.slice(0, effects.indexOf(merge)).some(isReviewGreen);
    const isGreen = at.pull?.checks.every(({ outcome, own }) => outcome === "success" || (own && isMended));
    yield [isGreen === true, "merges red"];
    yield [isApprovedHere(at, before), "merges what nobody approved"];
    yield [before === null || openFeedback(at, before).length === 0, "merges over a person's words"];
    yield [before?.phase !== "parked", "merges what waits for a person"];
  }
  const isMerged = at.pull?.state === "merged" && before !== null && before.phase !== "done";
  yield [!isMerged || at.record.kind === "record", "does not finish what was merged"];
}

/** The review of this very head found no blocker that still stands; asked here of the findings, not of the verdict. */
function isApprovedHere(at: Snapshot, record: Record | null): boolean {
  const wantsReview = at.config.kind === "config" && at.config.config.review.enabled;
  if (!wantsReview) return true;
  const blockers = (at.findings?.known ?? []).filter(
    ({ severity, state }) => severity === "blocker" && (state === "open" || state === "disputed"),
  );
  const { head, verdict, attempts } = record ?? { head: null, verdict: null, attempts: [] };
  const isJudged = attempts.some(
    (one) => one.how === "judge" && one.start.head === head && one.end === "completed",
  );
  return blockers.length === 0 && (isJudged || at.findings?.review?.head === (verdict?.carried_from ?? head));
}

function isReviewGreen(effect: Effect): boolean {
  return effect.kind === "set_check" && effect.conclusion === "success";
}

const MERGING: ReadonlySet<Effect["kind"]> = new Set(["request_merge", "auto_merge", "enqueue"]);
const STARTING: ReadonlySet<Effect["kind"]> = new Set([...MERGING, "dispatch", "rerun_checks"]);

function* stopping(at: Snapshot, { move, effects }: Decision): Promises {
  if (!isStopped(at) || at.record.kind !== "record") return;
  const { phase } = at.record.record;
  if (phase === "done" || phase === "cancelled") return;
  for (const { kind } of effects) yield [!STARTING.has(kind), `${kind} while the stop label is on`];
  const landed = move?.refs.some(({ name, after }) => name.startsWith("refs/heads/") && after !== null);
  yield [landed !== true || isHeard(at, "/gza approve"), "lands while the stop label is on"];
}

function* saying(at: Snapshot, { effects }: Decision): Promises {
  const { issue } = at;
  for (const effect of effects) {
    if (effect.kind === "dispatch")
      yield [at.repository.workflow === "present", "dispatches without a workflow"];
    if (issue.gone)
      yield [effect.kind !== "set_labels" && effect.kind !== "close_issue", "acts on an issue that is gone"];
    if (issue.locked && effect.kind === "say") yield [effect.on !== issue.number, "speaks where nobody can"];
    if (issue.locked) yield [effect.kind !== "edit_status", "edits where nobody can"];
    if (effect.kind !== "say") continue;
    const id = commentOf(effect.key);
    const said = [...at.said.keys()].filter((key) => id !== null && commentOf(key) === id);
    yield [said.every((key) => key === effect.key), "answers a command twice"];
  }
}

/** Id of the comment that an answer is about. */
function commentOf(key: string): string | null {
  return /^answer(?:-pull)?:(\d+):/.exec(key)?.[1] ?? null;
}

function* recording(at: Snapshot, after: RecordBody): Promises {
  yield [(after.attempt === null) === (after.phase !== "running"), "phase and attempt disagree"];
  const isOver = after.phase === "cancelled" || after.phase === "done";
  yield [isOver || at.record.kind !== "record" || at.issue.state === "open", "goes on with a closed issue"];
}

function* moving(at: Snapshot, before: Record | null, move: NonNullable<Decision["move"]>): Promises {
  const { record: after, queue, refs } = move;
  yield [JSON.stringify(after).length < MAX_RECORD_BYTES, "the record grows too large"];
  yield [sentenceFor(at, after).what !== "", "says nothing"];
  const flight = (queue ?? at.ledger.queue).flight.filter(({ issue }) => issue === 7);
  yield [
    after.attempt === null
      ? flight.length === 0
      : flight.length === 1 && flight[0]?.attempt === after.attempt.n,
    "queue and record disagree about what is in flight",
  ];
  const isEnded = before?.phase === "done" || before?.phase === "cancelled";
  if (isEnded && after.phase !== before.phase)
    yield [isAskedAgain(at, before), `${before.phase} moves by itself`];
  if (before) {
    const isNewWord = after.heard !== before.heard || after.asked.at !== before.asked.at;
    yield [!isNewWord || isSpoken(at, before), "counts anew though nobody spoke"];
    const isTrustedAnew = after.trusted && !before.trusted;
    yield [!isTrustedAnew || isHeard(at, "/gza approve") || isByWriters(at), "trusts what nobody approved"];
  }
  yield* carrying(at, before, after);
  yield [before !== null || !after.trusted || isByWriters(at), "trusts an outsider's words"];
  yield [
    after.asked.at === before?.asked.at || mayWrite(at, after.asked.by),
    "was asked by somebody who may not",
  ];
  for (const { name, before: was, after: becomes } of refs) {
    if (name === unfinishedRef(7)) yield [was === (at.unfinished?.oid ?? null), "loses unfinished work"];
    if (name === batonRef(7)) yield [at.baton.kind !== "none" && was === at.baton.oid, "takes another baton"];
    if (!name.startsWith("refs/heads/")) continue;
    yield [was === before?.head && was === at.branchHead, "overwrites a foreign head"];
    yield [becomes !== null && after.landed.includes(becomes), "forgets what it landed"];
    const isKept = refs.some((ref) => isBackupOf(ref, was));
    yield [before?.attempt?.kind !== "rebase" || isKept, "replaces a head without keeping it"];
    yield [before?.trusted === true || isHeard(at, "/gza approve"), "pushes what an outsider asked for"];
    const isCommanded = before?.attempt?.kind !== "implement" || before.head === null;
    yield [isCommanded || !before.theirs, "writes over a person's head"];
  }
}

function* beginning(
  at: Snapshot,
  before: Record | null,
  begun: { attempt: Attempt; move: NonNullable<Decision["move"]>; after: RecordBody },
): Promises {
  const { attempt, move, after } = begun;
  const { kind, how, start, evidence, n } = attempt;
  if (!before) return yield [false, "begins before it was asked"];
  const config = at.config.kind === "config" ? at.config.config : null;
  if (!config) return yield [false, "begins with a broken config"];
  yield [before.attempt === null, "begins over an attempt in flight"];
  yield [at.issue.state === "open", "works on a closed issue"];
  yield [n - after.heard <= 20, "makes more than twenty attempts"];
  const since = before.attempts.filter((one) => one.n > after.heard);
  const same = since.filter((one) => one.evidence === evidence && one.run !== null);
  yield [same.length < 3, "starts the same a fourth time"];
  const writes = kind !== "review" && kind !== "explore";
  yield [!writes || !before.theirs || before.wanted !== null, "writes to a person's branch unasked"];
  yield [
    start.head === before.head && (before.head === null || start.head === at.branchHead),
    "starts from another head",
  ];
  const isPending = at.pull?.checks.some((check) => check.outcome === "pending") === true;
  const isLate = secondsBetween(before.head_at ?? at.now, at.now) >= 900;
  // What a judge is asked stood there before the rebase.
  yield [kind !== "review" || how === "judge" || !isPending || isLate, "reviews before the checks are over"];
  const { job, queue } = move;
  if (job?.kind !== "new" || !queue) return yield [false, "begins without a job or a place"];
  const rebases = queue.flight.filter((one) => one.kind === "rebase").length;
  yield [rebases <= config.parallel.rebases, "makes more rebases at once than may be"];
  yield [queue.flight.length <= config.parallel.tasks, "makes more attempts at once than may be"];
  const isDue = at.pull?.mergeable === "conflicting" || (at.pull?.behindBy ?? 1) > 0;
  yield [kind !== "rebase" || isDue, "rebases what stands on its base"];
  yield [kind === "rebase" || at.pull?.mergeable !== "conflicting", "works on what conflicts"];
  yield [at.pull?.queue !== "queued", "works on what stands in the merge queue"];
  yield [committed(queue) <= config.budget.day + 1e-9, "spends more than a day's budget"];
  const mayCost = (before.settings.budget ?? config.budget.task) - before.spent.usd;
  yield [attempt.reserved <= mayCost + 1e-9 && attempt.reserved > 0, "reserves more than the task may cost"];
  const isHeld = queue.held.some(({ agent, until }) => agent === attempt.agent && until > at.now);
  // git alone does most rebases.
  yield [!isHeld || kind === "rebase", "ignores a quota"];
  yield [job.job.start.head === start.head, "the job starts elsewhere"];
  const last = before.attempts.at(-1);
  const work = how === "resume" ? (at.unfinished?.work ?? null) : null;
  yield [job.job.start.work === work, "goes on from other work"];
  if (how === "resume") {
    const source = sourceOf(at, before);
    yield [source?.work === work && source.kind === kind, "goes on from an older attempt"];
    yield [
      source?.start.head === start.head && source.start.base === start.base,
      "goes on from another head",
    ];
  }
  if (how === "resume" || how === "retry") yield* waiting(at, { last, since, heard: after.heard });
}

function isBackupOf(ref: RefMove, head: string | null): boolean {
  return ref.name.startsWith(backupRef(7, 0).slice(0, -1)) && ref.before === null && ref.after === head;
}

/** A verdict goes along with a head only where the publisher found the same patch. */
function* carrying({ baton }: Snapshot, before: Record | null, after: RecordBody): Promises {
  const { verdict } = after;
  const was = before?.verdict ?? null;
  if (verdict === null || verdict.head === was?.head || before?.attempt?.kind === "review") return;
  const report = baton.kind === "report" && baton.report.kind === "report" ? baton.report.report : null;
  const patch = report?.work?.patch ?? "";
  yield [was !== null && before?.attempt?.kind === "rebase", "carries a verdict where nothing was rebased"];
  yield [patch !== "" && patch === was?.patch, "carries a verdict to another patch"];
  yield [verdict.value === was?.value, "carries another verdict"];
  yield [verdict.head === after.head && verdict.head === report?.work?.head, "carries a verdict elsewhere"];
}

/** The attempt that left what is kept; those since have only gone on from it and left nothing. */
function sourceOf({ unfinished }: Snapshot, { attempts }: Record): Attempt | null {
  const n = unfinished?.report.kind === "report" ? unfinished.report.report.attempt : 0;
  const since = attempts.filter((one) => one.n > n);
  const isNewest = since.every(({ how, work }) => how === "resume" && work === null);
  return isNewest ? (attempts.find((one) => one.n === n) ?? null) : null;
}

/** Backoff and quota, counted here from the attempts alone. */
function* waiting(
  { now, comments }: Snapshot,
  { last, since, heard }: { last: Attempt | undefined; since: Attempt[]; heard: number },
): Promises {
  if (!last?.end || last.n <= heard || ATTEMPT_ENDS[last.end] !== "retry" || comments.length > 0) return;
  const alike = since.toReversed().findIndex(({ end, kind }) => kind !== last.kind || !isRetried(end));
  const times = alike === -1 ? since.length : alike;
  yield [times < 3, "tries a third time"];
  yield [secondsBetween(last.ended ?? now, now) >= (times === 1 ? 60 : 300), "tries again too soon"];
}

function isRetried(end: Attempt["end"]): boolean {
  return end !== null && ATTEMPT_ENDS[end] === "retry";
}

/** A command of somebody who may stands there unheard. */
function isHeard(at: Snapshot, word: string): boolean {
  return at.comments.some(
    ({ body, by, edited }) => body.startsWith(word) && edited === null && mayWrite(at, by),
  );
}

/** Somebody who may said or did something that the record does not know yet. */
function isSpoken(at: Snapshot, before: Record): boolean {
  const isSaid = at.comments.some(({ by }) => mayWrite(at, by));
  const isPushed = at.branchHead !== null && at.branchHead !== before.head;
  return isSaid || isPushed || openFeedback(at, before).length > 0 || isAskedAgain(at, before);
}

function isAskedAgain(at: Snapshot, before: RecordBody): boolean {
  const isLabelled = at.issue.labelled.some((event) => event.on && event.at > before.asked.at);
  const isReopened = before.reason === "issue_closed" || before.reason === "pull_closed";
  return isLabelled || isReopened || at.pull?.state === "merged" || isHeard(at, "/gza run");
}

function isByWriters(at: Snapshot): boolean {
  const { author, edited } = at.issue;
  return mayWrite(at, author) && (edited === null || mayWrite(at, edited.by));
}

function mustBeAnswered(
  at: Snapshot,
  { id, body, by, isBot, edited }: Snapshot["discussion"][number],
): boolean {
  const isCommand = body.startsWith("/gza") && !isBot && edited === null && mayWrite(at, by);
  return isCommand && !at.issue.locked && ![...at.said.keys()].some((key) => commentOf(key) === String(id));
}

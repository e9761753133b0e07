/** Makes the move from one record to the next: folds in what was seen since, and announces what the new state must do once. */
import { createHash } from "node:crypto";
import type { Brief } from "./brief.ts";
import type { Findings } from "./finding.ts";
import { findingsHash } from "./findings.ts";
import { parseCommand } from "./command.ts";
import type { Move, RefMove } from "./decision.ts";
import { answerToQuestion } from "./hear.ts";
import { footprintOf } from "./footprint.ts";
import { openIntents, statusId } from "./intents.ts";
import { batonRef } from "./names.ts";
import { PEOPLE_LABELS } from "./names.ts";
import { hold, settle, type Queue } from "./queue.ts";
import { receiptHash, withEnded, withRebase, type RebaseEntry } from "./receipt.ts";
import { withAttempt, type Attempt, type Record, type RecordBody } from "./record.ts";
import { sentenceFor } from "./sentences.ts";
import type { Snapshot } from "./snapshot.ts";
import type { AttemptEnd, Instant } from "./task.ts";
import { secondsBetween } from "./time.ts";

interface Transition {
  /** One plain sentence. */
  story: string;
  change: Partial<RecordBody>;
  /** Further intents beside those that the new state brings. */
  intents?: string[];
  brief?: Brief;
  findings?: Findings;
  /** A rebase that landed, for the receipt. */
  rebase?: RebaseEntry;
  queue?: Queue;
  job?: Move["job"];
  refs?: RefMove[];
}

/** The move to `change`; `since` is renewed when phase or reason change. */
export function moveTo(snapshot: Snapshot, record: Record, transition: Transition): Move {
  const { mac: _, ...body } = record;
  const next: RecordBody = { ...body, ...seen(snapshot, record), ...transition.change };
  const receipt = receiptAfter(snapshot, record, transition);
  if (receipt !== null) next.receipt = receiptHash(receipt);
  if (transition.findings) next.findings = findingsHash(transition.findings);
  // A cursor that a transition moves on must not take the other one back.
  if (transition.change.seen) next.seen = furthest(seen(snapshot, record).seen, transition.change.seen);
  if (next.phase !== record.phase || next.reason !== record.reason) next.since = snapshot.now;
  const kept = transition.change.intents ?? openIntents(snapshot, next);
  const wanted = [...broughtBy(snapshot, record, next), ...(transition.intents ?? [])];
  next.intents = announce(snapshot, kept, wanted);
  return { ...assemble(transition, next), receipt };
}

/** The receipt with the attempt that this move ends; null: it ends none. */
function receiptAfter(snapshot: Snapshot, record: Record, { change, rebase }: Transition): Move["receipt"] {
  const last = change.attempts?.at(-1);
  if (change.attempt !== null || !last || last.ended === null || last.end === null) return null;
  const { baton, brief } = snapshot;
  const read = baton.kind === "report" && baton.report.kind === "report" ? baton.report.report : null;
  const ended = { ...last, end: last.end, ended: last.ended };
  const told = { ended, report: read?.attempt === last.n ? read : null };
  const receipt = withEnded(snapshot.receipt, { asked: record.asked, brief }, told);
  return rebase ? withRebase(receipt, rebase) : receipt;
}

/** The first move of a task: there is no record yet. */
export function firstMove(
  snapshot: Snapshot,
  first: RecordBody,
  transition: Omit<Transition, "change">,
): Move {
  const wanted = [...broughtBy(snapshot, null, first), ...(transition.intents ?? [])];
  return assemble({ ...transition, change: {} }, { ...first, intents: announce(snapshot, [], wanted) });
}

/** What ends the attempt in flight, to be spread into a transition: the record without it, the queue settled, the baton taken away. */
export function endAttempt(
  snapshot: Snapshot,
  attempt: Attempt,
  {
    resetAt = null,
    ...found
  }: { end: AttemptEnd; resetAt?: Instant | null } & Partial<
    Pick<Attempt, "turns" | "seconds" | "usd" | "work" | "run">
  >,
): { ended: Attempt & { end: AttemptEnd }; queue: Queue; refs: RefMove[] } {
  const ended = {
    ...attempt,
    run: snapshot.run?.id ?? attempt.run,
    seconds: Math.max(0, Math.round(secondsBetween(attempt.claimed, snapshot.now))),
    ...found,
    ended: snapshot.now,
    reserved: 0,
  };
  // Without a report nobody knows what was spent: then all that was reserved counts.
  const spent = "usd" in found ? (found.usd ?? 0) : attempt.reserved;
  const { baton, now } = snapshot;
  const settled = settle(snapshot.ledger.queue, snapshot.issue.number, spent);
  return {
    ended,
    // Every task that wants this agent waits with this one.
    queue: resetAt === null ? settled : hold(settled, attempt.agent, { now, until: resetAt }),
    refs:
      baton.kind === "none"
        ? []
        : [{ name: batonRef(snapshot.issue.number), before: baton.oid, after: null }],
  };
}

/** The counters after an attempt has ended. */
export function counted(record: Record, ended: Attempt): Pick<RecordBody, "attempt" | "attempts" | "spent"> {
  return {
    attempt: null,
    attempts: withAttempt(record.attempts, ended),
    spent: {
      attempts: record.spent.attempts + 1,
      turns: record.spent.turns + ended.turns,
      usd: Math.round((record.spent.usd + (ended.usd ?? 0)) * 10_000) / 10_000,
    },
  };
}

/** Where a task that leaves an attempt or a stop goes on: from its head, or from the beginning. */
export function onwards(record: RecordBody): Pick<RecordBody, "phase" | "reason"> {
  return record.head === null
    ? { phase: "queued", reason: "asked" }
    : { phase: "open", reason: "waits_for_checks" };
}

/** Facts that were found out since the last move and only wait to be written down. */
function seen(
  snapshot: Snapshot,
  record: Record,
): Pick<RecordBody, "status_comment" | "attempt" | "seen" | "base" | "urgent" | "footprint"> {
  const { attempt } = record;
  const { pull, repository, issue } = snapshot;
  return {
    // A base that was renamed: GitHub moves pull requests along, and before there is one the default branch counts.
    base: pull?.base ?? (record.pull === null ? repository.defaultBranch : record.base),
    // The branch is moved first, its pull request follows.
    footprint: pull && pull.head === record.head ? footprintOf(pull.files) : record.footprint,
    urgent: issue.gone ? record.urgent : issue.labels.includes(PEOPLE_LABELS.urgent),
    status_comment: statusId(snapshot) ?? record.status_comment,
    attempt: attempt && { ...attempt, run: snapshot.run?.id ?? attempt.run },
    seen: { ...record.seen, comment: heardUpTo(snapshot, record) },
  };
}

function furthest(one: RecordBody["seen"], other: RecordBody["seen"]): RecordBody["seen"] {
  const feedback = [one.feedback, other.feedback].filter((at) => at !== null).toSorted();
  return { comment: Math.max(one.comment, other.comment), feedback: feedback.at(-1) ?? null };
}

/** Id of the newest comment with no unheard command or answer before it: other comments need none. */
function heardUpTo(snapshot: Snapshot, record: Record): number {
  const answer = answerToQuestion(snapshot, record);
  const first = snapshot.comments.findIndex(
    ({ id, edited, body }) => id === answer?.id || (!edited && parseCommand(body) !== null),
  );
  const passed = first === -1 ? snapshot.comments : snapshot.comments.slice(0, first);
  return passed.reduce((newest, comment) => Math.max(newest, comment.id), record.seen.comment);
}

/** Intents that entering the new state brings along. */
function broughtBy(snapshot: Snapshot, before: Record | null, next: RecordBody): string[] {
  const entered = before === null || before.phase !== next.phase || before.reason !== next.reason;
  const intents: string[] = [];
  // Where the conversation is locked there can be none.
  if (next.status_comment === null && next.reason !== "asked" && !snapshot.issue.locked)
    intents.push("status");
  if (next.phase === "open" && next.head !== null && next.pull === null) intents.push("pull");
  if (next.phase === "parked" && (entered || before.since !== next.since))
    intents.push(`parked:${callOf(snapshot, next)}`);
  if (next.phase === "ready" && next.reason === "ready" && entered) {
    intents.push(`ready:${(next.head ?? "").slice(0, 12)}`);
    if (snapshot.pull?.draft) intents.push("undraft");
  }
  if (next.phase === "done" && next.reason === "merged" && entered) intents.push("close", "branch");
  return intents;
}

function announce(snapshot: Snapshot, kept: RecordBody["intents"], wanted: string[]): RecordBody["intents"] {
  const known = new Set(kept.map(({ key }) => key));
  const added = wanted.filter((key) => !known.has(key)).map((key) => ({ key, at: snapshot.now }));
  return [...kept, ...added].slice(-24);
}

/**
 * What names a call for a person: its time and its reason, for two can come within the second that GitHub's clock shows; or, where GZA tries
 * again by itself every hour, what is wrong: that is said once.
 */
function callOf(snapshot: Snapshot, next: RecordBody): string {
  if (next.reason !== "setup") return `${stamp(snapshot)}.${next.reason}`;
  const { what } = sentenceFor(snapshot, next);
  return `${next.generation}.${next.heard}.setup.${createHash("sha256").update(what).digest("hex").slice(0, 12)}`;
}

function stamp(snapshot: Snapshot): string {
  return snapshot.now.toLowerCase().replace(/[^0-9tz]/g, "");
}

function assemble(transition: Transition, record: RecordBody): Move {
  return {
    story: transition.story,
    record,
    brief: transition.brief ?? null,
    findings: transition.findings ?? null,
    receipt: null,
    queue: transition.queue ?? null,
    job: transition.job ?? null,
    refs: transition.refs ?? [],
  };
}

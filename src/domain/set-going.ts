/** The commands that set a waiting task going again: retry, resume, approve. */
import type { AnswerWord } from "./answers.ts";
import type { CarriedOut } from "./carry-out.ts";
import { branchRef, unfinishedRef } from "./names.ts";
import { roundCents } from "./queue.ts";
import type { Record, RecordBody } from "./record.ts";
import { resumable } from "./recovery.ts";
import type { Snapshot } from "./snapshot.ts";
import { ATTEMPT_ENDS, type Actor, type Kind, type Reason } from "./task.ts";
import { onwards } from "./transition.ts";

/** For these the way on is a change to the work, which `improve` is. */
const MENDED_BY_IMPROVING: ReadonlySet<Reason> = new Set<Reason>([
  "changes_requested",
  "checks_red",
  "disputed",
  "review_cycles",
  "theirs",
]);

/** What a new try does not clear. */
export const NOT_BY_TRYING: ReadonlySet<Reason> = new Set<Reason>([
  "approval",
  "budget",
  "config",
  "dependency",
  "edited",
  "record",
  "untrusted",
]);

/** Again from the branch as it is. */
export function retry(record: Record): CarriedOut | AnswerWord {
  if (record.phase === "parked" && NOT_BY_TRYING.has(record.reason)) return "parked";
  // A branch that GZA never made stays in the way of every new try.
  if (record.reason === "theirs" && !record.theirs) return "parked";
  return { story: "wants another try", word: "retry", change: goOn(record, "retry") };
}

/** From the unfinished work; where none fits the branch as it is, anew, and the answer says so. `more`: dollars. */
export function resume(snapshot: Snapshot, record: Record, more: number | null): CarriedOut | AnswerWord {
  const needsMoney = record.phase === "parked" && record.reason === "budget";
  if (needsMoney && more === null) return "needs_budget";
  if (record.phase === "parked" && !needsMoney && NOT_BY_TRYING.has(record.reason)) return "parked";
  if (record.reason === "theirs" && !record.theirs) return "parked";
  const last = record.attempts.at(-1);
  const from = last ? resumable(snapshot, record, last.kind) : null;
  const word =
    from === null ? "resume_anew" : from.unfinished.session === null ? "resume_work" : "resume_session";
  const change = goOn(record, "resume");
  if (more === null || snapshot.config.kind === "broken")
    return { story: "wants it gone on with", word, change };
  const total = Math.max(record.settings.budget ?? snapshot.config.config.budget.task, record.spent.usd);
  const settings = { ...record.settings, budget: roundCents(total + more) };
  const added = Buffer.from(String(more)).toString("hex");
  const story = `adds $${more} and wants it gone on with`;
  return { story, word: `${word}:${added}`, change: { ...change, settings } };
}

/** Lets the held work on its branch; `hash`: the beginning of the commit that the person has looked at. */
export function approve(
  snapshot: Snapshot,
  record: Record,
  { by, hash }: { by: Actor; hash: string | null },
): CarriedOut | AnswerWord {
  if (record.reason !== "untrusted") return "nothing_to_approve";
  const work = snapshot.unfinished?.work ?? null;
  if (record.branch === null || work === null || work !== record.attempts.at(-1)?.work)
    return "nothing_to_approve";
  if (hash !== null && !work.startsWith(hash)) return "other_commit";
  if (snapshot.branchHead !== record.head) return "parked";
  return {
    story: `approved ${work.slice(0, 7)}, made from words of people who may not write (${by.id})`,
    word: "approve",
    change: {
      trusted: true,
      phase: "open",
      reason: "implemented",
      head: work,
      head_at: snapshot.now,
      theirs: false,
      landed: [...record.landed, work].slice(-12),
    },
    refs: [
      { name: branchRef(record.branch), before: record.head, after: work },
      { name: unfinishedRef(record.issue), before: snapshot.unfinished?.oid ?? null, after: null },
    ],
  };
}

/** Which attempt comes next, and where the task stands until then. */
function goOn(record: Record, how: "retry" | "resume"): Partial<RecordBody> {
  const reason = how === "retry" ? "retried" : "resumed";
  const queued = { phase: "queued", reason, not_before: null } as const;
  const last = record.attempts.at(-1);
  if (record.head === null) {
    const kind: Kind = last?.kind ?? record.kind;
    return last && last.claimed >= record.asked.at ? { ...queued, wanted: { kind, how } } : queued;
  }
  if (MENDED_BY_IMPROVING.has(record.reason)) {
    return { phase: "open", reason: "feedback", wanted: { kind: "improve", how: "first" }, not_before: null };
  }
  const isBad = last?.end !== null && last?.end !== undefined && ATTEMPT_ENDS[last.end] !== "good";
  if (last && isBad && last.kind !== "review") return { ...queued, wanted: { kind: last.kind, how } };
  // Reviews and whatever GitHub refused follow from the facts.
  return { ...onwards(record), wanted: null, not_before: null };
}

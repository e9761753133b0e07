/** Carries out the commands of people: what each changes in the record. */
import type { AnswerWord } from "./answers.ts";
import { causeToWrite } from "./at-head.ts";
import type { Command } from "./command.ts";
import type { RefMove } from "./decision.ts";
import { withWords } from "./feedback.ts";
import type { Findings } from "./finding.ts";
import { dismiss, openFindings, verdictOn } from "./findings.ts";
import type { Record, RecordBody } from "./record.ts";
import { approve, NOT_BY_TRYING, resume, retry } from "./set-going.ts";
import type { CommentFacts, Snapshot } from "./snapshot.ts";
import type { Reason } from "./task.ts";

export interface CarriedOut {
  /** Goes on after the person's name. */
  story: string;
  /** May carry what was said, in hex. */
  word: AnswerWord | `${AnswerWord}:${string}`;
  change: Partial<RecordBody>;
  findings?: Findings;
  refs?: RefMove[];
}

/** What no word about the work clears: the next look would only call the person again. */
const NOT_BY_WORDS: ReadonlySet<Reason> = new Set<Reason>([...NOT_BY_TRYING, "setup"]);

/** A word: it could not be carried out, and that is the answer. `/gza run` and `/gza cancel` have rules of their own. */
export function carryOut(
  snapshot: Snapshot,
  record: Record,
  { comment, command }: { comment: CommentFacts; command: Command },
): CarriedOut | AnswerWord {
  const { by, at } = comment;
  if (by === null) return "not_allowed";
  switch (command.kind) {
    case "status":
    case "help":
      return command.kind;
    case "retry":
      return retry(record);
    case "resume":
      return resume(snapshot, record, command.more);
    case "approve":
      return approve(snapshot, record, { by, hash: command.hash });
    case "merge": {
      if (record.phase === "parked" && record.reason !== "merge_refused") return "parked";
      const merge = { by, method: command.method, at };
      const parked = record.phase === "parked" ? ({ phase: "open", reason: "waits_for_merge" } as const) : {};
      return { story: "wants it merged", word: "merge", change: { merge, ...parked } };
    }
    case "review":
      return isDeaf(record) ? "parked" : review(snapshot);
    case "rebase":
      return isDeaf(record) ? "parked" : rebase(snapshot);
    case "improve":
      return isDeaf(record) ? "parked" : improve(snapshot, record, { comment, text: command.text });
    case "dismiss": {
      const note = `Dismissed by ${by.login}: ${command.why}`;
      return isDeaf(record) ? "parked" : closeFinding(snapshot, record, { n: command.finding, note });
    }
    default:
      return "parked";
  }
}

function isDeaf({ phase, reason }: RecordBody): boolean {
  return phase === "parked" && NOT_BY_WORDS.has(reason);
}

function review({ config }: Snapshot): CarriedOut | AnswerWord {
  if (config.kind === "config" && !config.config.review.enabled) return "no_review";
  return {
    story: "wants it reviewed again",
    word: "review",
    change: { verdict: null, wanted: null, phase: "open", reason: "waits_for_review" },
  };
}

function rebase({ pull }: Snapshot): CarriedOut | AnswerWord {
  if (pull?.queue === "queued") return "in_queue";
  if (pull?.behindBy === 0 && pull.mergeable !== "conflicting") return "nothing_to_rebase";
  const wanted = { kind: "rebase", how: "first" } as const;
  const change = { phase: "open", reason: "conflicts", wanted, not_before: null } as const;
  return { story: "wants it rebased", word: "rebase", change };
}

function improve(
  snapshot: Snapshot,
  record: Record,
  { comment, text }: { comment: CommentFacts; text: string },
): CarriedOut | AnswerWord {
  const { by } = comment;
  const isOpen = openFindings(snapshot.findings).length > 0 || causeToWrite(snapshot, record) !== null;
  if (by === null || (text === "" && !isOpen)) return "nothing_to_improve";
  const change = {
    phase: "open",
    reason: "feedback",
    wanted: { kind: "improve", how: "first" },
    not_before: null,
  } as const;
  const carried = { story: "wants it improved", word: "improve", change } as const;
  if (text === "") return carried;
  return { ...carried, findings: withWords(snapshot.findings, { ...comment, by, body: text }) };
}

/** The verdict is computed anew; a task that waited for a person because of it goes on. */
function closeFinding(
  snapshot: Snapshot,
  record: Record,
  { n, note }: { n: number; note: string },
): CarriedOut | AnswerWord {
  const findings = dismiss(snapshot.findings, n, note.slice(0, 1000));
  if (!findings) return "no_finding";
  const { verdict } = record;
  const change: Partial<RecordBody> = verdict
    ? { verdict: { ...verdictOn(verdict.head, verdict.patch, findings), carried_from: verdict.carried_from } }
    : {};
  const goesOn = record.phase === "parked" ? ({ phase: "open", reason: "waits_for_checks" } as const) : {};
  return { story: `dismissed F${n}`, word: "dismiss", change: { ...change, ...goesOn }, findings };
}

/** Carries out the commands of people about quality and landing: what each changes in the record. */
import type { AnswerWord } from "./answers.ts";
import { causeToWrite } from "./at-head.ts";
import { cleanIncoming } from "./clean.ts";
import type { Command } from "./command.ts";
import { feedbackId } from "./feedback.ts";
import { NO_FINDINGS, type Findings } from "./finding.ts";
import { dismiss, openFindings, verdictOn } from "./findings.ts";
import type { Record, RecordBody } from "./record.ts";
import type { CommentFacts, Snapshot } from "./snapshot.ts";

export interface CarriedOut {
  /** Goes on after the person's name. */
  story: string;
  word: AnswerWord;
  change: Partial<RecordBody>;
  findings?: Findings;
}

/** A word: it could not be carried out, and that is the answer. `/gza cancel` has a rule of its own. */
export function carryOut(
  snapshot: Snapshot,
  record: Record,
  { comment, command }: { comment: CommentFacts; command: Command },
): CarriedOut | AnswerWord {
  const { by, at } = comment;
  if (by === null) return "mistaken";
  switch (command.kind) {
    case "merge": {
      const merge = { by, method: command.method, at };
      const parked = record.phase === "parked" ? ({ phase: "open", reason: "waits_for_merge" } as const) : {};
      return { story: "wants it merged", word: "merge", change: { merge, ...parked } };
    }
    case "review":
      if (snapshot.config.kind === "config" && !snapshot.config.config.review.enabled) return "no_review";
      return {
        story: "wants it reviewed again",
        word: "review",
        change: { verdict: null, phase: "open", reason: "waits_for_review" },
      };
    case "improve":
      return improve(snapshot, record, { comment, text: command.text });
    case "dismiss":
      return closeFinding(snapshot, record, {
        n: command.finding,
        note: `Dismissed by ${by.login}: ${command.why}`,
      });
    default:
      return "mistaken";
  }
}

function improve(
  snapshot: Snapshot,
  record: Record,
  { comment, text }: { comment: CommentFacts; text: string },
): CarriedOut | AnswerWord {
  const { by, at, id } = comment;
  const isOpen = openFindings(snapshot.findings).length > 0 || causeToWrite(snapshot, record) !== null;
  if (by === null || (text === "" && !isOpen)) return "nothing_to_improve";
  const change = { phase: "open", reason: "feedback", wanted: "improve" } as const;
  const carried = { story: "wants it improved", word: "improve", change } as const;
  if (text === "") return carried;
  const before = snapshot.findings ?? NO_FINDINGS;
  const body = cleanIncoming(text, 4000).text;
  const words = { id: feedbackId(`comment ${id}`), by, at, body, path: null, line: null, thread: null };
  return { ...carried, findings: { ...before, words: [...before.words, words].slice(-5) } };
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

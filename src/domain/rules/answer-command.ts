/** Rule 7: the oldest command that was not heard yet is acknowledged at once and answered in one sentence. */
import type { AnswerWord } from "../answers.ts";
import { carryOut } from "../carry-out.ts";
import { COMMANDS, parseCommand, type Command } from "../command.ts";
import type { Findings } from "../finding.ts";
import type { Record, RecordBody } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import { mayWrite, type CommentFacts, type Snapshot } from "../snapshot.ts";
import type { Reason } from "../task.ts";
import { moveTo } from "../transition.ts";

interface Heard {
  comment: CommentFacts;
  command: Command;
  allowed: boolean;
}

export function answerCommand(snapshot: Snapshot, record: Record | null): Answer | null {
  const heard = unheardCommand(snapshot);
  if (!record || !heard) return null;
  const { comment, command, allowed } = heard;
  if (!comment.acknowledged) {
    const isUnderstood = allowed && Object.hasOwn(COMMANDS, command.kind);
    const content = isUnderstood ? "+1" : "confused";
    const effects = [{ kind: "react", comment: comment.id, content } as const];
    return { reason: record.reason, move: null, effects, again: null };
  }
  const who = `@${comment.by?.login ?? "ghost"}`;
  const { story, word, change, findings } = allowed
    ? outcomeOf(snapshot, record, heard)
    : {
        story: `refused ${who}, who may not write`,
        word: "not_allowed" as const,
        change: {},
        findings: null,
      };
  return moves(
    moveTo(snapshot, record, {
      story,
      change: { ...change, seen: { ...record.seen, comment: comment.id } },
      intents: [`answer:${comment.id}:${word}`],
      ...(findings ? { findings } : {}),
    }),
  );
}

/** What a command by somebody who may comes to. */
function outcomeOf(
  snapshot: Snapshot,
  record: Record,
  { comment, command }: Heard,
): { story: string; word: AnswerWord; change: Partial<RecordBody>; findings: Findings | null } {
  const who = `@${comment.by?.login ?? "ghost"}`;
  const refused = refusalFor(command, record);
  const done = refused ?? carryOut(snapshot, record, { comment, command });
  if (typeof done === "string") return { story: `answered ${who}`, word: done, change: {}, findings: null };
  // A person's word: every bound counts from here.
  const change = { ...done.change, heard: record.spent.attempts };
  return { story: `${who} ${done.story}`, word: done.word, change, findings: done.findings ?? null };
}

/** The oldest unheard command; GZA's own comments and edited ones never command. */
export function unheardCommand(snapshot: Snapshot): Heard | null {
  for (const comment of snapshot.comments) {
    const command = comment.edited || comment.isBot ? null : parseCommand(comment.body);
    if (command)
      return {
        comment: withOwnReaction(snapshot, comment),
        command,
        allowed: mayWrite(snapshot, comment.by),
      };
  }
  return null;
}

function withOwnReaction(snapshot: Snapshot, comment: CommentFacts): CommentFacts {
  const told = snapshot.evidence.some((found) => found.kind === "reacted" && found.comment === comment.id);
  return told ? { ...comment, acknowledged: true } : comment;
}

/** What no word about the work clears: the next look would only call the person again. */
const NOT_BY_WORDS: ReadonlySet<Reason> = new Set<Reason>([
  "budget",
  "config",
  "setup",
  "record",
  "untrusted",
]);

/** Why a command by somebody who may is not carried out, as far as phase and words tell; null: it is. */
function refusalFor(command: Command, record: Record): AnswerWord | null {
  if (record.phase === "done" || record.phase === "cancelled") return record.phase;
  switch (command.kind) {
    case "later":
      return "later";
    case "mistaken":
      return command.near === null ? "mistaken" : `mean_${command.near}`;
    case "bad_argument":
      return `bad_${command.command}`;
    case "cancel":
      return null;
    case "merge":
      if (record.phase === "parked" && record.reason !== "merge_refused") return "parked";
      return record.pull === null ? "nothing_to_merge" : null;
    default:
      if (record.pull === null || record.head === null) return "no_pull";
      if (record.phase === "running") return "busy";
      return record.phase === "parked" && NOT_BY_WORDS.has(record.reason) ? "parked" : null;
  }
}

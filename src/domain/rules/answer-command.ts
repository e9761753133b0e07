/** Rule 7: the oldest command that was not heard yet is acknowledged at once and answered in one sentence. */
import type { AnswerWord } from "../answers.ts";
import { parseCommand, type Command } from "../command.ts";
import type { Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import { mayWrite, type CommentFacts, type Snapshot } from "../snapshot.ts";
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
    const content = allowed && (command.kind === "merge" || command.kind === "cancel") ? "+1" : "confused";
    return {
      reason: record.reason,
      move: null,
      effects: [{ kind: "react", comment: comment.id, content }],
      again: null,
    };
  }
  const seen = { ...record.seen, comment: comment.id };
  const who = `@${comment.by?.login ?? "ghost"}`;
  const answered = (word: AnswerWord): string[] => [`answer:${comment.id}:${word}`];
  if (!allowed) {
    return moves(
      moveTo(snapshot, record, {
        story: `refused ${who}, who may not write`,
        change: { seen },
        intents: answered("not_allowed"),
      }),
    );
  }
  const refusal = refusalFor(command, record);
  if (refusal || command.kind !== "merge" || !comment.by) {
    const story = `answered ${who}`;
    return moves(
      moveTo(snapshot, record, { story, change: { seen }, intents: answered(refusal ?? "mistaken") }),
    );
  }
  const merge = { by: comment.by, method: command.method, at: comment.at };
  const parked = record.phase === "parked" ? ({ phase: "open", reason: "waits_for_merge" } as const) : {};
  const change = { seen, merge, heard: record.spent.attempts, ...parked };
  return moves(
    moveTo(snapshot, record, { story: `${who} wants it merged`, change, intents: answered("merge") }),
  );
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

/** Why a command by somebody who may is not carried out; null: it is. */
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
  }
}

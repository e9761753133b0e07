/** Which comment is to be heard next: the oldest command, or the answer to a question that was asked. */
import { askIn } from "./ask.ts";
import { isUnderstood, parseCommand, type Command } from "./command.ts";
import type { Record } from "./record.ts";
import { isListedBot, mayWrite, type CommentFacts, type Snapshot } from "./snapshot.ts";

export interface Heard {
  comment: CommentFacts;
  command: Command;
  /** Its author's word counts here. */
  allowed: boolean;
}

/** The oldest unheard command; GZA's own comments, edited ones and those of bots that are not listed never command. */
export function unheardCommand(snapshot: Snapshot): Heard | null {
  for (const comment of snapshot.comments) {
    const command = commandIn(snapshot, comment);
    if (command && !isAnswered(snapshot, comment))
      return { comment: seenReacted(snapshot, comment), command, allowed: mayWrite(snapshot, comment.by) };
  }
  return null;
}

/** The first words of somebody who may, said since the agent asked its question; null: nobody has said any. */
export function answerToQuestion(snapshot: Snapshot, record: Record): CommentFacts | null {
  if (record.phase !== "parked" || record.reason !== "question") return null;
  const found = snapshot.comments.find(
    (comment) =>
      parseCommand(comment.body) === null &&
      (!comment.isBot || isListedBot(snapshot, comment.by)) &&
      mayWrite(snapshot, comment.by),
  );
  return found ? seenReacted(snapshot, found) : null;
}

/** Id of the newest comment that can be seen; 0: there is none. */
export function newestComment({ comments }: Snapshot): number {
  return comments.reduce((newest, { id }) => Math.max(newest, id), 0);
}

/** The reaction that says at once that a command arrived. */
export function reactionTo({ command, allowed }: Heard): "+1" | "confused" {
  return allowed && isUnderstood(command) ? "+1" : "confused";
}

function commandIn(snapshot: Snapshot, comment: CommentFacts): Command | null {
  const isDeaf = comment.edited !== null || (comment.isBot && !isListedBot(snapshot, comment.by));
  return isDeaf ? null : parseCommand(comment.body);
}

/**
 * Where there is no record, no cursor says what was heard: what was answered was, and what cannot or need not be answered must not
 * stand before the next command. People who may not are told so once.
 */
function isAnswered(snapshot: Snapshot, comment: CommentFacts): boolean {
  const { record, said, evidence, issue } = snapshot;
  if (record.kind !== "none") return false;
  const keys = [...said.keys(), ...evidence.flatMap((found) => (found.kind === "said" ? [found.key] : []))];
  if (keys.some((key) => key.startsWith(`answer:${comment.id}:`))) return true;
  if (issue.locked) return issue.state === "closed" || askIn(snapshot, comment) === null;
  const isTold = keys.some((key) => key.endsWith(":not_allowed"));
  return isTold && !mayWrite(snapshot, comment.by) && seenReacted(snapshot, comment).acknowledged;
}

function seenReacted(snapshot: Snapshot, comment: CommentFacts): CommentFacts {
  const told = snapshot.evidence.some((found) => found.kind === "reacted" && found.comment === comment.id);
  // Nobody can react where the conversation is locked; the command counts all the same.
  return told || snapshot.issue.locked ? { ...comment, acknowledged: true } : comment;
}

/** Rule 13: a task begins when somebody who may asks for it, and its first attempt when it is its turn. */
import { askIn, isChangedSince, newestAsk, wantsPlan } from "../ask.ts";
import { freshTask, isTrusted, withText } from "../fresh-task.ts";
import { newestComment, unheardCommand } from "../hear.ts";
import type { Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import { mayWrite, type Snapshot } from "../snapshot.ts";
import { start } from "../start.ts";
import { firstMove, moveTo } from "../transition.ts";
import { refuseAsk } from "./refuse-ask.ts";

export function begin(snapshot: Snapshot, record: Record | null): Answer | null {
  if (record) {
    const isFirst = record.phase === "queued" && !record.attempt && record.head === null;
    return isFirst ? (takeEdit(snapshot, record) ?? start(snapshot, record, record.kind)) : null;
  }
  if (snapshot.issue.state === "closed") return null;
  const heard = unheardCommand(snapshot);
  const said = heard?.comment.acknowledged ? askIn(snapshot, heard.comment) : null;
  const ask = said ?? newestAsk(snapshot);
  if (!ask) return null;
  if (!mayWrite(snapshot, ask.by)) return refuseAsk(snapshot, ask, "not-allowed");
  if (wantsPlan(snapshot)) return refuseAsk(snapshot, ask, "no-plan");
  const { brief, body } = freshTask(snapshot, ask, null);
  const isChanged = isChangedSince(snapshot, ask);
  const state = isChanged ? ({ phase: "parked", reason: "edited" } as const) : {};
  const story = `asked by @${ask.by.login}`;
  // Every command before this was answered while there was no task.
  const seen = { ...body.seen, comment: said && heard ? heard.comment.id : newestComment(snapshot) };
  const intents = said && heard && !isChanged ? [`answer:${heard.comment.id}:run`] : [];
  return moves(firstMove(snapshot, { ...body, ...state, seen }, { story, brief, intents }));
}

/** The text changed before any attempt was made of it: by somebody who may, it is what is wanted now; by others, the person who asked decides. */
function takeEdit(snapshot: Snapshot, record: Record): Answer | null {
  const { edited } = snapshot.issue;
  const isAttempted = record.attempts.some(({ claimed }) => claimed >= record.asked.at);
  if (isAttempted || edited === null || edited.at <= record.asked.at || snapshot.brief === null) return null;
  const brief = withText(snapshot, snapshot.brief);
  if (brief.hash === record.brief) return null;
  const who = `@${edited.by?.login ?? "ghost"}`;
  if (mayWrite(snapshot, edited.by)) {
    const change = { brief: brief.hash, trusted: isTrusted(snapshot) };
    return moves(moveTo(snapshot, record, { story: `${who} changed the text`, change, brief }));
  }
  const change = { phase: "parked", reason: "edited" } as const;
  return moves(moveTo(snapshot, record, { story: `${who}, who may not write, changed the text`, change }));
}

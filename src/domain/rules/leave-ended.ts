/** Rule 3: what is done or cancelled stays so, unless somebody who may puts the label on again: then a new generation begins. */
import { newestAsk } from "../ask.ts";
import { isLiving, type Record } from "../record.ts";
import { moves, rests, type Answer } from "../rule.ts";
import { mayWrite, type Snapshot } from "../snapshot.ts";
import { moveTo } from "../transition.ts";
import { freshTask } from "./begin.ts";
import { unheardCommand } from "./answer-command.ts";

export function leaveEnded(snapshot: Snapshot, record: Record | null): Answer | null {
  if (!record || isLiving(record)) return null;
  const ask = newestAsk(snapshot);
  const isNew = ask !== null && ask.at > record.asked.at && snapshot.issue.state === "open";
  if (isNew && mayWrite(snapshot, ask.by)) {
    const generation = record.generation + 1;
    const { brief, body } = freshTask(snapshot, ask);
    const { spent, attempts, status_comment, intents } = record;
    const change = { ...body, generation, spent, attempts, heard: spent.attempts, status_comment, intents };
    return moves(moveTo(snapshot, record, { story: `asked again by @${ask.by.login}`, change, brief }));
  }
  return unheardCommand(snapshot) ? null : rests(record.reason);
}

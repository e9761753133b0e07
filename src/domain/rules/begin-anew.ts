/** Starts a new generation of a task: its text is read anew, and nothing of the old one's work is built upon. */
import { isChangedSince, type Ask } from "../ask.ts";
import { freshTask } from "../fresh-task.ts";
import { unfinishedRef } from "../names.ts";
import { isLiving, type Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import { moveTo } from "../transition.ts";

/** `comment`: id of the `/gza run` that asks; null: the label does. A pull request that is still open is closed: the new one replaces it. */
export function beginAnew(
  snapshot: Snapshot,
  record: Record,
  { ask, comment }: { ask: Ask; comment: number | null },
): Answer {
  const { brief, body } = freshTask(snapshot, ask, record);
  const { unfinished, pull } = snapshot;
  const kept = { name: unfinishedRef(record.issue), before: unfinished?.oid ?? null, after: null };
  const intents: string[] = [];
  if (isLiving(record) && record.pull !== null && pull?.state === "open")
    intents.push(`replace:${record.pull}`);
  const isChanged = isChangedSince(snapshot, ask);
  if (comment !== null && !isChanged) intents.push(`answer:${comment}:run`);
  const state = isChanged ? ({ phase: "parked", reason: "edited" } as const) : {};
  const seen = comment === null ? body.seen : { ...body.seen, comment };
  return moves(
    moveTo(snapshot, record, {
      story: `asked again by @${ask.by.login}`,
      change: { ...body, ...state, seen },
      brief,
      intents,
      refs: unfinished === null ? [] : [kept],
    }),
  );
}

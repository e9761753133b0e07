/** Rule 2: what was merged, by anyone, is done. */
import type { Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import { counted, endAttempt, moveTo } from "../transition.ts";

export function finishMerged(snapshot: Snapshot, record: Record | null): Answer | null {
  const { pull } = snapshot;
  if (!record || pull?.state !== "merged" || record.phase === "done") return null;
  const by =
    pull.mergedBy === null || pull.mergedBy.id === snapshot.me.id ? "" : ` by @${pull.mergedBy.login}`;
  const story = `merged pull request #${pull.number}${by}`;
  const change = { phase: "done", reason: "merged", pull: pull.number, not_before: null } as const;
  if (!record.attempt) return moves(moveTo(snapshot, record, { story, change }));
  const { ended, queue, refs } = endAttempt(snapshot, record.attempt, { end: "cancelled" });
  const intents = ended.run === null ? [] : [`run:${ended.run}`];
  return moves(
    moveTo(snapshot, record, {
      story,
      change: { ...change, ...counted(record, ended) },
      queue,
      refs,
      intents,
    }),
  );
}

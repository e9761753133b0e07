/** Rule 12: an attempt that is to be made again, by itself or on a person's word, is started. */
import { atHead, causeToWrite } from "../at-head.ts";
import { checksOf } from "../checks.ts";
import type { Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import { start } from "../start.ts";
import { moveTo, onwards } from "../transition.ts";

export function recover(snapshot: Snapshot, record: Record | null): Answer | null {
  // Open where GitHub had not caught up, or the branch conflicted, when it was looked at last.
  if (!record || record.attempt || (record.phase !== "queued" && record.phase !== "open")) return null;
  const { wanted } = record;
  if (wanted === null || (wanted.how !== "resume" && wanted.how !== "retry")) return null;
  // Whether it is still needed is seen where rebases are begun.
  if (wanted.kind === "rebase") return null;
  if (record.head === null) return start(snapshot, record, wanted.kind, wanted.how);
  const at = atHead(snapshot, record);
  // GitHub has not caught up, or the branch conflicts: the facts decide what comes first.
  if (!at) return null;
  const isMoot =
    (wanted.kind === "fix" && checksOf(snapshot, record).kind !== "red") ||
    (wanted.kind === "improve" && causeToWrite(snapshot, record) === null);
  if (!isMoot) return start(snapshot, at.record, wanted.kind, wanted.how);
  const change = { ...onwards(record), wanted: null };
  return moves(moveTo(snapshot, record, { story: "nothing is left to do again", change }));
}

/** Rule 19: what is approved, green, mergeable and wanted is merged, by GitHub's own machinery and at exactly the approved head. */
import { mergeMessage, mergeTitle } from "../comments.ts";
import type { Effect } from "../decision.ts";
import type { Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import { later } from "../time.ts";
import { moveTo } from "../transition.ts";
import { standing } from "../standing.ts";

/** GitHub answers these when the merge will not come by waiting; 409 only means that something moved. */
const FINAL = new Set([403, 404, 405, 422]);
const LOOK_AGAIN_SECONDS = 60;

export function mergeWanted(snapshot: Snapshot, record: Record | null): Answer | null {
  const { pull, config } = snapshot;
  if (!record?.merge || record.attempt || !pull || config.kind === "broken") return null;
  if (standing(snapshot, record).phase !== "ready" || record.head === null) return null;
  const refused = snapshot.evidence.findLast(
    (found) => found.kind === "merge_refused" && found.head === record.head,
  );
  if (refused?.kind === "merge_refused" && FINAL.has(refused.status)) {
    const change = { phase: "parked", reason: "merge_refused", merge: null } as const;
    return moves(moveTo(snapshot, record, { story: "GitHub refused the merge", change }));
  }
  const again = later(snapshot.now, LOOK_AGAIN_SECONDS);
  if (refused) return { reason: "waits_for_merge", move: null, effects: [], again };
  const effects: Effect[] = [
    {
      kind: "request_merge",
      pull: pull.number,
      head: record.head,
      method: record.merge.method ?? config.config.merge.method,
      title: mergeTitle(snapshot, record),
      message: mergeMessage(record),
    },
  ];
  if (pull.draft)
    effects.unshift({
      kind: "edit_pull",
      number: pull.number,
      nodeId: pull.nodeId,
      change: { draft: false },
    });
  return { reason: "waits_for_merge", move: null, effects, again };
}

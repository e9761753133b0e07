/** Rule 19: what is approved, green, mergeable and wanted is merged, by GitHub's own machinery and at exactly the approved head. */
import type { Effect } from "../decision.ts";
import { isGated, isGateShown } from "../gate.ts";
import { mergeMessage, mergeTitle } from "../merge-message.ts";
import { isNext, wantsMerge } from "../landing-order.ts";
import type { Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import type { Config } from "../config.ts";
import type { Evidence, PullFacts, Snapshot } from "../snapshot.ts";
import { standing } from "../standing.ts";
import type { Sha } from "../task.ts";
import { later, secondsBetween } from "../time.ts";
import { moveTo } from "../transition.ts";
import { stand } from "./rest.ts";

/** GitHub answers these when the merge will not come by waiting; 409 only means that something moved. */
const FINAL = new Set([403, 404, 405, 422]);
/** A rule of the base is not met: what GitHub's own merging by itself waits for. */
const NOT_YET = 405;
const LOOK_AGAIN_SECONDS = 60;
/** So long a check that was just made may not show. */
const LATE_SECONDS = 60;

export function mergeWanted(snapshot: Snapshot, record: Record | null): Answer | null {
  const { pull, config } = snapshot;
  if (!record || record.attempt || !pull || config.kind === "broken" || record.head === null) return null;
  if (!wantsMerge(record, config.config)) return null;
  if (hasLeftQueue(record, pull))
    return giveUp(snapshot, record, "left the merge queue without being merged");
  if (standing(snapshot, record).phase !== "ready") return null;
  const again = later(snapshot.now, LOOK_AGAIN_SECONDS);
  if (!isNext(snapshot, record))
    return stand(snapshot, record, { phase: "ready", reason: "waits_for_landing", again });
  const refused = snapshot.evidence.findLast(
    (found) => found.kind === "merge_refused" && found.head === record.head,
  );
  const status = refused?.kind === "merge_refused" ? refused.status : null;
  if (isGateLate(snapshot, record, { pull, config: config.config, status }))
    return {
      reason: "waits_for_merge",
      move: null,
      effects: [],
      again: later(snapshot.now, LATE_SECONDS / 4),
    };
  const effect = mergeEffect(snapshot, record, { pull, head: record.head, config: config.config, status });
  if (effect === null) return giveUp(snapshot, record, "GitHub refused the merge");
  const isUnderWay = snapshot.evidence.some((found) => isAsked(found, record.head));
  if (isUnderWay || status === 409) return { reason: "waits_for_merge", move: null, effects: [], again };
  const effects: Effect[] = [effect];
  if (pull.draft)
    effects.unshift({
      kind: "edit_pull",
      number: pull.number,
      nodeId: pull.nodeId,
      change: { draft: false },
    });
  return { reason: "waits_for_merge", move: null, effects, again };
}

/** Whether GitHub may be left to merge it cannot be told yet. */
function isGateLate(
  { now }: Snapshot,
  { since }: Record,
  { pull, config, status }: { pull: PullFacts; config: Config; status: number | null },
): boolean {
  const isAskedFor = pull.queue === "enabled" || status === NOT_YET;
  return isAskedFor && !isGateShown(pull, config) && secondsBetween(since, now) < LATE_SECONDS;
}

/** What fails there would fail again: a person or a check has taken it out. */
function hasLeftQueue({ reason, head }: Record, pull: PullFacts): boolean {
  return (
    reason === "waits_for_queue" && pull.queue === "enabled" && pull.state === "open" && pull.head === head
  );
}

function giveUp(snapshot: Snapshot, record: Record, story: string): Answer {
  const change = { phase: "parked", reason: "merge_refused", merge: null } as const;
  return moves(moveTo(snapshot, record, { story, change }));
}

function isAsked(found: Evidence, head: Sha | null): boolean {
  return found.kind === "merge_asked" && found.head === head;
}

/**
 * How GitHub is asked: it merges at once; or from its queue; or, where a rule is not met that it does not tell of before, by itself once it
 * is. The latter two only behind the review's required check. null: a person has to do something.
 */
function mergeEffect(
  snapshot: Snapshot,
  record: Record,
  found: { pull: PullFacts; head: Sha; config: Config; status: number | null },
): Effect | null {
  const { pull, head, config, status } = found;
  const { nodeId } = pull;
  const isRefused = status !== null && FINAL.has(status);
  if (pull.queue === "enabled") return isGated(pull) && !isRefused ? { kind: "enqueue", nodeId, head } : null;
  const words = {
    pull: pull.number,
    head,
    method: record.merge?.method ?? config.merge.method,
    title: mergeTitle(snapshot, record),
    message: mergeMessage(snapshot, record),
  };
  if (!isRefused) return { kind: "request_merge", ...words };
  const mayWait = status === NOT_YET && pull.autoMerge === "allowed" && isGated(pull);
  return mayWait ? { kind: "auto_merge", nodeId, ...words } : null;
}

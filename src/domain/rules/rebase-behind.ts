/** Rule 15: a pull request that conflicts with its base is put on the newest base; one that is only behind, where that is asked for. */
import { causeToRebase, isOnBase, onHead, type AtHead } from "../at-head.ts";
import { inTheWay, isPatient } from "../landing-order.ts";
import type { Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import { start } from "../start.ts";
import { later, secondsBetween } from "../time.ts";
import { moveTo } from "../transition.ts";
import { stand } from "./rest.ts";

/** GitHub may still show what it computed for the head before. */
const STALE_SECONDS = 60;
const LOOK_AGAIN_SECONDS = 300;

export function rebaseBehind(snapshot: Snapshot, record: Record | null): Answer | null {
  const at = onHead(snapshot, record);
  if (!at) return null;
  const wanted = at.record.wanted?.kind === "rebase" ? at.record.wanted : null;
  const isWanted = wanted !== null;
  const cause = causeToRebase(snapshot, at.record);
  if (cause === null) {
    if (!isWanted) return null;
    const story = "it stands on the newest base already";
    return moves(moveTo(snapshot, at.record, { story, change: { wanted: null } }));
  }
  if (at.record.theirs && !isWanted) {
    const change = { phase: "parked", reason: "theirs" } as const;
    return moves(moveTo(snapshot, at.record, { story: "would rebase a person's head", change }));
  }
  if (!isWanted && isOnBase(at.record, at.pull)) return giveUp(snapshot, at);
  const again = later(snapshot.now, LOOK_AGAIN_SECONDS);
  // Whose turn it is among those that GitHub merges by itself is settled.
  const isLeft = cause === "behind" && at.pull.autoMerge === "on";
  if (!isWanted && !isLeft && letsOthersLand(snapshot, at.record)) {
    return stand(snapshot, at.record, { phase: "open", reason: "waits_for_landing", again });
  }
  return start(snapshot, at.record, "rebase", wanted?.how ?? "first");
}

/** It stands on the newest base, and GitHub says that it conflicts all the same. */
function giveUp(snapshot: Snapshot, { record }: AtHead): Answer {
  const since = record.attempts.at(-1)?.ended ?? record.since;
  if (secondsBetween(since, snapshot.now) < STALE_SECONDS) {
    const again = later(snapshot.now, STALE_SECONDS);
    return stand(snapshot, record, { phase: "open", reason: "conflicts", again });
  }
  const change = { phase: "parked", reason: "conflict", wanted: null } as const;
  return moves(
    moveTo(snapshot, record, { story: "conflicts although it stands on the newest base", change }),
  );
}

/** Who stands in line for room has let others go first already, and nobody waits for ever. */
function letsOthersLand(snapshot: Snapshot, record: Record): boolean {
  const hasWaited = record.phase === "queued" || isPatient(snapshot, record);
  return !hasWaited && inTheWay(snapshot, record).length > 0;
}

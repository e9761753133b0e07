/** Rule 11: what is parked waits for a person, or for the fact that clears it. */
import { checksOf } from "../checks.ts";
import type { Record } from "../record.ts";
import { moves, rests, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Instant } from "../task.ts";
import { later } from "../time.ts";
import { moveTo, onwards } from "../transition.ts";
import { causeToPush } from "../at-head.ts";
import { faultOf } from "./refuse-broken-setup.ts";

export function leaveParked(snapshot: Snapshot, record: Record | null): Answer | null {
  if (record?.phase !== "parked") return null;
  const story = clearedBy(snapshot, record);
  if (!story) return rests(record.reason, lookAgain(snapshot, record));
  return moves(
    moveTo(snapshot, record, { story, change: { ...onwards(record), config: snapshot.config.blob } }),
  );
}

/** GitHub tells nobody when it has found out whether there still is a conflict. */
const MERGEABILITY_SECONDS = 60;

function lookAgain({ now, pull }: Snapshot, record: Record): Instant | null {
  if (record.reason === "setup") return tryAt(record);
  const isAboutBase = record.reason === "conflict" || record.reason === "theirs";
  return isAboutBase && pull?.mergeable === "unknown" ? later(now, MERGEABILITY_SECONDS) : null;
}

/** When a set-up whose fault only shows in trying is tried again. */
function tryAt({ since }: Record): Instant {
  return later(since, 3600);
}

/** What came true, as the story tells it; null: nothing that would clear this. */
function clearedBy(snapshot: Snapshot, record: Record): string | null {
  switch (record.reason) {
    case "config":
      return faultOf(snapshot) === null ? "the config was mended" : null;
    case "setup": {
      if (faultOf(snapshot) !== null) return null;
      // What is missing cannot always be seen: then only a new try tells.
      const hasNoPull = record.head !== null && record.pull === null;
      const wasRefused = hasNoPull || record.attempts.at(-1)?.ended === record.since;
      if (!wasRefused) return "the set-up is complete";
      return tryAt(record) <= snapshot.now ? "tries again whether it is set up now" : null;
    }
    case "checks_red": {
      const { kind } = checksOf(snapshot, record);
      return kind === "green" || kind === "pending" ? "the checks run again" : null;
    }
    case "conflict":
      return snapshot.pull?.mergeable === "mergeable" ? "the conflict is gone" : null;
    case "theirs":
      // Every push to the base has GitHub find out anew: meanwhile nothing is known to be gone.
      if (!record.theirs || snapshot.pull?.mergeable === "unknown") return null;
      return causeToPush(snapshot, record) === null ? "nothing is left to write" : null;
    default:
      return null;
  }
}

/** Rule 9: while an attempt is in flight, or the stop label is on, nothing else is begun. */
import { INTENT_SECONDS } from "../intents.ts";
import type { Record } from "../record.ts";
import { rests, type Answer } from "../rule.ts";
import { isLiving } from "../record.ts";
import { isStopped, type Snapshot } from "../snapshot.ts";
import { later } from "../time.ts";

/** An event ends every run; this only finds what an event did not bring. */
const LOOK_AGAIN_SECONDS = 300;

export function awaitAttempt(snapshot: Snapshot, record: Record | null): Answer | null {
  if (!record?.attempt)
    return record && isLiving(record) && isStopped(snapshot) ? rests(record.reason) : null;
  const dispatched = snapshot.baton.kind === "job" ? snapshot.baton.at : record.attempt.claimed;
  const again = snapshot.run ? later(snapshot.now, LOOK_AGAIN_SECONDS) : later(dispatched, INTENT_SECONDS);
  return rests(record.reason, again > snapshot.now ? again : later(snapshot.now, 30));
}

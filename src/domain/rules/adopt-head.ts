/** Rule 8: a head that GZA did not make is a person's; it is adopted, and never written over. */
import { isLiving, type Attempt, type Record } from "../record.ts";
import { moves, rests, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import { later, secondsBetween } from "../time.ts";
import { counted, endAttempt, moveTo } from "../transition.ts";

/** So long an older head of GZA's own may be a reading from just before the branch moved. */
const STALE_SECONDS = 60;

export function adoptHead(snapshot: Snapshot, record: Record | null): Answer | null {
  const { branchHead, pull } = snapshot;
  if (!record || !isLiving(record) || record.head === null) return null;
  if (branchHead === null || branchHead === record.head || pull?.state === "merged") return null;
  const isFresh = secondsBetween(record.head_at ?? record.since, snapshot.now) < STALE_SECONDS;
  if (record.landed.includes(branchHead) && isFresh) {
    return rests(record.reason, later(snapshot.now, STALE_SECONDS));
  }
  const change = {
    head: branchHead,
    head_at: snapshot.now,
    theirs: true,
    shared: true,
    heard: record.spent.attempts,
    rerun: null,
    wanted: null,
  };
  const story = `adopted ${branchHead.slice(0, 7)}, which a person pushed`;
  // A review goes on: it is posted for the head that it looked at.
  if (record.attempt?.kind === "review") return moves(moveTo(snapshot, record, { story, change }));
  const next = { phase: "open", reason: "person_pushed" } as const;
  if (!record.attempt) return moves(moveTo(snapshot, record, { story, change: { ...change, ...next } }));
  return fence(snapshot, record, { attempt: record.attempt, story, change: { ...change, ...next } });
}

/** What was to be written no longer fits the branch: the run is stopped, and what it brings later finds its lease lost. */
function fence(
  snapshot: Snapshot,
  record: Record,
  { attempt, story, change }: { attempt: Attempt; story: string; change: Partial<Record> },
): Answer {
  const { ended, queue, refs } = endAttempt(snapshot, attempt, { end: "superseded" });
  const after = counted(record, ended);
  return moves(
    moveTo(snapshot, record, {
      story,
      change: { ...change, ...after, heard: after.spent.attempts },
      queue,
      refs,
      intents: ended.run === null ? [] : [`run:${ended.run}`],
    }),
  );
}

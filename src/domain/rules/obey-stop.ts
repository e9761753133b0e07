/** Rule 5: while the stop label is on, what is in flight is stopped with its work saved, and nothing else is begun. */
import { isLiving, type Attempt, type Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import { isStopped, type Snapshot } from "../snapshot.ts";
import { counted, endAttempt, moveTo } from "../transition.ts";

const HELD = { phase: "queued", reason: "waits_for_stop" } as const;

export function obeyStop(snapshot: Snapshot, record: Record | null): Answer | null {
  if (!record || !isLiving(record) || record.phase === "parked" || !isStopped(snapshot)) return null;
  if (record.reason === "waits_for_stop") return null;
  const story = "the stop label holds it";
  // Nothing is merged meanwhile, by GitHub itself neither.
  const intents = record.pull === null ? [] : [`hold:${record.pull}`];
  if (!record.attempt) return moves(moveTo(snapshot, record, { story, change: HELD, intents }));
  return stop(snapshot, record, { attempt: record.attempt, story, intents });
}

/** A cancelled run still brings back what it has; one that nobody has seen yet finds its lease lost. */
function stop(
  snapshot: Snapshot,
  record: Record,
  { attempt, story, intents }: { attempt: Attempt; story: string; intents: string[] },
): Answer {
  const run = snapshot.run?.id ?? attempt.run;
  if (run !== null) {
    const change = { phase: "running", reason: HELD.reason } as const;
    return moves(moveTo(snapshot, record, { story, change, intents: [...intents, `run:${run}`] }));
  }
  const { ended, queue, refs } = endAttempt(snapshot, attempt, { end: "stopped", usd: 0 });
  const { kind, how } = attempt;
  const wanted = how === "resume" || how === "retry" ? { kind, how } : null;
  const change = { ...counted(record, ended), ...HELD, wanted };
  return moves(moveTo(snapshot, record, { story, change, queue, refs, intents }));
}

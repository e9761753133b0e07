/** Rule 10: with a config that cannot be read, without the workflow file or without a permission nothing is begun; it is said once, with the place. */
import { isChangedSince, newestAsk } from "../ask.ts";
import { newestComment, unheardCommand } from "../hear.ts";
import { isLiving, type Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import { mayWrite, type Snapshot } from "../snapshot.ts";
import { firstMove, moveTo } from "../transition.ts";
import { freshTask } from "../fresh-task.ts";

export function refuseBrokenSetup(snapshot: Snapshot, record: Record | null): Answer | null {
  const fault = faultOf(snapshot);
  if (!fault) return null;
  const state = { phase: "parked", reason: fault, config: snapshot.config.blob } as const;
  const story =
    fault === "config" ? "refused a config that cannot be read" : "refused to start: GZA is not set up here";
  if (record) {
    const { phase, reason } = record;
    // A fault that was only met in trying and can be seen by now is written down anew: when it is gone, that is seen too.
    const isMet = record.attempts.at(-1)?.ended === record.since && record.since < snapshot.now;
    const isSaid = phase === "parked" && reason === fault && record.config === snapshot.config.blob && !isMet;
    // What waits for a person begins nothing, and must not forget for what it waits.
    const waitsForOther = phase === "parked" && reason !== "config" && reason !== "setup";
    if (!isLiving(record) || isSaid || waitsForOther) return null;
    // Another file that is broken in another way is said again.
    return moves(moveTo(snapshot, record, { story, change: { ...state, since: snapshot.now } }));
  }
  // A `/gza run` counts with its flags: the task it begins (rule 13) is looked at next.
  if (unheardCommand(snapshot) !== null) return null;
  const ask = newestAsk(snapshot);
  if (!ask || snapshot.issue.state === "closed" || !mayWrite(snapshot, ask.by)) return null;
  // The text has to be looked at before anything else.
  if (isChangedSince(snapshot, ask)) return null;
  const { body, brief } = freshTask(snapshot, ask, null);
  const seen = { ...body.seen, comment: newestComment(snapshot) };
  return moves(firstMove(snapshot, { ...body, ...state, seen }, { story, brief }));
}

export function faultOf(snapshot: Snapshot): "config" | "setup" | null {
  if (snapshot.config.kind === "broken") return "config";
  const { repository, installation } = snapshot;
  return repository.workflow === "present" && installation.missing.length === 0 ? null : "setup";
}

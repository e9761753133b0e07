/** Rule 4: a task is called off by a command, by taking the label off, or by closing issue or pull request. */
import { wasUnlabelled } from "../ask.ts";
import { isLiving, type Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import type { CancelReason } from "../task.ts";
import { counted, endAttempt, moveTo } from "../transition.ts";
import { answerKey } from "../answers.ts";
import { unheardCommand } from "../hear.ts";
import type { CommentFacts } from "../snapshot.ts";

export function obeyCancel(snapshot: Snapshot, record: Record | null): Answer | null {
  if (!record || !isLiving(record)) return null;
  const cause = causeOf(snapshot, record);
  if (!cause) return null;
  const { reason, story } = cause;
  const change = {
    phase: "cancelled" as const,
    reason,
    merge: null,
    not_before: null,
    wanted: null,
    ...(cause.comment === null ? {} : { seen: { ...record.seen, comment: cause.comment.id } }),
  };
  const intents = cause.comment === null ? [] : [answerKey(cause.comment, "cancel")];
  // GitHub would merge by itself what was called off.
  if (record.pull !== null) intents.push(`hold:${record.pull}`);
  if (!record.attempt) return moves(moveTo(snapshot, record, { story, change, intents }));
  // The baton goes first: a run that brings its work later finds its lease lost. Then the run is stopped.
  const { ended, queue, refs } = endAttempt(snapshot, record.attempt, { end: "cancelled" });
  if (ended.run !== null) intents.push(`run:${ended.run}`);
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

function causeOf(
  snapshot: Snapshot,
  record: Record,
): { reason: CancelReason; story: string; comment: CommentFacts | null } | null {
  const heard = unheardCommand(snapshot);
  if (heard?.allowed && heard.command.kind === "cancel" && heard.comment.acknowledged && heard.comment.by) {
    return {
      reason: "command",
      story: `called off by @${heard.comment.by.login}`,
      comment: heard.comment,
    };
  }
  if (snapshot.issue.gone)
    return { reason: "issue_gone", story: "the issue is not there any more", comment: null };
  if (snapshot.issue.state === "closed") {
    const by = snapshot.issue.closed.at(-1)?.by;
    return { reason: "issue_closed", story: `issue closed${by ? ` by @${by.login}` : ""}`, comment: null };
  }
  if (snapshot.pull?.state === "closed")
    return { reason: "pull_closed", story: "pull request closed", comment: null };
  if (record.asked.how === "label" && wasUnlabelled(snapshot, record.asked.at)) {
    return { reason: "unlabelled", story: "label taken off", comment: null };
  }
  return null;
}

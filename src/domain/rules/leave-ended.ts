/** Rule 3: what is done or cancelled stays so, unless somebody who may asks again, or what was closed is reopened. */
import { askIn, newestAsk, wantsPlan, type Ask } from "../ask.ts";
import { unheardCommand } from "../hear.ts";
import { isLiving, type Record } from "../record.ts";
import { moves, rests, type Answer } from "../rule.ts";
import { mayWrite, type Snapshot } from "../snapshot.ts";
import { moveTo, onwards } from "../transition.ts";
import { beginAnew } from "./begin-anew.ts";
import { refuseAsk } from "./refuse-ask.ts";

export function leaveEnded(snapshot: Snapshot, record: Record | null): Answer | null {
  if (!record || isLiving(record)) return null;
  const ask = askAgain(snapshot, record);
  if (ask && wantsPlan(snapshot)) return refuseAsk(snapshot, ask, "no-plan");
  if (ask) return beginAnew(snapshot, record, { ask, comment: null });
  if (isReopened(snapshot, record)) {
    const change = { ...onwards(record), reason: "reopened" } as const;
    return moves(moveTo(snapshot, record, { story: "opened again", change }));
  }
  const heard = unheardCommand(snapshot);
  const said = heard?.comment.acknowledged ? askIn(snapshot, heard.comment) : null;
  if (heard && said && snapshot.issue.state === "open")
    return beginAnew(snapshot, record, { ask: said, comment: heard.comment.id });
  return heard ? null : rests(record.reason);
}

function askAgain(snapshot: Snapshot, record: Record): Ask | null {
  const ask = newestAsk(snapshot);
  // To a task that a command asked for, the label may have been added while it was under way.
  const since = record.asked.how === "label" ? record.asked.at : record.since;
  const isNew = ask !== null && ask.at > since && snapshot.issue.state === "open";
  return isNew && mayWrite(snapshot, ask.by) ? ask : null;
}

/** What called the task off is undone: the task goes on where it stood. */
function isReopened(snapshot: Snapshot, { phase, reason, asked }: Record): boolean {
  const { issue, pull } = snapshot;
  const isAsked = asked.how === "command" || newestAsk(snapshot) !== null;
  if (phase !== "cancelled" || issue.state !== "open" || !isAsked) return false;
  if (reason === "pull_closed") return pull?.state === "open";
  return reason === "issue_closed" && pull?.state !== "closed";
}

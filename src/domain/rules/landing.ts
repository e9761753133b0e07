/** What every landing shares: what a run brought back, what it used, and how an attempt ends whose work does not land. */
import { unfinishedRef } from "../names.ts";
import type { Attempt, Record } from "../record.ts";
import type { Report } from "../report.ts";
import { moves, type Answer } from "../rule.ts";
import type { Baton, Snapshot } from "../snapshot.ts";
import { ATTEMPT_ENDS, type AttemptEnd, type ParkReason } from "../task.ts";
import { counted, endAttempt, moveTo, onwards } from "../transition.ts";

export type Returned = Baton & { kind: "report" };

export interface Landing {
  attempt: Attempt;
  baton: Returned;
  report: Report;
}

/** The attempt ends without landing; work that it left is kept aside, and the task waits for a person. */
export function fall(
  snapshot: Snapshot,
  record: Record,
  found: { attempt: Attempt; end: AttemptEnd; reason?: ParkReason; report?: Report; baton?: Returned },
): Answer {
  const { attempt, end, report, baton } = found;
  const keeps = baton !== undefined && baton.work !== null && snapshot.unfinished !== baton.oid;
  const { ended, queue, refs } = endAttempt(snapshot, attempt, {
    end,
    ...(report ? used(report) : {}),
    ...(keeps ? { work: baton.work } : {}),
  });
  if (keeps) refs.push({ name: unfinishedRef(record.issue), before: snapshot.unfinished, after: baton.oid });
  // Nobody judges what somebody else ended or took over; it goes on from where the task stands.
  const isNobodysFault = found.reason === undefined && (ATTEMPT_ENDS[end] === "none" || end === "stopped");
  const next = isNobodysFault
    ? onwards(record)
    : ({ phase: "parked", reason: found.reason ?? (end as ParkReason) } as const);
  const story = `attempt ${attempt.n} ended: ${(found.reason ?? end).replaceAll("_", " ")}`;
  return moves(
    moveTo(snapshot, record, { story, change: { ...counted(record, ended), ...next }, queue, refs }),
  );
}

export function used(report: Report): Pick<Attempt, "turns" | "seconds" | "usd"> {
  const { turns, seconds, usd } = report.usage;
  return { turns, seconds, usd };
}

/** Landing: what a run brought back is taken over in one move, or its end is written down. */
import { branchRef, unfinishedRef } from "../names.ts";
import type { Attempt, Record, RecordBody } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import type { Report } from "../report.ts";
import type { Baton, Snapshot } from "../snapshot.ts";
import { ATTEMPT_ENDS, type AttemptEnd, type ParkReason } from "../task.ts";
import { counted, endAttempt, moveTo } from "../transition.ts";
import type { RefMove } from "../decision.ts";

type Returned = Baton & { kind: "report" };

/** Never green without evidence: the report parses, it is this attempt's, its commits exist and stand on the job's base. */
export function land(snapshot: Snapshot, record: Record, attempt: Attempt, baton: Returned): Answer {
  if (baton.report.kind === "unknown_version")
    return fall(snapshot, record, { attempt, end: "bad_report", reason: "setup" });
  if (baton.report.kind === "unreadable") return fall(snapshot, record, { attempt, end: "bad_report" });
  const { report } = baton.report;
  if (report.attempt !== attempt.n || report.kind !== attempt.kind) {
    return fall(snapshot, record, { attempt, end: "bad_report" });
  }
  if (report.end === "completed") return takeOver(snapshot, record, { attempt, baton, report });
  if (report.end === "no_change_needed" && record.pull === null)
    return finish(snapshot, record, attempt, report);
  return fall(snapshot, record, { attempt, end: report.end, report, baton });
}

function takeOver(
  snapshot: Snapshot,
  record: Record,
  found: { attempt: Attempt; baton: Returned; report: Report },
): Answer {
  const { attempt, baton, report } = found;
  const { work } = report;
  if (!work || work.commits === 0) return fall(snapshot, record, { attempt, end: "empty_run", report });
  const isOurs = baton.work === work.head && work.base === attempt.start.base && work.finished;
  if (!isOurs || record.branch === null)
    return fall(snapshot, record, { attempt, end: "bad_report", report });
  if (snapshot.branchHead !== record.head) {
    return fall(snapshot, record, { attempt, end: "superseded", reason: "theirs", report, baton });
  }
  if (!record.trusted)
    return fall(snapshot, record, { attempt, end: "completed", reason: "untrusted", report, baton });
  const { ended, queue, refs } = endAttempt(snapshot, attempt, { end: "completed", ...used(report) });
  const branch: RefMove = { name: branchRef(record.branch), before: record.head, after: work.head };
  const change: Partial<RecordBody> = {
    ...counted(record, ended),
    phase: "open",
    reason: "implemented",
    head: work.head,
    theirs: false,
    landed: [...record.landed, work.head].slice(-24),
  };
  const story = `landed attempt ${attempt.n}: ${work.commits} ${work.commits === 1 ? "commit" : "commits"}, ${work.files} ${work.files === 1 ? "file" : "files"}`;
  return moves(moveTo(snapshot, record, { story, change, queue, refs: [...refs, branch] }));
}

function finish(snapshot: Snapshot, record: Record, attempt: Attempt, report: Report): Answer {
  const { ended, queue, refs } = endAttempt(snapshot, attempt, { end: "no_change_needed", ...used(report) });
  const change = { ...counted(record, ended), phase: "done", reason: "no_change_needed" } as const;
  return moves(moveTo(snapshot, record, { story: "no change is needed", change, queue, refs }));
}

/** The attempt ends without landing; work that it left is kept aside, and the task waits for a person. */
function fall(
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
  // Nobody judges what somebody else ended or took over; it begins anew.
  const isNobodysFault = found.reason === undefined && (ATTEMPT_ENDS[end] === "none" || end === "stopped");
  const next = isNobodysFault
    ? ({ phase: "queued", reason: "asked" } as const)
    : ({ phase: "parked", reason: found.reason ?? (end as ParkReason) } as const);
  const story = `attempt ${attempt.n} ended: ${(found.reason ?? end).replaceAll("_", " ")}`;
  return moves(
    moveTo(snapshot, record, { story, change: { ...counted(record, ended), ...next }, queue, refs }),
  );
}

function used(report: Report): Pick<Attempt, "turns" | "seconds" | "usd"> {
  const { turns, seconds, usd } = report.usage;
  return { turns, seconds, usd };
}

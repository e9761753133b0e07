/** A rebase that came back: the branch is moved, its old head kept, and a verdict on an unchanged patch goes along. */
import type { RefMove } from "../decision.ts";
import { backupRef, branchRef } from "../names.ts";
import type { Record, RecordBody } from "../record.ts";
import type { Rebase, Report } from "../report.ts";
import { moves, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Sha } from "../task.ts";
import { counted, endAttempt, moveTo } from "../transition.ts";
import { fall, forget, used, type Landing } from "./landing.ts";

/** Nothing of what was on the branch gets lost: the lease holds the head that the attempt began on, and that head is kept. */
export function landRebase(snapshot: Snapshot, record: Record, landing: Landing): Answer {
  const { attempt, baton, report } = landing;
  const { work, rebase } = report;
  const isOurs =
    rebase !== null && rebase.before === attempt.start.head && rebase.onto === attempt.start.base;
  const { branch, head } = record;
  if (!isOurs || branch === null || head === null)
    return fall(snapshot, record, { attempt, end: "bad_report", report, baton });
  const known = { ...record, head };
  if (snapshot.branchHead !== head || attempt.start.head !== head)
    return fall(snapshot, record, { attempt, end: "superseded", report, baton });
  if (work === null) {
    return rebase.by === "nothing"
      ? take(snapshot, known, { landing, rebase, head, patch: null, refs: [] })
      : fall(snapshot, record, { attempt, end: "bad_report", report, baton });
  }
  if (baton.work !== work.head || work.base !== attempt.start.base || !work.finished)
    return fall(snapshot, record, { attempt, end: "bad_report", report, baton });
  if (snapshot.evidence.some(({ kind }) => kind === "move_refused"))
    return fall(snapshot, record, { attempt, end: "infrastructure", reason: "setup", report, baton });
  const refs = [
    { name: branchRef(branch), before: head, after: work.head },
    { name: backupRef(record.issue, attempt.n), before: null, after: head },
  ];
  return take(snapshot, known, { landing, rebase, head: work.head, patch: work.patch, refs });
}

/** `patch` null: the head is what it was. */
function take(
  snapshot: Snapshot,
  record: Record & { head: Sha },
  found: { landing: Landing; rebase: Rebase; head: Sha; patch: string | null; refs: RefMove[] },
): Answer {
  const { landing, rebase, head, patch } = found;
  const { attempt, report } = landing;
  const { ended, queue, refs } = endAttempt(snapshot, attempt, { end: "completed", ...used(report) });
  const story = storyOf(report, rebase);
  const change: Partial<RecordBody> = {
    ...counted(record, ended),
    phase: "open",
    reason: "rebased",
    rebased: { ...reviewed(record, attempt.n), head, onto: rebase.onto },
  };
  if (patch === null) return moves(moveTo(snapshot, record, { story, change, queue, refs }));
  const verdict = carried(record, head, patch);
  const entry = { ...rebase, attempt: attempt.n, at: snapshot.now, after: head, same: verdict !== null };
  return moves(
    moveTo(snapshot, record, {
      story: verdict === null ? story : `${story}; the patch is unchanged, the verdict stands`,
      change: {
        ...change,
        ...(verdict === null ? {} : { verdict }),
        head,
        head_at: snapshot.now,
        theirs: false,
        landed: [...record.landed, head].slice(-12),
      },
      rebase: entry,
      queue,
      refs: [...refs, ...forget(snapshot), ...found.refs],
    }),
  );
}

/** The verdict on the patch, for the head that carries it now; null: there is none, or the patch is another. */
function carried(record: Record, head: Sha, patch: string): RecordBody["verdict"] {
  const { verdict } = record;
  if (verdict === null || verdict.patch !== patch || patch === "") return null;
  if (verdict.head !== record.head && verdict.head !== reviewedBefore(record)) return null;
  return { ...verdict, head, carried_from: verdict.carried_from ?? verdict.head };
}

/** What a review of this rebase has to be held against: the newest head that was reviewed, through rebases that nobody reviewed. */
function reviewed(record: Record & { head: Sha }, n: number): { attempt: number; before: Sha } {
  const { rebased, verdict, head } = record;
  const isChain = rebased?.head === head && rebased.before === verdict?.head && rebased.before !== head;
  return isChain ? { attempt: rebased.attempt, before: rebased.before } : { attempt: n, before: head };
}

function reviewedBefore({ rebased, head }: Record): Sha | null {
  return rebased?.head === head ? rebased.before : null;
}

function storyOf({ usage }: Report, { by, onto, commits }: Rebase): string {
  const how = usage.turns === 0 ? "by git alone, no model" : "with an agent's help";
  if (by === "nothing") return `stands on ${onto.slice(0, 7)} already`;
  return `rebased ${commits.after} ${commits.after === 1 ? "commit" : "commits"} onto ${onto.slice(0, 7)}, ${how}`;
}

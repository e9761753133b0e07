/** A review that came back: its verdict is computed and written down, or it counts as failed. */
import { takeReview, takeRulings, verdictOn } from "../findings.ts";
import { withoutAnswers } from "../question.ts";
import type { Attempt, Record } from "../record.ts";
import type { Report } from "../report.ts";
import { moves, type Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";
import { counted, endAttempt, moveTo } from "../transition.ts";
import { used, type Landing } from "./landing.ts";

/** Reviews in a row that may come back unreadable or incomplete. */
const MAX_FAILED = 2;

/** It counts for the head that it looked at, which a person may have replaced since; it is posted all the same. */
export function landReview(snapshot: Snapshot, record: Record, { attempt, report }: Landing): Answer {
  const { review, findings, coverage } = report;
  const isWhole = review !== null && findings !== null && (coverage ?? []).every(({ seen }) => seen);
  if (!isWhole || review.head !== attempt.start.head)
    return reviewFailed(snapshot, record, { attempt, report });
  const known = withoutAnswers(snapshot.findings, record, "review");
  const after =
    attempt.how === "judge" ? takeRulings(known, report.closed) : takeReview(known, attempt, report);
  const verdict = verdictOn(review.head, review.patch, after);
  const { ended, queue, refs } = endAttempt(snapshot, attempt, { end: "completed", ...used(report) });
  const { blockers, followups } = verdict;
  return moves(
    moveTo(snapshot, record, {
      story: `${attempt.how === "judge" ? "judged" : "reviewed"} ${review.head.slice(0, 7)}: ${verdict.value.replaceAll("_", " ")}, ${count(blockers, "blocker")}, ${count(followups, "follow-up")}`,
      change: { ...counted(record, ended), phase: "open", reason: verdict.value, verdict },
      findings: after,
      queue,
      refs,
      intents: [`review:${review.head.slice(0, 12)}`],
    }),
  );
}

/** Once more, then a person has to look: a failed review never counts as a review. */
export function reviewFailed(
  snapshot: Snapshot,
  record: Record,
  { attempt, report }: { attempt: Attempt; report: Report | null },
): Answer {
  const { ended, queue, refs } = endAttempt(snapshot, attempt, {
    end: "bad_report",
    ...(report ? used(report) : {}),
  });
  const before = record.attempts.filter(({ n, kind }) => n > record.heard && kind === "review").toReversed();
  const inARow = before.findIndex(({ end }) => end !== "bad_report");
  const failed = (inARow === -1 ? before.length : inARow) + 1;
  const phase = failed < MAX_FAILED ? "queued" : "parked";
  return moves(
    moveTo(snapshot, record, {
      story: `the review of attempt ${attempt.n} could not be used`,
      change: { ...counted(record, ended), phase, reason: "review_failed" },
      queue,
      refs,
    }),
  );
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? "" : "s"}`;
}

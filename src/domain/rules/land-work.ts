/** Work that came back: the branch is moved to it, and what it closes is written down. */
import { branchRef } from "../names.ts";
import { openFeedback } from "../feedback.ts";
import { awaitsJudge, openFindings, takeClosed } from "../findings.ts";
import { withoutAnswers } from "../question.ts";
import { repliesTo } from "../replies.ts";
import type { Record, RecordBody } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import { NO_FINDINGS, type Findings } from "../finding.ts";
import type { Snapshot } from "../snapshot.ts";
import { counted, endAttempt, moveTo } from "../transition.ts";
import { fall, forget, used, type Landing } from "./landing.ts";

const REASONS = { implement: "implemented", improve: "improved", fix: "fixed" } as const;

/** The work's commits exist, stand on the job's base, and the branch is where the attempt found it. */
export function landWork(snapshot: Snapshot, record: Record, landing: Landing): Answer {
  const { attempt, baton, report } = landing;
  const { work } = report;
  if (attempt.kind === "improve" && work === null) return landNothing(snapshot, record, landing);
  if (!work || work.commits === 0)
    return fall(snapshot, record, { attempt, end: "empty_run", report, baton });
  const isOurs = baton.work === work.head && work.base === attempt.start.base && work.finished;
  if (!isOurs || record.branch === null)
    return fall(snapshot, record, { attempt, end: "bad_report", report, baton });
  if (snapshot.branchHead !== record.head || attempt.start.head !== record.head) {
    // A branch of that name that GZA never made stays a person's; one that moved is adopted next.
    const stop = record.head === null ? ({ reason: "theirs" } as const) : {};
    return fall(snapshot, record, { attempt, end: "superseded", report, baton, ...stop });
  }
  if (!record.trusted)
    return fall(snapshot, record, { attempt, end: "completed", reason: "untrusted", report, baton });
  if (snapshot.evidence.some(({ kind }) => kind === "move_refused"))
    return fall(snapshot, record, { attempt, end: "infrastructure", reason: "setup", report, baton });
  const { ended, queue, refs } = endAttempt(snapshot, attempt, { end: "completed", ...used(report) });
  const closing = attempt.kind === "improve" ? close(snapshot, record, landing) : null;
  const findings = closing?.findings ?? withoutAnswers(snapshot.findings, record, attempt.kind);
  const change: Partial<RecordBody> = {
    ...counted(record, ended),
    ...closing?.change,
    phase: "open",
    reason: REASONS[attempt.kind === "improve" || attempt.kind === "fix" ? attempt.kind : "implement"],
    head: work.head,
    head_at: snapshot.now,
    theirs: false,
    landed: [...record.landed, work.head].slice(-12),
  };
  const story = `landed attempt ${attempt.n}: ${work.commits} ${work.commits === 1 ? "commit" : "commits"}, ${work.files} ${work.files === 1 ? "file" : "files"}`;
  return moves(
    moveTo(snapshot, record, {
      story,
      change,
      queue,
      refs: [
        ...refs,
        ...forget(snapshot),
        { name: branchRef(record.branch), before: record.head, after: work.head },
      ],
      ...(closing ? { intents: closing.intents } : {}),
      ...(findings && findings !== snapshot.findings ? { findings } : {}),
    }),
  );
}

/** An improve attempt that changed nothing: it disputes what it was given, which a judge decides once, or it has failed. */
function landNothing(snapshot: Snapshot, record: Record, landing: Landing): Answer {
  const { attempt, report, baton } = landing;
  const { findings, change, intents } = close(snapshot, record, landing);
  const blocks = openFindings(findings).filter(({ severity }) => severity === "blocker");
  const isDisputed = blocks.every(({ state }) => state === "disputed");
  if (!isDisputed) return fall(snapshot, record, { attempt, end: "unchanged", report, baton });
  const next = awaitsJudge(findings)
    ? ({ phase: "queued", reason: "disputed" } as const)
    : blocks.length > 0
      ? ({ phase: "parked", reason: "disputed" } as const)
      : ({ phase: "open", reason: "feedback" } as const);
  const { ended, queue, refs } = endAttempt(snapshot, attempt, { end: "completed", ...used(report) });
  return moves(
    moveTo(snapshot, record, {
      story: `attempt ${attempt.n} changed nothing and said why`,
      change: { ...counted(record, ended), ...change, ...next },
      findings,
      queue,
      refs,
      intents,
    }),
  );
}

/** What the attempt says became of each finding, the answers that people get, and that their words are taken up. */
function close(
  snapshot: Snapshot,
  record: Record,
  { attempt, report }: Landing,
): { findings: Findings; change: Partial<RecordBody>; intents: string[] } {
  const taken = openFeedback(snapshot, record).filter(({ at }) => at <= attempt.claimed);
  const replies = repliesTo(taken, attempt.n, report);
  const before = snapshot.findings ?? NO_FINDINGS;
  const findings: Findings = {
    ...takeClosed(before, report.closed),
    words: before.words.filter(({ at }) => at > attempt.claimed),
    replies: [...before.replies.filter(({ attempt: n }) => isDue(record, n)), ...replies],
  };
  return {
    findings,
    change: { seen: { ...record.seen, feedback: attempt.claimed } },
    intents: replies.length > 0 ? [`replies:${attempt.n}`] : [],
  };
}

function isDue({ intents }: Record, attempt: number): boolean {
  return intents.some(({ key }) => key === `replies:${attempt}`);
}

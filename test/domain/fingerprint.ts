/** Which states go on alike: the part of a snapshot that decides, with names by first sight and times as ages. */
import type { Attempt, Record } from "../../src/domain/record.ts";
import type { ReadReport } from "../../src/domain/report.ts";
import type { PullFacts, Snapshot, Unfinished } from "../../src/domain/snapshot.ts";
import { ATTEMPT_ENDS, type AttemptEnd } from "../../src/domain/task.ts";
import { secondsBetween } from "../../src/domain/time.ts";

/** Names are numbered by first sight, instants are ages, sums that bound nothing are left out. */
export function fingerprint(at: Snapshot, isBounded = true): string {
  const { issue, record, baton, ledger, pull, findings } = at;
  const text = JSON.stringify([
    record.kind === "record" && [recordKey(at, record.record), isBounded || spentKey(record.record)],
    [baton.kind, baton.kind !== "none" && baton.at, baton.kind === "report" && reportKey(baton.report)],
    at.run && [at.run.status, at.run.conclusion],
    [
      at.branchHead,
      at.evidence.map(({ kind }) => kind),
      at.unfinished && unfinishedKey(at.unfinished, record),
    ],
    pull && [
      [pull.state, pull.head, pull.draft, pull.mergeable, pull.queue, pull.autoMerge],
      [pull.baseHead, pull.behindBy === 0],
      pull.checks.map(({ outcome, own, completedAt }) => [outcome, own, completedAt]),
      pull.reviews.map((review) => review.at),
      pull.threads.map(({ isResolved, comments }) => [
        isResolved,
        comments.at(-1)?.isMine,
        comments.at(-1)?.at,
      ]),
    ],
    findings && [
      findings.review?.head,
      findings.known.map(({ state, severity, upheld }) => [state, severity, upheld]),
      findings.words.map((word) => word.at),
      findings.replies.length,
    ],
    [issue.state, issue.gone, issue.locked, issue.labels.toSorted(), labelledKey(at)],
    [issue.edited, issue.body, at.brief?.hash],
    at.comments.map(({ body, acknowledged, by, edited }) => [body, acknowledged, by?.id, edited !== null]),
    [
      at.said.has("status"),
      [...at.said.keys()].some((key) => key.endsWith(":not_allowed")),
      [ledger.queue.flight.length, ledger.records.length],
      ledger.queue.held,
      at.config.kind === "config" && Math.min(2, places(ledger.queue.spent, at.config.config.budget)),
      ledger.queue.day === at.now.slice(0, 10),
    ],
    [at.config.kind, at.config.blob, at.repository.workflow, at.installation.missing.length],
  ]);
  const names = new Map<string, string>();
  return text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\b[0-9a-f]{12,64}\b/g, (found) => {
    if (found.endsWith("Z")) return ageOf(found, at.now);
    const known = names.get(found) ?? `N${names.size}`;
    names.set(found, known);
    return known;
  });
}

/** States in which a word meets the same situation, whatever brought them about. */
export function situation(at: Snapshot): string {
  const { record, baton, pull, run, issue } = at;
  const known = record.kind === "record" ? record.record : null;
  const last = known?.attempts.at(-1)?.end;
  return JSON.stringify([
    known && [
      known.phase,
      known.reason,
      known.theirs,
      known.trusted,
      known.head === null,
      known.pull === null,
    ],
    known && [
      known.attempt?.kind,
      known.attempt?.how,
      known.wanted,
      known.merge !== null,
      known.verdict?.value,
    ],
    known && [last && ATTEMPT_ENDS[last], known.head === at.branchHead, known.not_before !== null],
    [baton.kind, baton.kind === "report" && reportKey(baton.report), run?.status, at.unfinished !== null],
    pull && [pull.state, pull.draft, pull.mergeable, pull.head === at.branchHead, openThreads(pull)],
    pull && [pull.queue, pull.autoMerge, pull.behindBy === 0],
    pull?.checks.map(({ outcome, own }) => [outcome, own]),
    [issue.state, issue.gone, issue.locked, issue.labels.toSorted(), issue.edited !== null],
    [at.config.kind, at.repository.workflow, at.installation.missing.length],
    at.comments.map(({ body, acknowledged }) => [body, acknowledged]),
  ]);
}

function openThreads({ threads, reviews }: PullFacts): number {
  return threads.filter(({ isResolved }) => !isResolved).length + reviews.length;
}

/** Attempts for which the day's money is enough. */
function places(spent: number, { task, day }: { task: number; day: number }): number {
  return task === 0 ? 0 : Math.floor((day - spent) / task);
}

/** Of the other ends only what follows from them is asked after. */
const TOLD_APART: ReadonlySet<AttemptEnd> = new Set<AttemptEnd>([
  "quota",
  "question",
  "bad_report",
  "completed",
]);

/** Ages between which the policy tells, in seconds. */
const AGES = [-3600, -900, -300, -60, 0, 1, 60, 120, 300, 900, 3600, 86_400];

function ageOf(instant: string, now: string): string {
  const age = secondsBetween(instant, now);
  return `T${AGES.filter((limit) => age >= limit).length}`;
}

function recordKey({ now, branchHead, said }: Snapshot, record: Record): unknown {
  const { phase, reason, since, head, head_at, theirs, trusted, attempt, heard, verdict, rerun } = record;
  const last = record.attempts.at(-1);
  return [
    [phase, reason, since, Math.min(3, record.generation), head, head_at, theirs, trusted, record.kind],
    [record.landed.includes(branchHead ?? ""), record.urgent, record.settings],
    attempt && [attempt.kind, attempt.how, attempt.claimed, attempt.run !== null, attempt.start],
    counts(
      record.attempts.filter(({ n }) => n > heard),
      head,
    ),
    last && [
      last.kind,
      last.end && (TOLD_APART.has(last.end) ? last.end : ATTEMPT_ENDS[last.end]),
      last.work !== null,
      last.start.head,
      last.n > heard,
    ],
    tail(record),
    last?.ended === since,
    [verdict?.head, verdict?.value, rerun?.head, rerun?.at, record.wanted, record.merge !== null],
    record.rebased && [record.rebased.before, record.rebased.head, record.rebased.onto],
    [record.not_before, record.pull, record.status_comment !== null, record.seen.feedback],
    record.intents.map(({ key, at: since }) => [key.split(":")[0], since, said.has(key)]),
    [record.asked.how, secondsBetween(record.asked.at, now) > 0],
  ];
}

/** What only bounds something on ways on which attempts may end badly on and on. */
function spentKey({ spent, heard }: Record): unknown {
  return [spent.attempts - heard, Math.floor(spent.usd / 2)];
}

function labelledKey({ issue, record }: Snapshot): unknown {
  const { labelled } = issue;
  const asked = record.kind === "record" ? record.record.asked.at : "";
  return [
    labelled.at(-1)?.on,
    labelled.some(({ on, at }) => on && at > asked),
    labelled.some(({ on, at }) => !on && at >= asked),
  ];
}

/** What the bounds count: attempts of a kind, and those from the same evidence. */
function counts(attempts: readonly Attempt[], head: string | null): unknown {
  const same = new Map<string, number>();
  const kinds = new Map<string, number>();
  for (const { kind, how, evidence, start, run, end } of attempts) {
    if (run !== null && start.head === head) {
      const key = `${kind} ${how} ${evidence}`;
      same.set(key, (same.get(key) ?? 0) + 1);
    }
    if (kind !== "implement" && kind !== "review" && end !== "superseded" && end !== "cancelled") {
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
  }
  // A resumed attempt that is the only one from its evidence counts nothing.
  const repeated = [...same].filter(([key, count]) => count > 1 || !key.includes("resume"));
  return [
    repeated.map(([key, count]) => `${key.split(" ", 2).join(" ")} ${count}`).toSorted(),
    [...kinds].map(([kind, count]) => `${kind} ${Math.min(3, count)}`).toSorted(),
  ];
}

/** The attempts in a row that ended alike. */
function tail({ attempts, heard }: Record): unknown {
  const last = attempts.at(-1);
  if (!last?.end || last.n <= heard) return 0;
  const { kind } = last;
  const after = ATTEMPT_ENDS[last.end];
  const before = attempts.filter(({ n }) => n > heard).toReversed();
  const other = before.findIndex(
    (one) => one.kind !== kind || one.end === null || ATTEMPT_ENDS[one.end] !== after,
  );
  return Math.min(3, other === -1 ? before.length : other);
}

function unfinishedKey({ work, session, report }: Unfinished, record: Snapshot["record"]): unknown {
  if (report.kind !== "report" || record.kind !== "record") return report.kind;
  const { attempts } = record.record;
  const n = report.report.attempt;
  const since = attempts.filter((one) => one.n > n);
  const isNewest = since.every((one) => one.how === "resume" && one.work === null);
  const source = attempts.find((one) => one.n === n);
  return [
    isNewest,
    Math.min(3, since.length),
    work !== null,
    session !== null,
    isNewest && [source?.kind, source?.start.head],
  ];
}

function reportKey(read: ReadReport): unknown {
  if (read.kind !== "report") return read.kind;
  const { kind, end, work, findings, coverage, closed, answer, fault, reset_at, rebase } = read.report;
  return [
    [kind, end, work !== null, work?.finished, answer !== null, fault !== null, reset_at],
    findings?.map(({ severity }) => severity),
    coverage?.length,
    closed?.map(({ how }) => how),
    rebase && [rebase.by, rebase.before, rebase.onto, work?.patch],
  ];
}

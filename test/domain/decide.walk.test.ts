/** Walks every state that the policy, GitHub and a person can bring about from one labelled issue, and holds each to the properties. */
import { describe, expect, it } from "vitest";
import { sentenceFor } from "../../src/domain/sentences.ts";
import { decide } from "../../src/domain/decide.ts";
import { Config } from "../../src/domain/config.ts";
import type { Decision } from "../../src/domain/decision.ts";
import { openFeedback } from "../../src/domain/feedback.ts";
import { MAX_RECORD_BYTES, type Record } from "../../src/domain/record.ts";
import type { ReadReport } from "../../src/domain/report.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { secondsBetween } from "../../src/domain/time.ts";
import {
  afterDecision,
  afterTime,
  ALL_ENDS,
  FEW_ENDS,
  personSteps,
  worldSteps,
  type Step,
} from "./simulate.ts";
import { sha, snapshot } from "./snapshots.ts";

/** Steps without a word of a person after which a path must have come to rest. */
const LONGEST = 60;

interface State {
  at: Snapshot;
  words: number;
  silent: number;
  path: string[];
}

const UNREVIEWED = Config.parse({ review: { enabled: false } });
const TWO_ROUNDS = Config.parse({ review: { cycles: 2 } });
const ONE_ROUND = Config.parse({ review: { cycles: 1 } });

describe("every state that can be reached", () => {
  it.each([
    [
      "without reviews, with nobody speaking, through every end of an attempt",
      { words: 0, ends: ALL_ENDS, faults: false, red: true, config: UNREVIEWED, atLeast: 3_000 },
    ],
    [
      "without reviews, with red checks and a GitHub that loses and refuses",
      { words: 0, ends: FEW_ENDS, faults: true, red: true, config: UNREVIEWED, atLeast: 300 },
    ],
    [
      "with reviews, with nobody speaking, with a GitHub that loses and refuses",
      { words: 0, ends: FEW_ENDS, faults: true, red: false, config: ONE_ROUND, atLeast: 1_000 },
    ],
    [
      "with reviews, with nobody speaking, through every end of an attempt",
      { words: 0, ends: ALL_ENDS, faults: false, red: false, config: ONE_ROUND, atLeast: 10_000 },
    ],
    [
      "with reviews, two rounds and red checks, with nobody speaking",
      { words: 0, ends: FEW_ENDS, faults: false, red: true, config: TWO_ROUNDS, atLeast: 1_000 },
    ],
    [
      "with reviews and a person who speaks at any moment",
      { words: 1, ends: FEW_ENDS, faults: false, red: false, config: ONE_ROUND, atLeast: 1_000 },
    ],
    [
      "without reviews, with red checks and a person who speaks at any moment",
      { words: 1, ends: FEW_ENDS, faults: false, red: true, config: UNREVIEWED, atLeast: 1_000 },
    ],
    [
      "without reviews and with a person who speaks at any two moments",
      { words: 2, ends: FEW_ENDS, faults: false, red: false, config: UNREVIEWED, atLeast: 5_000 },
    ],
  ])("%s, keeps the promises and comes to rest", { timeout: 120_000 }, (_, course) => {
    const { states, longest, rests } = walk(course);

    expect(longest).toBeLessThan(LONGEST);
    expect(rests).toBeGreaterThan(20);
    expect(states).toBeGreaterThan(course.atLeast);
  });
});

interface Course {
  /** How often a person speaks. */
  words: number;
  ends: readonly string[];
  /** Whether GitHub may also lose or refuse what it is asked. */
  faults: boolean;
  /** Whether checks may turn red. */
  red: boolean;
  config: Config;
}

function walk(course: Course): { states: number; longest: number; rests: number } {
  const seen = new Set<string>();
  const config = { kind: "config", blob: sha("d"), config: course.config } as const;
  const stack: State[] = [{ at: snapshot({ config }), words: 0, silent: 0, path: [] }];
  let longest = 0;
  let rests = 0;
  for (let state = stack.pop(); state; state = stack.pop()) {
    const key = `${state.words} ${fingerprint(state.at)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    longest = Math.max(longest, state.silent);
    if (longest >= LONGEST) throw new Error(`never comes to rest: ${state.path.join(" > ")}`);
    const decision = decide(state.at);
    hold(state, decision);
    const silent = nextStates(state.at, decision, course);
    if (silent.length === 0) {
      rests += 1;
      promise(saysWhatItWaitsFor(state.at), state.path, "rests without saying what for");
    }
    const spoken = state.words < course.words ? personSteps(state.at) : [];
    for (const step of silent) stack.push(follow(state, step, 0));
    for (const step of spoken) stack.push(follow(state, step, 1));
  }
  return { states: seen.size, longest, rests };
}

/** With nobody speaking: the decision is carried out, else the world goes on, else time passes; nothing: at rest. */
function nextStates(at: Snapshot, decision: Decision, { ends, faults, red }: Course): Step[] {
  if (decision.move || decision.effects.length > 0) return afterDecision(at, decision, faults);
  const world = worldSteps(at, { ends, red });
  if (world.length > 0) return world;
  if (decision.again === null) return [];
  const later = afterTime(at, decision.again);
  return isSameButTime(at, later.next) ? [] : [later];
}

/** Waiting alone is rest, unless a later look decides otherwise. */
function isSameButTime(at: Snapshot, later: Snapshot): boolean {
  const found = decide(later);
  return (
    found.move === null &&
    found.effects.length === 0 &&
    fingerprint(at) === fingerprint({ ...later, now: at.now })
  );
}

function follow(state: State, step: Step, words: number): State {
  return {
    at: step.next,
    words: state.words + words,
    silent: words > 0 ? 0 : state.silent + 1,
    path: state.path.concat(step.name),
  };
}

/** Plain comparison: a matcher is too slow to be asked a million times. */
function promise(isKept: boolean, path: string[], broken: string): void {
  if (!isKept) throw new Error(`${broken}: ${path.join(" > ")}`);
}

/** The promises of one decision. */
function hold({ at, path: where }: State, decision: Decision): void {
  const before = at.record.kind === "record" ? at.record.record : null;
  const after = decision.move?.record ?? before;
  const merges = decision.effects.filter((effect) => effect.kind === "request_merge");
  for (const merge of merges) {
    promise(before?.merge !== null, where, "merges unasked");
    promise(merge.head === before?.head && merge.head === at.pull?.head, where, "merges another head");
    promise(at.pull?.mergeable === "mergeable", where, "merges what conflicts");
    promise(at.pull?.checks.every((check) => check.outcome === "success") === true, where, "merges red");
    promise(isApprovedHere(at, before), where, "merges what nobody approved");
    promise(before === null || openFeedback(at, before).length === 0, where, "merges over a person's words");
  }
  const begun = before?.attempt ? null : (after?.attempt ?? null);
  if (begun && before) {
    const writes = begun.kind === "improve" || begun.kind === "fix";
    promise(!writes || !before.theirs || before.wanted === "improve", where, "writes to a person's branch");
    const isPending = at.pull?.checks.some((check) => check.outcome === "pending") === true;
    const isLate = secondsBetween(before.head_at ?? at.now, at.now) >= 900;
    promise(begun.kind !== "review" || !isPending || isLate, where, "reviews before the checks are over");
    const same = before.attempts.filter(({ evidence, n }) => n > before.heard && evidence === begun.evidence);
    promise(same.length < 3, where, "starts the same a fourth time");
  }
  if (at.pull?.state === "merged" && before && before.phase !== "done") {
    promise(after?.phase === "done", where, "does not finish what was merged");
  }
  if (before && (before.phase === "done" || before.phase === "cancelled") && after?.phase !== before.phase) {
    const isAsked = at.issue.labelled.some((event) => event.on && event.at > before.asked.at);
    promise(isAsked || at.pull?.state === "merged", where, `${before.phase} moves by itself`);
  }
  if (!after) return;
  promise(JSON.stringify(after).length < MAX_RECORD_BYTES, where, "the record grows too large");
  promise(sentenceFor(at, after).what !== "", where, "says nothing");
  promise((after.attempt === null) === (after.phase !== "running"), where, "phase and attempt disagree");
  for (const ref of decision.move?.refs ?? []) {
    if (ref.name.startsWith("refs/heads/"))
      promise(ref.before === before?.head, where, "overwrites a foreign head");
  }
  promise((decision.move?.queue?.flight.length ?? 0) <= 1, where, "is in flight twice");
}

/** The review of this very head found no blocker that still stands; asked here of the findings, not of the verdict. */
function isApprovedHere(at: Snapshot, record: Record | null): boolean {
  const wantsReview = at.config.kind === "config" && at.config.config.review.enabled;
  if (!wantsReview) return true;
  const blockers = (at.findings?.known ?? []).filter(
    ({ severity, state }) => severity === "blocker" && (state === "open" || state === "disputed"),
  );
  return blockers.length === 0 && at.findings?.review?.head === record?.head;
}

/** At an end, or with a person, or for something that GitHub or a person does. */
function saysWhatItWaitsFor({ record }: Snapshot): boolean {
  if (record.kind !== "record") return true;
  const { phase, reason } = record.record;
  return phase !== "open" && phase !== "queued" && phase !== "running"
    ? true
    : ["waits_for_conflict", "waits_for_checks", "checks_missing", "waits_for_pull"].includes(reason);
}

/** Two states with the same fingerprint go on alike: names are numbered by first sight, instants are ages, sums that bound nothing are left out. */
function fingerprint(at: Snapshot): string {
  const { issue, record, baton, ledger, pull } = at;
  const text = JSON.stringify([
    record.kind === "record" && recordKey(at, record.record),
    [baton.kind, baton.kind !== "none" && baton.at, baton.kind === "report" && reportKey(baton.report)],
    [at.run?.status, at.run?.conclusion, at.branchHead, at.unfinished !== null, at.evidence],
    pull && [
      [pull.state, pull.head, pull.draft, pull.mergeable],
      pull.checks.map(({ outcome, own, completedAt }) => [outcome, own, completedAt]),
      pull.reviews.map((review) => review.at),
      pull.threads.map(({ isResolved, comments }) => [
        isResolved,
        comments.at(-1)?.isMine,
        comments.at(-1)?.at,
      ]),
    ],
    at.findings && [
      at.findings.review?.head,
      at.findings.known.map(({ state, severity, upheld }) => [state, severity, upheld]),
      at.findings.words.map((word) => word.at),
      at.findings.replies.length,
    ],
    [issue.state, issue.labels, issue.labelled],
    at.comments.map(({ body, acknowledged }) => [body, acknowledged]),
    [
      [...at.said].map(([key, { isMinimised }]) => [key.split(":")[0], isMinimised]),
      ledger.queue.flight.length,
    ],
  ]);
  const names = new Map<string, string>();
  const age = (instant: string): string =>
    `T${Math.min(30, Math.max(-30, Math.floor(secondsBetween(instant, at.now) / 60)))}`;
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, age)
    .replaceAll(/\b[0-9a-f]{12,40}\b/g, (name) => {
      const known = names.get(name) ?? `N${names.size}`;
      names.set(name, known);
      return known;
    });
}

function recordKey(at: Snapshot, record: Record): unknown {
  const { phase, reason, since, head, head_at, theirs, trusted, attempt, heard, verdict, rerun } = record;
  const bounded = record.attempts.filter(({ n }) => n > heard);
  return [
    [
      phase,
      reason,
      since,
      record.generation,
      head,
      head_at,
      theirs,
      trusted,
      record.landed.includes(at.branchHead ?? ""),
    ],
    attempt && [attempt.kind, attempt.how, attempt.claimed, attempt.run !== null, attempt.start.head],
    bounded.map(({ kind, end, evidence }) => `${kind} ${end} ${evidence}`).toSorted(),
    bounded.slice(-2).map(({ kind, end }) => [kind, end]),
    record.attempts.at(-1)?.ended === record.since,
    [verdict?.head, verdict?.value, rerun?.head, rerun?.at, record.wanted, record.merge !== null],
    [record.pull, record.status_comment !== null, record.seen.feedback],
    record.intents.map(({ key, at: since }) => [key.split(":")[0], since]),
    record.asked.at,
  ];
}

function reportKey(read: ReadReport): unknown {
  if (read.kind !== "report") return read.kind;
  const { kind, end, work, findings, coverage, closed } = read.report;
  return [
    kind,
    end,
    work !== null,
    findings?.map(({ severity }) => severity),
    coverage?.length,
    closed?.map(({ how }) => how),
  ];
}

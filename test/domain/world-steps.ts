/** What GitHub and the runs do next by themselves: how attempts end, what checks come to, what becomes known late. */
import { Finding, type KnownFinding } from "../../src/domain/finding.ts";
import type { Attempt } from "../../src/domain/record.ts";
import type { ReadReport, RebaseClaim, Report } from "../../src/domain/report.ts";
import type { PullFacts, Snapshot } from "../../src/domain/snapshot.ts";
import { ATTEMPT_ENDS, AttemptEnd } from "../../src/domain/task.ts";
import { later, secondsBetween } from "../../src/domain/time.ts";
import { checks, moved, numbered, type Rules, type Step } from "./simulate.ts";
import { BASE, finding, report } from "./snapshots.ts";

/** How the world may go on. */
export interface World {
  /** How attempts may end: names out of `ALL_ENDS`. */
  ends: readonly string[];
  /** How many attempts on one way may end in another way than the first of these. */
  bad: number;
  /** Whether checks may turn red. */
  red: boolean;
  /** Whether runs and checks may also take their time. */
  slow: boolean;
  /** How often the base may move on one way; each time it may bring a conflict. */
  baseMoves: number;
  rules: Rules;
  /** What an attempt costs, in US dollars. */
  usd: number;
}

/** A base that asks for nothing, on a GitHub that merges nothing by itself. */
export const NO_RULES: Rules = { queue: "none", autoMerge: "forbidden", mustCatchUp: false, gated: false };

/** A good end and one that is gone on with once. */
export const FEW_ENDS: readonly string[] = ["completed", "timeout"];
/** One for each thing that may follow from an end. */
export const EACH_END: readonly string[] = [
  "completed",
  "max_turns",
  "infrastructure",
  "quota, renewed in an hour",
  "agent_gave_up",
];

/** What a report may hold besides its end and unfinished work. */
const REPORTS: { [name: string]: (from: Snapshot) => Partial<Report> } = {
  "quota, renewed in an hour": ({ now }) => ({ end: "quota", reset_at: later(now, 3600) }),
  "question, without work": () => ({ end: "question", work: null, question: "Which?" }),
  "infrastructure, a fault": () => ({ end: "infrastructure", work: null, fault: "Set the key." }),
  "completed, without work": () => ({ work: null }),
  "completed, not finished": () => ({ end: "completed" }),
  ...Object.fromEntries(
    AttemptEnd.options
      .filter((end) => ["resume", "retry", "wait"].includes(ATTEMPT_ENDS[end]))
      .map((end) => [`${end}, without work`, () => ({ end, work: null })]),
  ),
};
/** Conclusions of workflow runs that left no report. */
const CONCLUSIONS = ["success", "failure", "cancelled", "timed_out", "startup_failure"];

/** All of them. */
export const ALL_ENDS: readonly string[] = [
  ...AttemptEnd.options,
  ...Object.keys(REPORTS),
  "max_turns, no further",
  "garbage",
  "a newer version",
  ...CONCLUSIONS.map((conclusion) => `no report, ${conclusion}`),
];

/** What may come next with nobody speaking; nothing: only time passes. */
export function worldSteps(from: Snapshot, world: World): Step[] {
  const going = from.run !== null && from.run.status !== "completed";
  const steps = going ? runSteps(from, world) : [];
  return (steps.length > 0 ? steps : pullSteps(from, world)).map((step) => ({
    ...step,
    next: { ...step.next, evidence: [] },
  }));
}

function pullSteps(from: Snapshot, { red, slow, baseMoves }: World): Step[] {
  const { pull: open, branchHead } = from;
  if (!open || open.state !== "open") return [];
  const change = (name: string, changed: Partial<PullFacts>): Step => ({
    name,
    next: { ...from, pull: { ...open, ...changed } },
  });
  if (branchHead !== null && open.head !== branchHead) {
    return [
      change("the pull request follows", { ...moved(open, branchHead), behindBy: behind(from, branchHead) }),
    ];
  }
  const steps: Step[] = [];
  if (open.mergeable === "unknown") {
    steps.push(change("mergeable", { mergeable: "mergeable" }));
    if (baseMoves > 0) steps.push(baseMove(from, open, "conflicting"));
    // GitHub's answer may be of the time before.
    if (baseMoves > 0 && open.behindBy === 0)
      steps.push({ ...change("conflicts all the same", { mergeable: "conflicting" }), isMishap: true });
  }
  if (open.checks.some(({ outcome }) => outcome === "pending")) {
    const own = open.checks.filter((one) => one.own);
    const over = later(from.now, 1);
    steps.push(change("checks green", { checks: [...checks("success", over), ...own] }));
    if (red) steps.push(change("checks red", { checks: [...checks("failure", over), ...own] }));
    if (slow && !isOld(from))
      steps.push({ name: "checks run on", next: { ...from, now: later(from.now, 901) } });
    if (slow) steps.push(change("no check reports", { checks: own }));
  }
  return steps;
}

/** What may happen besides, whenever it likes: the base moves, others land, GitHub merges what was left to it. */
export function events(from: Snapshot): Step[] {
  const { pull: open, branchHead, ledger } = from;
  const { records, queue } = ledger;
  const steps: Step[] = [];
  const elsewhere = queue.flight.filter(({ issue }) => issue !== 7);
  if (elsewhere.length > 0) {
    const flight = queue.flight.filter(({ issue }) => issue === 7);
    const next = { ...from, ledger: { ...ledger, queue: { ...queue, flight } }, evidence: [] };
    steps.push({ name: "the others end", next });
  }
  if (!open || open.state !== "open" || open.head !== branchHead) return steps;
  const next = (change: Partial<PullFacts>): Snapshot => ({
    ...from,
    pull: { ...open, ...change },
    evidence: [],
  });
  if (open.queue === "queued") {
    steps.push({ name: "merged from the queue", next: next({ state: "merged", queue: "enabled" }) });
    steps.push({ name: "leaves the queue", next: next({ queue: "enabled" }) });
  }
  if (open.autoMerge === "on") steps.push({ name: "GitHub merges it", next: next({ state: "merged" }) });
  if (records.length > 0) {
    const landed = baseMove(from, open, "conflicting");
    steps.push({ name: "another lands", next: { ...landed.next, ledger: { ...ledger, records: [] } } });
  }
  if (open.mergeable === "conflicting") return [...steps, baseMove(from, open, "mergeable")];
  return [...steps, baseMove(from, open, "conflicting"), baseMove(from, open, "unknown")];
}

function baseMove(from: Snapshot, open: PullFacts, mergeable: PullFacts["mergeable"]): Step {
  const baseHead = nextBase(from);
  return {
    name: `the base moves: ${mergeable}`,
    next: {
      ...from,
      repository: { ...from.repository, defaultHead: baseHead },
      pull: { ...open, baseHead, mergeable, behindBy: (open.behindBy ?? 0) + 1 },
      evidence: [],
    },
    isBaseMove: true,
  };
}

/** Names count up, so that no two are the same. */
function nextBase({ repository }: Snapshot): string {
  const n = Number(/^b{36}(\d{4})$/.exec(repository.defaultHead)?.[1] ?? 0);
  return `${"b".repeat(36)}${String(n + 1).padStart(4, "0")}`;
}

/** Commits of the base that a head lacks. */
function behind({ record, pull: open }: Snapshot, head: string): number | null {
  const rebased = record.kind === "record" ? record.record.rebased : null;
  const isOn = rebased?.head === head && rebased.onto === open?.baseHead;
  return isOn ? 0 : (open?.behindBy ?? 0);
}

function isOld({ record, now }: Snapshot): boolean {
  const since = record.kind === "record" ? record.record.head_at : null;
  return since === null || secondsBetween(since, now) >= 900;
}

function runSteps(from: Snapshot, world: World): Step[] {
  const { record, run: going, baton } = from;
  const attempt = record.kind === "record" ? record.record.attempt : null;
  if (!going || !attempt) return [];
  const over = { ...going, status: "completed" as const, conclusion: "success" };
  if (baton.kind !== "job") return [{ name: "run over", next: { ...from, run: over } }];
  const { oid: job } = baton;
  const brings = (read: ReadReport, work: string | null, isOver = true): Snapshot => ({
    ...from,
    run: isOver ? over : going,
    baton: { kind: "report", oid: numbered("c", from), at: from.now, job, work, report: read },
  });
  const { n, kind } = attempt;
  const usage = { ...report().usage, usd: world.usd };
  const says = (name: string, change: Partial<Report>, isOver = true): Step => {
    const read = report({ attempt: n, kind, usage, work: null, session: true, ...change });
    const work = change.work === undefined ? null : (change.work?.head ?? null);
    return { name: `${kind} ${name}`, next: brings({ kind: "report", report: read }, work, isOver) };
  };
  const own = Object.entries(ownEnds(from, attempt)).map(([name, change]) => {
    const step = says(name, change);
    // Then GitHub was late.
    if (change.rebase?.by === "nothing" && step.next.pull)
      step.next.pull = { ...step.next.pull, behindBy: 0 };
    return step;
  });
  const [good] = world.ends;
  const others = world.ends.filter((name) => fits(name, attempt));
  const steps = own.concat(
    others.flatMap((name) => generalEnd(name).map((step) => ({ ...step, isBadEnd: name !== good }))),
  );
  if (world.slow) {
    steps.push(says("completed, while its run goes on", { work: workOf(from, attempt, true) }, false));
    const waiting = { ...from, run: { ...going, status: "queued" as const } };
    const aDayOn = { ...waiting, now: later(from.now, 86_402) };
    steps.push({ name: "no runner for a day", next: aDayOn, isBadEnd: true });
  }
  return steps;

  function generalEnd(name: string): Step[] {
    if (name === "garbage") return [{ name, next: brings({ kind: "unreadable", why: "no" }, null) }];
    if (name === "a newer version") {
      return [{ name, next: brings({ kind: "unknown_version", version: "2" }, null) }];
    }
    if (name.startsWith("no report, ")) {
      return [{ name, next: { ...from, run: { ...over, conclusion: name.slice(11) } } }];
    }
    const { unfinished } = from;
    if (name === "max_turns, no further") {
      const head = unfinished?.work ?? null;
      return attempt?.how === "resume" && head !== null
        ? [says(name, { end: "max_turns", work: { ...workOf(from, attempt, false), head } })]
        : [];
    }
    const end = AttemptEnd.safeParse(name).data;
    const isGood = end === "completed";
    const work = kind === "review" || kind === "explore" || !attempt ? null : workOf(from, attempt, isGood);
    const answer = kind === "explore" && isGood ? "It does." : null;
    const question = end === "question" ? "Which?" : null;
    const special = REPORTS[name]?.(from);
    return [says(name, special ? { work, ...special } : { end: end ?? "completed", work, answer, question })];
  }
}

/** A review brings no work; what it brings instead stands among its own ends. What only the app gives is tried on one kind. */
function fits(name: string, { kind }: Attempt): boolean {
  if (kind !== "implement" && ["superseded", "cancelled"].includes(name)) return false;
  return (kind !== "review" && kind !== "rebase") || !name.startsWith("completed");
}

function workOf(from: Snapshot, { start }: Attempt, finished: boolean) {
  return { base: start.base, head: numbered("1", from), commits: 1, files: 1, patch: "", finished };
}

function ownEnds(from: Snapshot, attempt: Attempt): { [name: string]: Partial<Report> } {
  if (attempt.kind === "review") return reviewEnds(from, attempt);
  if (attempt.kind === "rebase") return rebaseEnds(from, attempt);
  return attempt.kind === "improve" ? improveEnds(from) : {};
}

/** What a rebase may come to. */
function rebaseEnds(from: Snapshot, attempt: Attempt): { [name: string]: Partial<Report> } {
  const { head, base } = attempt.start;
  const commits = { before: 1, after: 1 };
  const claim: RebaseClaim = { by: "git", dropped: [], conflicts: [] };
  const rebase = { ...claim, before: head ?? BASE, onto: base, commits, range_diff: "" };
  const work = workOf(from, attempt, true);
  return {
    "leaves the patch": { rebase, work: { ...work, patch: "9" } },
    "changes the patch": { rebase, work: { ...work, patch: "8" } },
    "finds nothing to do": { rebase: { ...rebase, by: "nothing" }, work: null },
  };
}

/** What a reviewer may come to. */
function reviewEnds({ findings }: Snapshot, { start, how }: Attempt): { [name: string]: Partial<Report> } {
  const review = { head: start.head ?? BASE, patch: "9", dropped: [], gone: [] };
  const found = (severity: "blocker" | "followup"): Partial<Report> => ({
    review,
    coverage: [],
    findings: [Finding.parse(plainFinding(finding({ severity })))],
  });
  const disputed = (findings?.known ?? []).filter(({ state }) => state === "disputed");
  const ruled = (ruling: "upheld" | "overruled"): Partial<Report> => ({
    review,
    coverage: [],
    findings: [],
    closed: disputed.map(({ fingerprint }) => ({ finding: fingerprint, how: ruling, evidence: "" })),
  });
  if (how === "judge") return { upholds: ruled("upheld"), overrules: ruled("overruled") };
  return {
    approves: { review, coverage: [], findings: [] },
    "finds a blocker": found("blocker"),
    "finds a follow-up": found("followup"),
    "is incomplete": { review, findings: [], coverage: [{ path: "a", seen: false, why: "no room" }] },
  };
}

/** What an improve attempt without work may come to. */
function improveEnds({ findings }: Snapshot): { [name: string]: Partial<Report> } {
  const open = (findings?.known ?? []).filter(({ state }) => state === "open");
  const closed = open.map(({ fingerprint }) => ({
    finding: fingerprint,
    how: "disputed" as const,
    evidence: "it is right",
  }));
  return { disputes: { closed }, "changes nothing": { end: "unchanged" } };
}

/** Without what only GZA adds. */
function plainFinding(known: KnownFinding): object {
  const { n: _, state: __, seen: ___, dispute: ____, upheld: _____, note: ______, ...plain } = known;
  return plain;
}

/** A GitHub of values: applies a decision to a snapshot, and says what may happen next by itself or by a person. */
import type { Decision, Effect, LineComment } from "../../src/domain/decision.ts";
import { Finding, type KnownFinding } from "../../src/domain/finding.ts";
import { batonRef, branchRef, markerOf, unfinishedRef } from "../../src/domain/names.ts";
import { RecordBody, type Record as TaskRecord } from "../../src/domain/record.ts";
import type { ReadReport, Report } from "../../src/domain/report.ts";
import type { CheckFacts, Evidence, PullFacts, Snapshot, ThreadFacts } from "../../src/domain/snapshot.ts";
import { AttemptEnd } from "../../src/domain/task.ts";
import { later } from "../../src/domain/time.ts";
import { ANNA, BASE, check, comment, finding, pull, report, run, sha, thread } from "./snapshots.ts";

/** One way on from a state. */
export interface Step {
  name: string;
  next: Snapshot;
}

/** The states after a decision was carried out: one for each way that GitHub may answer its effects, or only the good way. */
export function afterDecision(from: Snapshot, decision: Decision, faults: boolean): Step[] {
  const moved: Snapshot = decision.move ? afterMove(from, decision.move) : { ...from, evidence: [] };
  let states: Step[] = [{ name: decision.reason, next: moved }];
  for (const effect of decision.effects) {
    states = states.flatMap(({ name, next }) =>
      afterEffect(next, effect)
        .slice(0, faults ? undefined : 1)
        .map((step) => ({ name: `${name} ${step.name}`.trim(), next: step.next })),
    );
  }
  return states;
}

function afterMove(from: Snapshot, move: Decision["move"] & object): Snapshot {
  const job = move.job === null ? null : numbered("a", from);
  const body = RecordBody.parse(
    job && move.record.attempt ? { ...move.record, attempt: { ...move.record.attempt, job } } : move.record,
  );
  const record: TaskRecord = { ...body, mac: "0".repeat(64) };
  const next: Snapshot = {
    ...from,
    record: { kind: "record", oid: sha("e"), tree: sha("f"), record },
    brief: move.brief ?? from.brief,
    findings: move.findings ?? from.findings,
    ledger: { ...from.ledger, queue: move.queue ?? from.ledger.queue },
    evidence: [],
  };
  if (job) next.baton = { kind: "job", oid: job, at: from.now };
  if (move.job?.kind === "again") next.run = null;
  for (const ref of move.refs) {
    if (ref.name === batonRef(7)) next.baton = { kind: "none" };
    if (ref.name === unfinishedRef(7)) next.unfinished = ref.after;
    if (record.branch !== null && ref.name === branchRef(record.branch)) {
      next.branchHead = ref.after;
      if (from.pull && ref.after) next.pull = { ...from.pull, ...moved(ref.after) };
    }
  }
  if (record.attempt === null) next.run = null;
  return next;
}

/** What a new head does to a pull request: everything about it is unknown again. */
function moved(head: string): Pick<PullFacts, "head" | "mergeable" | "checks"> {
  return { head, mergeable: "unknown", checks: checks("pending", null) };
}

function afterEffect(from: Snapshot, effect: Effect): Step[] {
  const told = (evidence: Evidence): Snapshot => ({ ...from, evidence: [...from.evidence, evidence] });
  const silently = (next: Snapshot): Step[] => [{ name: "", next }];
  switch (effect.kind) {
    case "dispatch":
      return [
        { name: "run starts", next: { ...from, run: run({ status: "in_progress", conclusion: null }) } },
        { name: "run never comes", next: from },
        {
          name: "dispatch refused",
          next: told({ kind: "dispatch_refused", attempt: effect.attempt, status: 404, message: "no" }),
        },
      ];
    case "cancel_run":
      return silently(told({ kind: "run_cancelled", run: effect.run }));
    case "open_pull":
      return [
        { name: "pull opened", next: { ...from, pull: opened(from, effect.draft) } },
        { name: "pull refused", next: told({ kind: "pull_refused", status: 422, message: "no" }) },
      ];
    case "edit_pull":
      return silently(from.pull ? { ...from, pull: { ...from.pull, draft: effect.change.draft } } : from);
    case "say":
      return silently(say(from, effect.key, effect.body));
    case "edit_status":
      return silently(say(from, "status", effect.body));
    case "post_review":
      return silently(withThreads(say(from, effect.key, effect.body), effect.comments));
    case "minimise":
      return silently({
        ...from,
        said: new Map(
          [...from.said].map(([key, one]) => [
            key,
            { ...one, isMinimised: one.isMinimised || effect.nodes.includes(one.nodeId) },
          ]),
        ),
      });
    case "set_check":
      return silently(
        from.pull ? { ...from, pull: { ...from.pull, checks: withOwn(from.pull, effect) } } : from,
      );
    case "answer_threads":
      return silently(
        onThreads(from, (one) => {
          const reply = effect.replies.find(({ thread }) => thread === one.id);
          const mine = { by: null, isBot: true, isMine: true, at: from.now, body: "" };
          return reply ? { ...one, comments: [...one.comments, { ...mine, key: reply.key }] } : one;
        }),
      );
    case "resolve_threads":
      return silently(
        onThreads(from, (one) => (effect.threads.includes(one.id) ? { ...one, isResolved: true } : one)),
      );
    case "rerun_checks":
      return [
        {
          name: "checks run again",
          next: from.pull ? { ...from, pull: { ...from.pull, checks: checks("pending", null) } } : from,
        },
        { name: "rerun refused", next: told({ kind: "rerun_asked", head: effect.head }) },
      ];
    case "react":
      return silently({ ...from, comments: from.comments.map((one) => ({ ...one, acknowledged: true })) });
    case "set_labels":
      return silently({
        ...from,
        issue: {
          ...from.issue,
          labels: [...from.issue.labels.filter((name) => !effect.remove.includes(name)), ...effect.add],
        },
      });
    case "request_merge":
      return [
        { name: "merged", next: from.pull ? { ...from, pull: { ...from.pull, state: "merged" } } : from },
        { name: "405", next: told({ kind: "merge_refused", head: effect.head, status: 405, message: "no" }) },
        {
          name: "409",
          next: told({ kind: "merge_refused", head: effect.head, status: 409, message: "later" }),
        },
      ];
    case "delete_branch":
      return silently({ ...from, branchHead: null });
    case "close_issue":
      return silently({ ...from, issue: { ...from.issue, state: "closed" } });
  }
}

function say(from: Snapshot, key: string, body: string): Snapshot {
  const known = from.said.get(key) ?? {
    id: from.said.size + 1,
    nodeId: `IC_${from.said.size + 1}`,
    isMinimised: false,
  };
  return { ...from, said: new Map([...from.said, [key, { ...known, body }]]) };
}

function onThreads(from: Snapshot, change: (thread: ThreadFacts) => ThreadFacts): Snapshot {
  return from.pull ? { ...from, pull: { ...from.pull, threads: from.pull.threads.map(change) } } : from;
}

function withThreads(from: Snapshot, comments: readonly LineComment[]): Snapshot {
  if (!from.pull) return from;
  const began = comments.map(({ path, line, body }, index): ThreadFacts => ({
    id: `PRRT_${from.said.size}_${index}`,
    path,
    line,
    isResolved: false,
    comments: [{ by: null, isBot: true, isMine: true, key: markerOf(body), at: from.now, body }],
  }));
  return { ...from, pull: { ...from.pull, threads: [...from.pull.threads, ...began] } };
}

function withOwn(open: PullFacts, { name, conclusion }: { name: string; conclusion: string }): CheckFacts[] {
  const others = open.checks.filter(({ own }) => !own);
  return [...others, check({ name, outcome: conclusion, own: true, id: 62, run: null })];
}

/** A good end and one that stops a task. */
export const FEW_ENDS: readonly string[] = ["completed", "timeout"];
/** All of them. */
export const ALL_ENDS: readonly string[] = [
  ...AttemptEnd.options,
  "nothing",
  "garbage",
  "success",
  "failure",
  "cancelled run",
  "timed_out",
];

/** What GitHub or the run does next, with nobody speaking: how attempts may end, and whether checks may turn red. */
export function worldSteps(from: Snapshot, { ends, red }: { ends: readonly string[]; red: boolean }): Step[] {
  if (from.run && from.run.status !== "completed") return runSteps(from, ends);
  const { pull: open } = from;
  if (!open || open.state !== "open") return [];
  const change = (name: string, changed: Partial<PullFacts>): Step => ({
    name,
    next: { ...from, pull: { ...open, ...changed } },
  });
  const steps: Step[] = [];
  if (open.mergeable === "unknown") {
    steps.push(
      change("mergeable", { mergeable: "mergeable" }),
      change("conflicts", { mergeable: "conflicting" }),
    );
  }
  if (open.checks.some(({ outcome }) => outcome === "pending")) {
    const own = open.checks.filter((one) => one.own);
    const over = later(from.now, 1);
    steps.push(
      change("checks green", { checks: [...checks("success", over), ...own] }),
      ...(red ? [change("checks red", { checks: [...checks("failure", over), ...own] })] : []),
    );
  }
  return steps;
}

/** What a person may do at any time. */
export function personSteps(from: Snapshot): Step[] {
  const { issue, pull: open } = from;
  const says = (body: string, by = ANNA): Step => ({
    name: `says ${body}`,
    next: {
      ...from,
      comments: [
        ...from.comments,
        comment(body, { id: 2000 + from.said.size * 10 + from.comments.length, by, acknowledged: false }),
      ],
    },
  });
  const labelled = (on: boolean): Step => ({
    name: on ? "label on" : "label off",
    next: {
      ...from,
      issue: {
        ...issue,
        labels: on ? [...issue.labels, "gza"] : issue.labels.filter((name) => name !== "gza"),
        labelled: [...issue.labelled, { on, at: from.now, by: ANNA }],
      },
    },
  });
  const steps = [
    ...[
      "/gza merge",
      "/gza cancel",
      "/gza improve",
      "/gza improve it",
      "/gza review",
      "/gza dismiss F1 no",
    ].map((body) => says(body)),
    labelled(!issue.labels.includes("gza")),
  ];
  steps.push({
    name: "closes or reopens the issue",
    next: { ...from, issue: { ...issue, state: issue.state === "open" ? "closed" : "open" } },
  });
  if (open?.state === "open") {
    steps.push({ name: "merges", next: { ...from, pull: { ...open, state: "merged", mergedBy: ANNA } } });
    steps.push({ name: "closes the pull", next: { ...from, pull: { ...open, state: "closed" } } });
    const head = numbered("7", from);
    steps.push({ name: "pushes", next: { ...from, branchHead: head, pull: { ...open, ...moved(head) } } });
    const word = { by: ANNA, isBot: false, at: from.now, body: "No." };
    const request = { ...word, id: 3000 + open.reviews.length, state: "changes_requested" } as const;
    steps.push({
      name: "requests changes",
      next: { ...from, pull: { ...open, reviews: [...open.reviews, request] } },
    });
    const began = thread("No.", {
      id: `PRRT_person_${open.threads.length}`,
      comments: [{ ...word, isMine: false, key: null }],
    });
    steps.push({
      name: "comments on a line",
      next: { ...from, pull: { ...open, threads: [...open.threads, began] } },
    });
  }
  return steps;
}

/** The clock moves to when the decision wants to look again. */
export function afterTime(from: Snapshot, again: string): Step {
  return {
    name: "time passes",
    next: { ...from, now: again > from.now ? again : later(from.now, 1), evidence: [] },
  };
}

function runSteps(from: Snapshot, ends: readonly string[]): Step[] {
  const { record, run: going } = from;
  if (!going || record.kind !== "record" || !record.record.attempt || from.baton.kind !== "job") return [];
  const { n, start } = record.record.attempt;
  const job = from.baton.oid;
  const over = { ...going, status: "completed" as const, conclusion: "success" };
  const brings = (read: ReadReport, head: string | null): Snapshot => ({
    ...from,
    run: over,
    baton: { kind: "report", oid: numbered("c", from), at: from.now, job, work: head, report: read },
  });
  const head = numbered("1", from);
  const work = { base: start.base, head, commits: 1, files: 1, patch: "", finished: true };
  const { kind } = record.record.attempt;
  const says = (name: string, change: Partial<Report>, tip: string | null = null): Step => ({
    name: `${kind} ${name}`,
    next: brings({ kind: "report", report: report({ attempt: n, kind, work: null, ...change }) }, tip),
  });
  const own = kind === "review" ? reviewEnds(from) : kind === "improve" ? improveEnds(from) : {};
  const special = Object.entries(own).map(([name, change]) => says(name, change));
  // A review brings no work; what it brings instead stands among its own ends. What only the app gives is tried on one kind.
  const unfit = new Set(kind === "implement" ? [] : ["superseded", "cancelled", "stopped"]);
  const general = ends.filter((name) => !unfit.has(name) && (kind !== "review" || name !== "completed"));
  return special.concat(general.map((name) => generalEnd(name)));

  function generalEnd(name: string): Step {
    const end = AttemptEnd.safeParse(name);
    if (end.success) {
      return says(name, { end: end.data, work }, head);
    }
    if (name === "nothing") return says(name, {});
    if (name === "garbage") return { name, next: brings({ kind: "unreadable", why: "no" }, null) };
    const conclusion = name === "cancelled run" ? "cancelled" : name;
    return { name: `leaves no report: ${name}`, next: { ...from, run: { ...over, conclusion } } };
  }
}

/** What a reviewer may come to. */
function reviewEnds({ findings, record }: Snapshot): { [name: string]: Partial<Report> } {
  const attempt = record.kind === "record" ? record.record.attempt : null;
  const head = attempt?.start.head ?? BASE;
  const review = { head, patch: "9", dropped: [], gone: [] };
  const found = (severity: "blocker" | "followup"): Partial<Report> => ({
    review,
    coverage: [],
    findings: [Finding.parse(plainFinding(finding({ severity })))],
  });
  const disputed = (findings?.known ?? []).filter(({ state }) => state === "disputed");
  const ruled = (how: "upheld" | "overruled"): Partial<Report> => ({
    review,
    coverage: [],
    findings: [],
    closed: disputed.map(({ fingerprint }) => ({ finding: fingerprint, how, evidence: "" })),
  });
  if (attempt?.how === "judge") return { upholds: ruled("upheld"), overrules: ruled("overruled") };
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

function opened(from: Snapshot, draft: boolean): PullFacts {
  return pull({
    head: from.branchHead ?? BASE,
    draft,
    mergeable: "unknown",
    checks: checks("pending", null),
  });
}

/** The time of its end makes the check run another one. */
function checks(outcome: string, completedAt: string | null): CheckFacts[] {
  return [check({ outcome, completedAt })];
}

/** An object id that no earlier attempt had. */
function numbered(digit: string, from: Snapshot): string {
  const spent = from.record.kind === "record" ? from.record.record.spent.attempts : 0;
  return `${digit.repeat(38)}${String(spent).padStart(2, "0")}`;
}

/** A GitHub of values: applies a decision to a snapshot, and says what may happen next by itself or by a person. */
import type { Decision, Effect } from "../../src/domain/decision.ts";
import { batonRef, branchRef, unfinishedRef } from "../../src/domain/names.ts";
import { RecordBody, type Record as TaskRecord } from "../../src/domain/record.ts";
import type { ReadReport } from "../../src/domain/report.ts";
import type { Evidence, PullFacts, Snapshot } from "../../src/domain/snapshot.ts";
import { AttemptEnd } from "../../src/domain/task.ts";
import { later } from "../../src/domain/time.ts";
import { ANNA, BASE, comment, pull, report, run, sha } from "./snapshots.ts";

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
    ledger: { ...from.ledger, queue: move.queue ?? from.ledger.queue },
    evidence: [],
  };
  if (job) next.baton = { kind: "job", oid: job, at: from.now };
  if (move.job?.kind === "again") next.run = null;
  for (const ref of move.refs) {
    if (ref.name === batonRef(7)) next.baton = { kind: "none" };
    if (ref.name === unfinishedRef(7)) next.unfinished = ref.after;
    if (record.branch !== null && ref.name === branchRef(record.branch)) next.branchHead = ref.after;
  }
  if (record.attempt === null) next.run = null;
  return next;
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
      return silently({
        ...from,
        said: new Map([...from.said, [effect.key, { id: from.said.size + 1, body: effect.body }]]),
      });
    case "edit_status":
      return silently({
        ...from,
        said: new Map([...from.said, ["status", { id: effect.id ?? 900, body: effect.body }]]),
      });
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

/** One end of every kind that the policy tells apart, and a run that left no report. */
export const FEW_ENDS: readonly string[] = ["completed", "timeout", "superseded", "success"];
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

/** What GitHub or the run (which may end in these ways) does next, with nobody speaking. */
export function worldSteps(from: Snapshot, ends: readonly string[]): Step[] {
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
  if (open.checks.some((check) => check.outcome === "pending")) {
    steps.push(
      change("checks green", { checks: checks("success") }),
      change("checks red", { checks: checks("failure") }),
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
  const steps = [says("/gza merge"), says("/gza cancel"), labelled(!issue.labels.includes("gza"))];
  steps.push({
    name: "closes or reopens the issue",
    next: { ...from, issue: { ...issue, state: issue.state === "open" ? "closed" : "open" } },
  });
  if (open?.state === "open") {
    steps.push({ name: "merges", next: { ...from, pull: { ...open, state: "merged", mergedBy: ANNA } } });
    steps.push({ name: "closes the pull", next: { ...from, pull: { ...open, state: "closed" } } });
    steps.push({
      name: "pushes",
      next: { ...from, branchHead: sha("7"), pull: { ...open, head: sha("7"), mergeable: "unknown" } },
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
  return ends.map((name) => {
    const end = AttemptEnd.safeParse(name);
    if (end.success) {
      return {
        name: `reports ${name}`,
        next: brings({ kind: "report", report: report({ attempt: n, end: end.data, work }) }, head),
      };
    }
    if (name === "nothing")
      return { name, next: brings({ kind: "report", report: report({ attempt: n, work: null }) }, null) };
    if (name === "garbage") return { name, next: brings({ kind: "unreadable", why: "no" }, null) };
    const conclusion = name === "cancelled run" ? "cancelled" : name;
    return { name: `leaves no report: ${name}`, next: { ...from, run: { ...over, conclusion } } };
  });
}

function opened(from: Snapshot, draft: boolean): PullFacts {
  return pull({ head: from.branchHead ?? BASE, draft, mergeable: "unknown", checks: checks("pending") });
}

function checks(outcome: string): PullFacts["checks"] {
  return [{ name: "test", outcome, required: false, own: false, url: null }];
}

/** An object id that no earlier attempt had. */
function numbered(digit: string, from: Snapshot): string {
  const spent = from.record.kind === "record" ? from.record.record.spent.attempts : 0;
  return `${digit.repeat(38)}${String(spent).padStart(2, "0")}`;
}

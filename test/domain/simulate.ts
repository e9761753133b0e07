/** A GitHub of values: applies a decision to a snapshot, in each way that GitHub may answer its effects. */
import type { Decision, Effect, LineComment } from "../../src/domain/decision.ts";
import { batonRef, branchRef, markerOf, unfinishedRef } from "../../src/domain/names.ts";
import { RecordBody, type Record as TaskRecord } from "../../src/domain/record.ts";
import type {
  Baton,
  CheckFacts,
  Evidence,
  PullFacts,
  Snapshot,
  ThreadFacts,
  Unfinished,
} from "../../src/domain/snapshot.ts";
import { later } from "../../src/domain/time.ts";
import { BASE, check, pull, run, sha } from "./snapshots.ts";

/** One way on from a state. */
export interface Step {
  name: string;
  next: Snapshot;
  /** GitHub lost or refused something, or the process died. */
  isMishap?: boolean;
  isBadEnd?: boolean;
  /** The base has gone on. */
  isBaseMove?: boolean;
}

/** What the base asks of a pull request, and what GitHub offers there. */
export interface Rules extends Pick<PullFacts, "queue" | "autoMerge" | "mustCatchUp"> {
  /** The review's check is required. */
  gated: boolean;
}

/** How GitHub answers: only well, well or badly, or badly wherever it can. */
export type Luck = "good" | "mixed" | "bad";

/** The states after a decision was carried out: one for each way that GitHub may answer its effects. */
export function afterDecision(
  from: Snapshot,
  decision: Decision,
  { luck, rules }: { luck: Luck; rules: Rules },
): Step[] {
  const moved: Snapshot = decision.move ? afterMove(from, decision.move) : from;
  let states: Step[] = [{ name: decision.reason, next: moved }];
  for (const effect of decision.effects) {
    states = states.flatMap(({ name, next, isMishap }) =>
      waysOn(afterEffect(next, effect, rules), luck).map((step) => ({
        name: `${name} ${step.name}`.trim(),
        next: step.next,
        isMishap: isMishap === true || step.isMishap === true,
      })),
    );
  }
  if (luck !== "mixed" || !decision.move || decision.effects.length === 0) return states;
  // The process dies between the move and what it announced.
  return [
    ...states,
    { name: `${decision.reason}, then dies`, next: { ...moved, evidence: [] }, isMishap: true },
  ];
}

function waysOn([good, ...bad]: Step[], luck: Luck): Step[] {
  if (!good) throw new Error("something follows from every effect");
  const mishaps = bad.map((step) => ({ ...step, isMishap: true }));
  if (luck === "mixed") return [good, ...mishaps];
  return luck === "good" || bad.length === 0 ? [good] : mishaps;
}

/** The clock moves to when the decision wants to look again. */
export function afterTime(from: Snapshot, again: string): Step {
  const now = again > from.now ? again : later(from.now, 1);
  return { name: "time passes", next: { ...from, now, evidence: [] } };
}

/** What a new head does to a pull request: everything about it is unknown again, and what stood in a queue is thrown out. */
export function moved(open: PullFacts, head: string): PullFacts {
  const queue = open.queue === "queued" ? "enabled" : open.queue;
  return { ...open, head, queue, mergeable: "unknown", checks: checks("pending", null) };
}

/** The time of its end makes the check run another one. */
export function checks(outcome: string, completedAt: string | null): CheckFacts[] {
  return [check({ outcome, completedAt })];
}

/** An object id that no earlier attempt had. */
export function numbered(digit: string, from: Snapshot): string {
  const spent = from.record.kind === "record" ? from.record.record.spent.attempts : 0;
  return `${digit.repeat(38)}${String(spent).padStart(2, "0")}`;
}

function afterMove(from: Snapshot, move: Decision["move"] & object): Snapshot {
  const job =
    move.job === null ? null : move.job.kind === "again" ? numbered("8", from) : numbered("a", from);
  const body = RecordBody.parse(
    job && move.record.attempt ? { ...move.record, attempt: { ...move.record.attempt, job } } : move.record,
  );
  const record: TaskRecord = { ...body, mac: "0".repeat(64) };
  const before = from.record.kind === "record" ? from.record.record : null;
  const next: Snapshot = {
    ...from,
    record: { kind: "record", oid: sha("e"), tree: sha("f"), record },
    brief: move.brief ?? from.brief,
    findings: move.findings ?? from.findings,
    receipt: record.receipt === null ? null : (move.receipt ?? from.receipt),
    ledger: { ...from.ledger, queue: move.queue ?? from.ledger.queue },
    comments: from.comments.filter(({ id }) => id > record.seen.comment),
  };
  // Another generation has another branch, whose pull request is not there yet.
  if (before && before.branch !== record.branch) Object.assign(next, { branchHead: null, pull: null });
  if (job) next.baton = { kind: "job", oid: job, at: from.now };
  if (move.job !== null || record.attempt === null) next.run = null;
  for (const ref of move.refs) {
    if (ref.name === batonRef(7)) next.baton = { kind: "none" };
    if (ref.name === unfinishedRef(7)) next.unfinished = ref.after === null ? null : kept(from.baton);
    if (record.branch !== null && ref.name === branchRef(record.branch)) next.branchHead = ref.after;
  }
  return next;
}

function kept(baton: Baton): Unfinished {
  if (baton.kind !== "report") throw new Error("only what was brought back can be kept");
  const { oid, work, report } = baton;
  const session = report.kind === "report" && report.report.session ? sha("5") : null;
  return { oid, work, session, report };
}

function afterEffect(from: Snapshot, effect: Effect, rules: Rules): Step[] {
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
        {
          name: "pull opened",
          next: { ...from, pull: { ...opened(from, rules, effect.draft), body: effect.body } },
        },
        { name: "pull refused", next: told({ kind: "pull_refused", status: 422, message: "no" }) },
      ];
    case "hold_merge":
      return silently({
        ...told({ kind: "merge_held", pull: effect.pull }),
        pull: from.pull && { ...from.pull, queue: rules.queue, autoMerge: rules.autoMerge },
      });
    case "auto_merge":
    case "enqueue": {
      const { head } = effect;
      const left = effect.kind === "enqueue" ? { queue: "queued" as const } : { autoMerge: "on" as const };
      const asked = told({ kind: "merge_asked", head });
      return [
        {
          name: `left to GitHub: ${effect.kind}`,
          next: { ...asked, pull: from.pull && { ...from.pull, ...left } },
        },
        { name: "422", next: told({ kind: "merge_refused", head, status: 422, message: "no" }) },
      ];
    }
    case "revert_pull":
      return [
        { name: "reverted", next: told({ kind: "reverted", pull: effect.number, by: 19 }) },
        {
          name: "revert refused",
          next: told({ kind: "revert_refused", pull: effect.number, message: "no" }),
        },
      ];
    case "close_pull":
      return silently(told({ kind: "pull_closed", number: effect.number }));
    case "edit_pull":
      return silently(from.pull ? { ...from, pull: { ...from.pull, ...effect.change } } : from);
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
        from.pull ? { ...from, pull: { ...from.pull, checks: withOwn(from.pull, effect, rules) } } : from,
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
          next: from.pull ? { ...from, pull: { ...from.pull, checks: againPending(from.pull) } } : from,
        },
        { name: "rerun refused", next: told({ kind: "rerun_asked", head: effect.head }) },
      ];
    case "react":
      return silently({
        ...from,
        comments: from.comments.map((one) =>
          one.id === effect.comment ? { ...one, acknowledged: true } : one,
        ),
      });
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

function withOwn(
  open: PullFacts,
  { name, conclusion }: { name: string; conclusion: string },
  { gated }: Rules,
): CheckFacts[] {
  const others = open.checks.filter(({ own }) => !own);
  return [...others, check({ name, outcome: conclusion, own: true, id: 62, run: null, required: gated })];
}

function againPending({ checks: shown }: PullFacts): CheckFacts[] {
  return [...checks("pending", null), ...shown.filter(({ own }) => own)];
}

function opened(from: Snapshot, { queue, autoMerge, mustCatchUp }: Rules, draft: boolean): PullFacts {
  return pull({
    baseHead: from.repository.defaultHead,
    queue,
    autoMerge,
    mustCatchUp,
    head: from.branchHead ?? BASE,
    draft,
    mergeable: "unknown",
    checks: checks("pending", null),
  });
}

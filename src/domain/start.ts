/** The one gate through which every attempt starts: bounds, evidence and money first, then turn and room. */
import { createHash } from "node:crypto";
import { agentFor, type Config } from "./config.ts";
import type { Job } from "./job.ts";
import { board, committed, onDay, roundCents } from "./queue.ts";
import { NO_SHA, type Attempt, type Record, type RecordBody } from "./record.ts";
import { moves, rests, type Answer } from "./rule.ts";
import type { Snapshot } from "./snapshot.ts";
import type { How, Instant, Kind, ParkReason } from "./task.ts";
import { later, nextDay, secondsBetween } from "./time.ts";
import { moveTo } from "./transition.ts";
import { room, turns } from "./turns.ts";

/** All attempts that a task may make between two words of a person: the breaker that shares no input with the others. */
export const MAX_ATTEMPTS = 20;
/** The same evidence never starts more attempts than these by itself. */
export const MAX_SAME_EVIDENCE = 3;
/** How soon a waiting task looks again by itself; whoever lands wakes it earlier. */
const LOOK_AGAIN_SECONDS = 300;

/** Starts an attempt of `kind`, or parks the task, or lets it wait, each with the reason. */
export function start(snapshot: Snapshot, record: Record, kind: Kind): Answer | null {
  if (snapshot.config.kind === "broken" || snapshot.brief === null) return null;
  const { config } = snapshot.config;
  const evidence = evidenceOf(snapshot, record, kind);
  const bound = boundReached(record, config, evidence);
  if (bound) {
    const story = `stopped: ${bound.replaceAll("_", " ")}`;
    return moves(moveTo(snapshot, record, { story, change: { phase: "parked", reason: bound } }));
  }
  const wait = whyWait(snapshot, record, config);
  if (wait) {
    if (record.phase === "queued" && record.reason === wait.reason) return rests(wait.reason, wait.until);
    const story = wait.reason.replaceAll("_", " ");
    const move = moveTo(snapshot, record, { story, change: { phase: "queued", reason: wait.reason } });
    return { ...moves(move), again: wait.until };
  }
  return claim(snapshot, record, { kind, config, evidence });
}

function boundReached(record: Record, config: Config, evidence: string): ParkReason | null {
  const since = record.attempts.filter((attempt) => attempt.n > record.heard);
  if (record.spent.attempts - record.heard >= MAX_ATTEMPTS) return "attempts";
  if (since.filter((attempt) => attempt.evidence === evidence).length >= MAX_SAME_EVIDENCE)
    return "no_progress";
  return left(record, config) <= 0 ? "budget" : null;
}

function whyWait(
  snapshot: Snapshot,
  record: Record,
  config: Config,
): { reason: "waits_for_budget" | "waits_for_turn" | "waits_for_room"; until: Instant } | null {
  const { now } = snapshot;
  const queue = onDay(snapshot.ledger.queue, now);
  if (committed(queue) + left(record, config) > config.budget.day) {
    return { reason: "waits_for_budget", until: nextDay(now) };
  }
  if (record.not_before !== null && secondsBetween(now, record.not_before) > 0) {
    return { reason: "waits_for_turn", until: record.not_before };
  }
  const places = room(queue, config);
  const until = later(now, LOOK_AGAIN_SECONDS);
  if (places === 0) return { reason: "waits_for_room", until };
  const others = snapshot.ledger.records.filter((other) => other.issue !== record.issue);
  const place = turns([...others, { ...record, phase: "queued" }], queue, now).indexOf(record.issue);
  return place < places ? null : { reason: "waits_for_turn", until };
}

/** Dollars that the task may still spend. */
function left(record: RecordBody, config: Config): number {
  return roundCents((record.settings.budget ?? config.budget.task) - record.spent.usd);
}

function claim(
  snapshot: Snapshot,
  record: Record,
  wanted: { kind: Kind; config: Config; evidence: string },
): Answer {
  const { kind, config, evidence } = wanted;
  const n = record.spent.attempts + 1;
  const reserved = left(record, config);
  const chosen = agentFor(config, kind);
  const attempt: Attempt = {
    n,
    kind,
    how: "first",
    agent: record.settings.agent ?? chosen.agent,
    model: record.settings.model ?? chosen.model,
    start: { base: snapshot.repository.defaultHead, head: record.head },
    evidence,
    job: NO_SHA,
    run: null,
    claimed: snapshot.now,
    ended: null,
    end: null,
    work: null,
    reserved,
    turns: 0,
    seconds: 0,
    usd: null,
  };
  const queue = board(onDay(snapshot.ledger.queue, snapshot.now), {
    issue: record.issue,
    attempt: n,
    kind,
    agent: attempt.agent,
    by: record.asked.by.id,
    reserved,
  });
  const before = snapshot.baton.kind === "none" ? null : snapshot.baton.oid;
  const move = moveTo(snapshot, record, {
    story: `started ${kind}, attempt ${n}`,
    change: { phase: "running", reason: "started", attempt, config: snapshot.config.blob },
    queue,
    job: { kind: "new", job: jobFor(snapshot, record, { attempt, config, how: "first" }), before },
  });
  return moves(move, [{ kind: "dispatch", attempt: n, ref: snapshot.repository.defaultBranch }]);
}

function jobFor(
  snapshot: Snapshot,
  record: Record,
  made: { attempt: Attempt; config: Config; how: How },
): Job {
  const { attempt, config, how } = made;
  const { brief, repository } = snapshot;
  if (!brief) throw new Error(`the record of task ${record.issue} has no brief.json beside it`);
  const chosen = agentFor(config, attempt.kind);
  return {
    v: 1,
    repository: { id: repository.id, name: repository.name },
    issue: record.issue,
    attempt: attempt.n,
    kind: attempt.kind,
    how,
    brief,
    start: { base: attempt.start.base, base_branch: record.base, head: attempt.start.head, work: null },
    plan: null,
    answer_to: null,
    findings: [],
    feedback: [],
    checks: [],
    previous: null,
    agent: { name: attempt.agent, model: attempt.model, fallback: [] },
    limits: {
      turns: record.settings.max_turns ?? chosen.max_turns,
      seconds: chosen.timeout,
      silence: chosen.silence,
      usd: attempt.reserved,
      files: config.guard.files,
      bytes: config.guard.bytes,
      loops: { same_call: 5, same_error: 5, same_test: 8 },
    },
    setup: config.setup,
    verify: config.verify,
    network: [],
    protect: config.guard.protect,
    allow: config.guard.allow,
    instructions: config.instructions,
  };
}

/** The same for two attempts that would do the same from the same state. */
function evidenceOf(snapshot: Snapshot, record: Record, kind: Kind): string {
  return createHash("sha256")
    .update(JSON.stringify([kind, snapshot.repository.defaultHead, record.head, record.brief]))
    .digest("hex")
    .slice(0, 12);
}

/** The one gate through which every attempt starts: bounds, evidence and money first, then turn and room. */
import { createHash } from "node:crypto";
import { agentFor, type Config } from "./config.ts";
import { jobFor, matterFor } from "./make-job.ts";
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

interface Wanted {
  kind: Kind;
  how: How;
}

/** Starts an attempt of `kind`, or parks the task, or lets it wait, each with the reason. */
export function start(snapshot: Snapshot, record: Record, kind: Kind, how: How = "first"): Answer | null {
  if (snapshot.config.kind === "broken" || snapshot.brief === null) return null;
  const { config } = snapshot.config;
  const evidence = evidenceOf(snapshot, record, { kind, how });
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
  return claim(snapshot, record, { kind, how, config, evidence });
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
  wanted: { kind: Kind; how: How; config: Config; evidence: string },
): Answer {
  const { kind, how, config, evidence } = wanted;
  const n = record.spent.attempts + 1;
  const reserved = left(record, config);
  const { agent, model } = workerFor(record, config, kind);
  const attempt: Attempt = {
    n,
    kind,
    how,
    agent,
    model,
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
    change: { phase: "running", reason: "started", attempt, config: snapshot.config.blob, wanted: null },
    queue,
    job: { kind: "new", job: jobFor(snapshot, record, { attempt, config }), before },
  });
  return moves(move, [{ kind: "dispatch", attempt: n, ref: snapshot.repository.defaultBranch }]);
}

/** Flags of a person's command choose who does the work; who reviews it is the config's business, so that it can be somebody else. */
function workerFor(record: Record, config: Config, kind: Kind): { agent: string; model: string | null } {
  const chosen = agentFor(config, kind);
  if (kind === "review") return { agent: chosen.agent, model: chosen.model };
  return {
    agent: record.settings.agent ?? chosen.agent,
    model: record.settings.model ?? chosen.model,
  };
}

/** The same for two attempts that would do the same from the same state. */
function evidenceOf(snapshot: Snapshot, record: Record, { kind, how }: Wanted): string {
  return createHash("sha256")
    .update(JSON.stringify([kind, how, record.head, record.brief, ...reasonsFor(snapshot, record, kind)]))
    .digest("hex")
    .slice(0, 12);
}

function reasonsFor(snapshot: Snapshot, record: Record, kind: Kind): string[] {
  const { findings, feedback, checks } = matterFor(snapshot, record, { kind, how: "first" });
  if (kind === "improve")
    return [...findings.map(({ fingerprint }) => fingerprint), ...feedback.map(({ id, at }) => id + at)];
  if (kind === "fix") return checks.map(({ name }) => name);
  return kind === "review" ? [] : [snapshot.repository.defaultHead];
}

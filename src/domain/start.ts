/** The one gate through which every attempt starts: bounds, evidence and money first, then turn and room. */
import { createHash } from "node:crypto";
import { agentFor, type Config } from "./config.ts";
import { jobFor, matterFor } from "./make-job.ts";
import { PEOPLE_LABELS } from "./names.ts";
import { board, committed, heldUntil, onDay, roundCents } from "./queue.ts";
import { NO_SHA, type Attempt, type Record, type RecordBody } from "./record.ts";
import { resumable } from "./recovery.ts";
import { moves, rests, type Answer } from "./rule.ts";
import type { Snapshot } from "./snapshot.ts";
import { Reason, type How, type Instant, type Kind, type ParkReason, type Sha } from "./task.ts";
import { later, nextDay, secondsBetween } from "./time.ts";
import { moveTo } from "./transition.ts";
import { room, roomForRebases, turns } from "./turns.ts";

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

interface Worker {
  agent: string;
  model: string | null;
}

/** Starts an attempt of `kind`, or parks the task, or lets it wait, each with the reason. */
export function start(snapshot: Snapshot, record: Record, kind: Kind, how: How = "first"): Answer | null {
  if (snapshot.config.kind === "broken" || snapshot.brief === null) return null;
  const { config } = snapshot.config;
  const evidence = evidenceOf(snapshot, record, { kind, how });
  const bound = boundReached(record, config, evidence);
  if (bound) {
    const story = `stopped: ${bound.replaceAll("_", " ")}`;
    return moves(
      moveTo(snapshot, record, { story, change: { phase: "parked", reason: bound, wanted: null } }),
    );
  }
  const worker = workerFor(snapshot, record, { config, kind });
  const wait = whyWait(snapshot, record, { config, worker, kind });
  if (wait) {
    const isWritten = record.phase === "queued" && record.reason === wait.reason;
    if (isWritten && record.urgent === isUrgent(snapshot)) return rests(wait.reason, wait.until);
    const story = wait.reason.replaceAll("_", " ");
    const move = moveTo(snapshot, record, { story, change: { phase: "queued", reason: wait.reason } });
    return { ...moves(move), again: wait.until };
  }
  return claim(snapshot, record, { kind, how, config, evidence, worker });
}

function boundReached(record: Record, config: Config, evidence: string): ParkReason | null {
  // An attempt that never ran proves nothing.
  const since = record.attempts.filter((attempt) => attempt.n > record.heard && attempt.run !== null);
  if (record.spent.attempts - record.heard >= MAX_ATTEMPTS) return "attempts";
  if (since.filter((attempt) => attempt.evidence === evidence).length >= MAX_SAME_EVIDENCE)
    return "no_progress";
  return left(record, config) <= 0 ? "budget" : null;
}

function whyWait(
  snapshot: Snapshot,
  record: Record,
  { config, worker, kind }: { config: Config; worker: Worker; kind: Kind },
): { reason: Reason; until: Instant } | null {
  const { now } = snapshot;
  const queue = onDay(snapshot.ledger.queue, now);
  if (committed(queue) + reservation(record, config) > config.budget.day) {
    return { reason: "waits_for_budget", until: nextDay(now) };
  }
  // A rebase mostly needs git alone; one that met the quota waits with the rest.
  const held = kind === "rebase" ? null : heldUntil(queue, worker.agent, now);
  if (held !== null) return { reason: "quota", until: held };
  const delay = delayed(record, worker, now);
  if (delay) return delay;
  const places = room(queue, config);
  const until = later(now, LOOK_AGAIN_SECONDS);
  if (places === 0) return { reason: "waits_for_room", until };
  const isFull = roomForRebases(queue, config) === 0;
  if (kind === "rebase" && isFull) return { reason: "waits_for_rebase", until };
  // Who cannot start for that reason stands in nobody's way.
  const others = snapshot.ledger.records
    .filter((other) => other.issue !== record.issue)
    .filter(({ reason }) => !isFull || reason !== "waits_for_rebase");
  const self = { ...record, phase: "queued", urgent: isUrgent(snapshot), not_before: null } as const;
  const place = turns([...others, self], queue, now).indexOf(record.issue);
  return place < places ? null : { reason: "waits_for_turn", until };
}

/** The end that asked for the delay is the reason. The quota of one agent does not delay another that takes over. */
function delayed(
  { attempts, not_before, reason }: Record,
  { agent }: Worker,
  now: Instant,
): { reason: Reason; until: Instant } | null {
  if (not_before === null || secondsBetween(now, not_before) <= 0) return null;
  const last = attempts.at(-1);
  if (last?.end === "quota" && last.agent !== agent) return null;
  return { reason: Reason.safeParse(last?.end).data ?? reason, until: not_before };
}

/** Dollars that the task may still spend. */
function left(record: RecordBody, config: Config): number {
  return roundCents((record.settings.budget ?? config.budget.task) - record.spent.usd);
}

/** Dollars to reserve: a task that may cost more than a day allows must not wait for ever. */
function reservation(record: RecordBody, config: Config): number {
  return Math.min(left(record, config), config.budget.day);
}

function isUrgent({ issue }: Snapshot): boolean {
  return issue.labels.includes(PEOPLE_LABELS.urgent);
}

function claim(
  snapshot: Snapshot,
  record: Record,
  wanted: Wanted & { config: Config; evidence: string; worker: Worker },
): Answer {
  const { kind, config, evidence } = wanted;
  const n = record.spent.attempts + 1;
  const reserved = reservation(record, config);
  const { agent, model } = wanted.worker;
  const from = wanted.how === "resume" ? resumable(snapshot, record, kind) : null;
  // Nothing is left to go on from: then it is the same work anew.
  const how = wanted.how === "resume" && from === null ? "retry" : wanted.how;
  const attempt: Attempt = {
    n,
    kind,
    how,
    agent,
    model,
    // Unfinished work stands on the base that it was begun on.
    start: { base: from?.last.start.base ?? baseOf(snapshot), head: record.head },
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
    change: {
      phase: "running",
      reason: "started",
      attempt,
      config: snapshot.config.blob,
      // What a person wants improved is still wanted on the newest base.
      wanted: kind === "rebase" && record.wanted?.kind === "improve" ? record.wanted : null,
      not_before: null,
    },
    queue,
    job: { kind: "new", job: jobFor(snapshot, record, { attempt, config }), before },
  });
  return moves(move, [{ kind: "dispatch", attempt: n, ref: snapshot.repository.defaultBranch }]);
}

/**
 * Flags of a person's command choose who does the work; who reviews it is the config's business, so that it can be somebody else.
 * An agent that a quota holds gives way to the first of its fallbacks that is free, with that one's own model.
 */
function workerFor(
  snapshot: Snapshot,
  record: Record,
  { config, kind }: { config: Config; kind: Kind },
): Worker {
  const chosen = agentFor(config, kind);
  const { settings } = record;
  if (kind !== "review" && settings.agent !== null) return { agent: settings.agent, model: settings.model };
  const { queue } = snapshot.ledger;
  const isFree = (agent: string): boolean => heldUntil(queue, agent, snapshot.now) === null;
  const free = [chosen.agent, ...chosen.fallback].find(isFree) ?? chosen.agent;
  if (free !== chosen.agent) return { agent: free, model: null };
  return { agent: chosen.agent, model: kind === "review" ? chosen.model : (settings.model ?? chosen.model) };
}

/** The same for two attempts that would do the same from the same state. */
function evidenceOf(snapshot: Snapshot, record: Record, { kind, how }: Wanted): string {
  return createHash("sha256")
    .update(
      JSON.stringify([
        kind,
        how,
        record.head,
        record.brief,
        // Work that has grown since is another state to go on from.
        how === "resume" ? (snapshot.unfinished?.work ?? null) : null,
        ...reasonsFor(snapshot, record, kind),
      ]),
    )
    .digest("hex")
    .slice(0, 12);
}

function reasonsFor(snapshot: Snapshot, record: Record, kind: Kind): string[] {
  const { findings, feedback, checks } = matterFor(snapshot, record, { kind, how: "first" });
  if (kind === "improve")
    return [...findings.map(({ fingerprint }) => fingerprint), ...feedback.map(({ id, at }) => id + at)];
  if (kind === "fix") return checks.map(({ name }) => name);
  return kind === "review" ? [] : [baseOf(snapshot)];
}

/** Tip of the branch that the work is for; a person may have pointed the pull request at another one. */
function baseOf({ pull, repository }: Snapshot): Sha {
  return pull?.baseHead ?? repository.defaultHead;
}

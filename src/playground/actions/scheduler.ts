/** Decides when a run and its jobs start, and when they are over: concurrency groups, needs, free runners, cancelling. */
import { rm } from "node:fs/promises";
import { findSuite, tellSuite } from "../checks.ts";
import type { Conclusion } from "../model/checks.ts";
import type { World } from "../model/world.ts";
import { instant } from "../world.ts";
import { announceRun } from "./announce.ts";
import { runScope } from "./contexts.ts";
import type { JobDefinition } from "./definition.ts";
import { renderText, renderValue } from "./expression.ts";
import { completeJob, failJob, isWanted, queueJobs, runJob, skipJob } from "./jobs.ts";
import { inBackground, type Engine, type LiveRun } from "./live.ts";
import { areNeedsOver } from "./needs.ts";

/**
 * Lets a new run begin, or wait for the one that holds its concurrency group. A group has one run and one waiting: the
 * newer one waiting cancels the older one, and with `cancel-in-progress` the one that runs as well.
 */
export function admitRun(engine: Engine, live: LiveRun): void {
  engine.live.set(live.run.id, live);
  const others = groupOf(engine, live);
  for (const other of others.filter(({ begun }) => !begun)) finishRun(engine, other, "cancelled");
  const ahead = others.find(({ begun }) => begun);
  if (!ahead) return beginRun(engine, live);
  live.run.status = "pending";
  if (live.cancelsOthers) cancelRun(engine, ahead);
}

/** What `if: always()` and `cancelled()` want still runs; the rest stops, by force after a while. */
export function cancelRun(engine: Engine, live: LiveRun): void {
  if (live.cancelled) return;
  live.cancelled = true;
  if (!live.begun) return finishRun(engine, live, "cancelled");
  for (const entry of engine.waiting.filter((waiting) => waiting.live === live)) {
    if (isWanted(engine, live, entry.job.definition)) continue;
    engine.waiting = engine.waiting.filter((other) => other !== entry);
    completeJob(engine, live, { job: entry.job, conclusion: "cancelled" });
  }
  // GitHub asks the `if` of every running job again, and leaves alone what still holds.
  for (const { stop, definition } of live.jobs)
    if (stop && !isWanted(engine, live, definition)) stop("cancel");
  live.force = setTimeout(() => {
    for (const { stop } of live.jobs) stop?.("kill");
  }, engine.options.forceMilliseconds);
  advance(engine, live);
}

/** The runner vanishes: the run fails, and its jobs have no steps to show. */
export function loseRun(engine: Engine, live: LiveRun): void {
  live.lost = true;
  live.remaining = [];
  for (const entry of engine.waiting.filter((waiting) => waiting.live === live))
    completeJob(engine, live, { job: entry.job, conclusion: "failure" });
  engine.waiting = engine.waiting.filter((waiting) => waiting.live !== live);
  for (const { stop } of live.jobs) stop?.("kill");
  if (!live.begun) return finishRun(engine, live, "failure");
  advance(engine, live);
}

/** Gives free runners to the jobs that wait longest. */
export function startWaiting(engine: Engine): void {
  while (!engine.held && !engine.stopped && engine.running < engine.options.jobsAtOnce) {
    const next = engine.waiting.shift();
    if (!next) return;
    engine.running += 1;
    inBackground(
      engine,
      runJob(engine, next.live, next.job).finally(() => {
        engine.running -= 1;
        failFast(engine, next);
        advance(engine, next.live);
        startWaiting(engine);
      }),
    );
  }
}

/** Queues every job whose needs are over, and ends the run when nothing is left to do. */
export function advance(engine: Engine, live: LiveRun): void {
  if (engine.stopped || !live.begun || live.run.status === "completed") return;
  for (let ready = takeReady(live); ready; ready = takeReady(live)) {
    queueReady(engine, live, ready);
  }
  startWaiting(engine);
  if (live.remaining.length === 0 && live.jobs.every(({ job }) => job.status === "completed"))
    finishRun(engine, live, conclusionOf(live));
}

/** A condition, name or matrix that cannot be evaluated fails its job. */
function queueReady(engine: Engine, live: LiveRun, ready: JobDefinition): void {
  try {
    if (!isWanted(engine, live, ready)) skipJob(engine, live, ready);
    else engine.waiting.push(...queueJobs(engine, live, ready).map((job) => ({ live, job })));
  } catch (error) {
    failJob(engine, live, { definition: ready, reason: String(error) });
  }
}

function beginRun(engine: Engine, live: LiveRun): void {
  live.begun = true;
  live.run.status = "queued";
  advance(engine, live);
}

function finishRun(engine: Engine, live: LiveRun, conclusion: Conclusion): void {
  const { repository, run } = live;
  if (live.force) clearTimeout(live.force);
  run.status = "completed";
  run.conclusion = conclusion;
  run.updatedAt = instant(engine.world);
  engine.live.delete(run.id);
  announceRun(engine.world, { repository, run, action: "completed" });
  tellSuite(engine.world, repository, { suite: findSuite(repository, run.suiteId), token: null });
  const [next] = live.begun ? groupOf(engine, live) : [];
  if (next && !next.begun) beginRun(engine, next);
}

function groupOf(engine: Engine, { repository, run }: LiveRun): LiveRun[] {
  const group = run.concurrency?.toLowerCase();
  if (group === undefined) return [];
  return [...engine.live.values()].filter(
    (other) =>
      other.run !== run && other.repository === repository && other.run.concurrency?.toLowerCase() === group,
  );
}

/** Evaluates `concurrency`, before the run is admitted. Throws when it cannot be evaluated. */
export function readConcurrency(world: World, live: LiveRun): void {
  const { concurrency } = live.definition;
  if (concurrency === undefined) return;
  const scope = runScope(world, live);
  const { group, "cancel-in-progress": cancels = false } =
    typeof concurrency === "string" ? { group: concurrency } : concurrency;
  live.run.concurrency = renderText(group, scope);
  const answer = renderValue(cancels, scope);
  live.cancelsOthers = answer === true || answer === "true";
}

function takeReady(live: LiveRun): JobDefinition | undefined {
  const ready = live.remaining.find((definition) => areNeedsOver(live, definition));
  live.remaining = live.remaining.filter((definition) => definition !== ready);
  return ready;
}

/** One failed job of a matrix cancels the others, unless `fail-fast: false`. */
function failFast(engine: Engine, { live, job }: Engine["waiting"][number]): void {
  if (job.job.conclusion !== "failure" || job.job.tolerated || !job.failFast) return;
  const siblings = live.jobs.filter((other) => other.definition === job.definition && other !== job);
  for (const sibling of siblings) sibling.stop?.("cancel");
  const unstarted = engine.waiting.filter((entry) => siblings.includes(entry.job));
  engine.waiting = engine.waiting.filter((entry) => !unstarted.includes(entry));
  for (const entry of unstarted) completeJob(engine, live, { job: entry.job, conclusion: "cancelled" });
}

function conclusionOf(live: LiveRun): Conclusion {
  const results = live.jobs.map(({ job }) => (job.tolerated ? "success" : job.conclusion));
  if (live.lost) return "failure";
  if (live.cancelled) return "cancelled";
  if (results.includes("failure")) return "failure";
  if (results.includes("cancelled")) return "cancelled";
  return results.every((result) => result === "skipped") ? "skipped" : "success";
}

/** Nothing starts any more and everything under way is killed. */
export async function stopAll(engine: Engine): Promise<void> {
  engine.stopped = true;
  engine.waiting = [];
  for (const live of engine.live.values()) {
    if (live.force) clearTimeout(live.force);
    for (const { stop } of live.jobs) stop?.("kill");
  }
  while (engine.background.size > 0) await Promise.all(engine.background);
  await rm(`${engine.world.directory}/jobs`, { recursive: true, force: true });
}

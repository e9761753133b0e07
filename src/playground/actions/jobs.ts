/** Makes, starts and completes workflow jobs, and keeps their check runs in step. */
import { join } from "node:path";
import { actionsApp } from "../apps.ts";
import { createCheckRun, updateCheckRun } from "../checks.ts";
import type { WorkflowJob } from "../model/actions.ts";
import type { CheckRun, Conclusion } from "../model/checks.ts";
import { jobPage } from "../shapes/workflow.ts";
import { issueWorkflowToken, revokeToken } from "../tokens.ts";
import { instant, newId } from "../world.ts";
import { announceJob, announceRun } from "./announce.ts";
import { runScope } from "./contexts.ts";
import type { JobDefinition } from "./definition.ts";
import { isTrue, renderText, renderValue, type Scope } from "./expression.ts";
import { runJobSteps, stopSession } from "./job.ts";
import type { Engine, LiveJob, LiveRun } from "./live.ts";
import { openLog } from "./log.ts";
import { matrixCombinations, matrixSuffix } from "./matrix.ts";
import { needsOf, statusOfNeeds } from "./needs.ts";
import { jobPermissions } from "./permissions.ts";
import { closeSession, openSession, type Session } from "./session.ts";

/** The jobs of one definition, one for each combination of its matrix, queued. */
export function queueJobs(engine: Engine, live: LiveRun, definition: JobDefinition): LiveJob[] {
  const scope = jobScope(engine, live, definition);
  const rows = matrixCombinations(renderValue(definition.strategy?.matrix, scope));
  return rows.map((matrix, index) => {
    const contexts = { ...scope.contexts, matrix };
    const name =
      definition.name === undefined || definition.name === null
        ? `${definition.key}${matrixSuffix(matrix)}`
        : renderText(definition.name, { ...scope, contexts });
    const labels = labelsOf(renderValue(definition["runs-on"], { ...scope, contexts }));
    return addJob(engine, live, { definition, name, matrix, labels, index, total: rows.length });
  });
}

/** A job that its `if` did not want: known to those that need it, never started. */
export function skipJob(engine: Engine, live: LiveRun, definition: JobDefinition): void {
  const name =
    typeof definition.name === "string" && !definition.name.includes("${{")
      ? definition.name
      : definition.key;
  completeJob(engine, live, {
    job: addJob(engine, live, { definition, name, matrix: {}, labels: [], index: 0, total: 1 }),
    conclusion: "skipped",
  });
}

/** A job that could not even be queued, with the reason in its log and on its check run. */
export function failJob(
  engine: Engine,
  live: LiveRun,
  { definition, reason }: { definition: JobDefinition; reason: string },
): void {
  const plain = { ...definition, strategy: undefined, "continue-on-error": undefined };
  const job = addJob(engine, live, {
    definition: plain,
    name: definition.key,
    matrix: {},
    labels: [],
    index: 0,
    total: 1,
  });
  openLog(job.job.log, engine.world.now).write(`##[error]${reason}`);
  const annotation = { message: reason, title: null, path: live.run.path, line: 1, endLine: 1 };
  completeJob(engine, live, {
    job,
    conclusion: "failure",
    annotations: [{ ...annotation, level: "failure" }],
  });
}

/** Runs the job to its end. Whatever goes wrong in the playground itself fails the job and is thrown on. */
export async function runJob(engine: Engine, live: LiveRun, job: LiveJob): Promise<void> {
  const { world } = engine;
  const { repository, run } = live;
  const wasCancelled = live.cancelled;
  job.job.status = "in_progress";
  job.job.startedAt = instant(world);
  const check = updateCheckRun(world, repository, job.job.checkRunId, {
    status: "in_progress",
    startedAt: instant(world),
    token: null,
  });
  if (run.status !== "in_progress") {
    run.status = "in_progress";
    announceRun(world, { repository, run, action: "in_progress" });
  }
  announceJob(world, { repository, run, job: job.job, action: "in_progress" });
  const token = issueWorkflowToken(world, { repository, run, permissions: job.permissions });
  let conclusion: Conclusion = "failure";
  let session: Session | null = null;
  try {
    session = await openSession({ engine, live, job, check, token, needs: needsOf(live, job.definition) });
    const opened = session;
    job.stop = (how) => stopSession(opened, how);
    if (live.lost || engine.stopped) job.stop("kill");
    else if (live.cancelled && !wasCancelled && !isWanted(engine, live, job.definition)) job.stop("cancel");
    conclusion = await runJobSteps(opened);
  } finally {
    job.stop = null;
    revokeToken(world, token);
    if (session) await closeSession(session);
    if (live.lost) job.job.steps = [];
    completeJob(engine, live, { job, conclusion, annotations: session?.annotations ?? [] });
  }
}

export function completeJob(
  engine: Engine,
  live: LiveRun,
  end: { job: LiveJob; conclusion: Conclusion; annotations?: Session["annotations"] },
): void {
  const { world } = engine;
  const { repository, run } = live;
  const { job } = end.job;
  const definition = end.job.definition;
  job.status = "completed";
  job.conclusion = end.conclusion;
  job.startedAt ??= instant(world);
  job.completedAt = instant(world);
  const scope = jobScope(engine, live, definition);
  const tolerated = renderValue(definition["continue-on-error"] ?? false, {
    ...scope,
    contexts: { ...scope.contexts, matrix: job.matrix },
  });
  job.tolerated = end.conclusion === "failure" && (tolerated === true || tolerated === "true");
  updateCheckRun(world, repository, job.checkRunId, {
    status: "completed",
    conclusion: end.conclusion,
    output: { summary: job.summary === "" ? null : job.summary },
    annotations: (end.annotations ?? []).map((annotation) => ({
      path: annotation.path,
      startLine: annotation.line,
      endLine: annotation.endLine,
      startColumn: null,
      endColumn: null,
      level: annotation.level,
      message: annotation.message,
      title: annotation.title,
      rawDetails: null,
    })),
    token: null,
  });
  announceJob(world, { repository, run, job, action: "completed" });
}

/** Whether the `if` of a job holds now: before it starts, and again when its run is cancelled. */
export function isWanted(engine: Engine, live: LiveRun, definition: JobDefinition): boolean {
  const scope = { ...jobScope(engine, live, definition), status: statusOfNeeds(live, definition) };
  return isTrue(definition.condition, scope);
}

/** What the `if` and the name of a job may look at. */
export function jobScope(engine: Engine, live: LiveRun, definition: JobDefinition): Scope {
  return runScope(engine.world, live, { contexts: { needs: needsOf(live, definition) } });
}

interface NewJob {
  definition: JobDefinition;
  name: string;
  matrix: Record<string, unknown>;
  labels: string[];
  index: number;
  total: number;
}

/** `runs-on` is a label, a list of them, or a group with labels. */
function labelsOf(runsOn: unknown): string[] {
  if (typeof runsOn === "object" && runsOn !== null && "labels" in runsOn) return labelsOf(runsOn.labels);
  return (Array.isArray(runsOn) ? runsOn : [runsOn]).filter((label) => typeof label === "string");
}

function addJob(engine: Engine, live: LiveRun, parts: NewJob): LiveJob {
  const { world } = engine;
  const { repository, run } = live;
  const { definition, name, matrix, labels, index, total } = parts;
  const id = newId(world);
  const check = createCheck(engine, live, { id, name });
  const job: WorkflowJob = {
    id,
    key: definition.key,
    name,
    attempt: run.attempt,
    matrix,
    createdAt: instant(world),
    labels,
    outputs: {},
    tolerated: false,
    status: "queued",
    conclusion: null,
    checkRunId: check.id,
    startedAt: null,
    completedAt: null,
    steps: [],
    log: join(world.directory, "logs", `${id}.txt`),
    summary: "",
  };
  run.jobs.push(job);
  const failFast = definition.strategy?.["fail-fast"];
  const wantsFailFast = renderValue(failFast ?? true, jobScope(engine, live, definition)) !== false;
  const permissions = jobPermissions(live.definition.permissions, definition.permissions);
  const added: LiveJob = { job, definition, permissions, index, total, failFast: wantsFailFast, stop: null };
  live.jobs.push(added);
  announceJob(world, { repository, run, job, action: "queued" });
  return added;
}

function createCheck(
  { world }: Engine,
  { repository, run }: LiveRun,
  job: { id: number; name: string },
): CheckRun {
  return createCheckRun(world, repository, {
    id: job.id,
    appId: actionsApp(world).id,
    suiteId: run.suiteId,
    name: job.name,
    headSha: run.headSha,
    status: "queued",
    detailsUrl: jobPage(world, repository, { run, job }),
    token: null,
  });
}

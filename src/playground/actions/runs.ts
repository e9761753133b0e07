/** Makes workflow runs: for an event, for a dispatch, and again. */
import { actionsApp } from "../apps.ts";
import { createSuite } from "../checks.ts";
import { readCommit } from "../git/objects.ts";
import type { HeadCommit, WorkflowRun } from "../model/actions.ts";
import type { Repository, World } from "../model/world.ts";
import { instant, newId } from "../world.ts";
import { announceRun } from "./announce.ts";
import { runScope } from "./contexts.ts";
import type { JobDefinition, WorkflowDefinition } from "./definition.ts";
import { renderText } from "./expression.ts";
import type { Engine, LiveRun } from "./live.ts";
import { jobPermissions } from "./permissions.ts";
import { admitRun, readConcurrency } from "./scheduler.ts";
import { workflowFile, type WorkflowFile } from "./workflows.ts";

export interface Cause {
  repository: Repository;
  event: string;
  payload: Record<string, unknown>;
  inputs: Record<string, string>;
  actorId: number;
  ref: string;
  sha: string;
  /** Where the workflow file was read. */
  workflowSha: string;
  headBranch: string;
  headSha: string;
  pullNumber: number | null;
}

/** A file that cannot be read gives a run that has failed already, without jobs, as on GitHub. */
export async function createRun(
  engine: Engine,
  { workflow, read }: WorkflowFile,
  cause: Cause,
): Promise<WorkflowRun> {
  const { world } = engine;
  const { repository, ...facts } = cause;
  const now = instant(world);
  const earlier = repository.runs.filter((run) => run.workflowId === workflow.id);
  const headCommit = await headCommitOf(repository, cause.headSha);
  const run: WorkflowRun = {
    ...facts,
    id: newId(world),
    workflowId: workflow.id,
    path: workflow.path,
    name: workflow.name,
    title: workflow.name,
    number: earlier.length + 1,
    attempt: 1,
    headCommit,
    triggeringActorId: cause.actorId,
    status: "queued",
    conclusion: null,
    // Every run has a suite of its own.
    suiteId: createSuite(world, repository, { ...cause, appId: actionsApp(world).id }).id,
    concurrency: null,
    createdAt: now,
    startedAt: now,
    updatedAt: now,
    problem: null,
    jobs: [],
    artifacts: [],
  };
  repository.runs.push(run);
  if (!read.ok) return failAtStart(world, { repository, run, problem: read.errors.join("\n") });
  const live = liveRun({ repository, run, definition: read.definition, remaining: read.definition.jobs });
  try {
    run.title = titleOf(world, live);
    readConcurrency(world, live);
  } catch (error) {
    return failAtStart(world, { repository, run, problem: `${workflow.path}: ${String(error)}` });
  }
  announceRun(world, { repository, run, action: "requested" });
  admitRun(engine, live);
  return run;
}

/** Which jobs of a run are wanted again: all, those that did not succeed, or one by its key; each with whatever needs it. */
export type Again = "all" | "failed" | { key: string };

/** One more attempt of a run that is over. */
export async function rerun(
  engine: Engine,
  {
    repository,
    run,
    actorId,
    which,
  }: { repository: Repository; run: WorkflowRun; actorId: number; which: Again },
): Promise<void> {
  const file = await workflowFile(engine.world, repository, { revision: run.workflowSha, path: run.path });
  const last = run.jobs.filter((job) => job.attempt === run.attempt);
  run.attempt += 1;
  run.triggeringActorId = actorId;
  run.status = "queued";
  run.conclusion = null;
  run.startedAt = instant(engine.world);
  if (!file?.read.ok) {
    failAtStart(engine.world, {
      repository,
      run,
      problem: file ? "the workflow file is invalid" : "the workflow file is gone",
    });
    return;
  }
  const { definition } = file.read;
  const again = toRepeat(definition, last, which);
  const live = liveRun({ repository, run, definition, remaining: again });
  for (const job of last.filter(({ key }) => !again.some((other) => other.key === key))) {
    const kept = { ...job, attempt: run.attempt };
    const own = definition.jobs.find(({ key }) => key === job.key);
    if (!own) continue;
    run.jobs.push(kept);
    const permissions = jobPermissions(definition.permissions, own.permissions);
    live.jobs.push({
      job: kept,
      definition: own,
      permissions,
      index: 0,
      total: 1,
      failFast: true,
      stop: null,
    });
  }
  readConcurrency(engine.world, live);
  // GitHub does not tell of a request when a run is run again, only of its beginning.
  admitRun(engine, live);
}

function liveRun(parts: {
  repository: Repository;
  run: WorkflowRun;
  definition: WorkflowDefinition;
  remaining: JobDefinition[];
}): LiveRun {
  return {
    ...parts,
    jobs: [],
    begun: false,
    cancelsOthers: false,
    cancelled: false,
    lost: false,
    force: null,
  };
}

/** The jobs that are wanted, and all that come after one of them; of a matrix all its jobs. */
function toRepeat(definition: WorkflowDefinition, last: WorkflowRun["jobs"], which: Again): JobDefinition[] {
  if (which === "all") return definition.jobs;
  const failed = last.filter(({ conclusion }) => conclusion !== "success" && conclusion !== "skipped");
  const keys = new Set(which === "failed" ? failed.map(({ key }) => key) : [which.key]);
  for (let size = -1; size !== keys.size;) {
    size = keys.size;
    for (const { key, needs } of definition.jobs) if (needs.some((need) => keys.has(need))) keys.add(key);
  }
  return definition.jobs.filter(({ key }) => keys.has(key));
}

function failAtStart(
  world: World,
  { repository, run, problem }: { repository: Repository; run: WorkflowRun; problem: string },
): WorkflowRun {
  run.problem = problem;
  if (run.attempt === 1) announceRun(world, { repository, run, action: "requested" });
  run.status = "completed";
  run.conclusion = "failure";
  announceRun(world, { repository, run, action: "completed" });
  return run;
}

/** `run-name`, else what GitHub shows: the pull request's or issue's title, the commit's first line, the workflow's name. */
function titleOf(world: World, live: LiveRun): string {
  const { run, definition } = live;
  const asked =
    definition["run-name"] === undefined
      ? ""
      : renderText(definition["run-name"], runScope(world, live)).trim();
  if (asked !== "") return asked;
  const { pull_request: pull, issue } = run.payload as Record<string, { title?: string } | undefined>;
  if (pull?.title !== undefined) return pull.title;
  if (issue?.title !== undefined) return issue.title;
  return run.event === "push" ? (run.headCommit.message.split("\n")[0] ?? run.name) : run.name;
}

async function headCommitOf(repository: Repository, sha: string): Promise<HeadCommit> {
  const commit = await readCommit(repository, sha);
  if (!commit)
    throw new Error(`a run was to be made for ${sha}, which ${repository.directory} does not have`);
  const { author, committer, tree, message } = commit;
  return {
    id: sha,
    treeId: tree,
    message: message.trimEnd(),
    timestamp: committer.date,
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
  };
}

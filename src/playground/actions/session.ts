/** One workflow job while it runs: its folders, its log, and what its steps have left for those after them. */
import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WorkflowStep } from "../model/actions.ts";
import type { CheckRun } from "../model/checks.ts";
import type { Token } from "../model/people.ts";
import type { Annotation } from "./commands.ts";
import type { Container } from "./container.ts";
import type { StepDefinition } from "./definition.ts";
import { baseEnvironment, runnerFacts, runScope } from "./contexts.ts";
import { renderTexts, type Scope, type Status } from "./expression.ts";
import type { Engine, LiveJob, LiveRun } from "./live.ts";
import { openLog, type Log } from "./log.ts";

export interface Session {
  engine: Engine;
  live: LiveRun;
  job: LiveJob;
  check: CheckRun;
  token: Token;
  log: Log;
  folders: Folders;
  /** Results and outputs of the jobs it needs, as in the `needs` context. */
  needs: Record<string, { result: string; outputs: Record<string, string> }>;
  /** null: the job's steps run on the machine itself. */
  container: Container | null;
  /** What a step starts with before workflow, job and step add theirs. */
  base: Record<string, string>;
  /** From `GITHUB_ENV` and `GITHUB_PATH`. */
  environment: Record<string, string>;
  paths: string[];
  failed: boolean;
  cancelled: boolean;
  killed: boolean;
  /** The step under way, to be told when the job is cancelled. */
  current: Control | null;
  /** What actions asked to be run at the end, newest first. */
  posts: PlannedStep[];
  /** What each step's action has saved in `GITHUB_STATE`. */
  states: Map<StepDefinition, Record<string, string>>;
  annotations: Annotation[];
  /** How often each kind of step without an id has run, for `GITHUB_ACTION`. */
  counters: Map<string, number>;
}

export interface Folders {
  root: string;
  workspace: string;
  temp: string;
  home: string;
  tools: string;
  actions: string;
  event: string;
}

/** Lets whoever cancels reach the programs of a step. */
export interface Control {
  stopped: "cancelled" | "timed_out" | "killed" | null;
  listeners: Set<() => void>;
  /** Whether the step's `if` still holds now that the job is cancelled. */
  staysWanted: () => boolean;
}

/** A line of the job's list of steps, with what to do for it. */
export interface PlannedStep {
  shown: WorkflowStep;
  perform: (shown: WorkflowStep) => Promise<void>;
}

/** Where a step stands: at the top of a job, or inside a composite action. */
export interface Frame {
  /** Inputs of the composite action; null at the top. */
  inputs: Record<string, string> | null;
  steps: Record<string, StepResult>;
  environment: Record<string, string>;
  action: { path: string; repository: string; ref: string } | null;
  /** Inside a composite action: whether one of its own steps has failed. */
  failed: boolean;
}

export interface StepResult {
  outputs: Record<string, string>;
  outcome: "success" | "failure" | "cancelled" | "skipped";
  conclusion: "success" | "failure" | "cancelled" | "skipped";
}

export async function openSession(
  parts: Pick<Session, "engine" | "live" | "job" | "check" | "token" | "needs">,
): Promise<Session> {
  const { engine, live, job, token } = parts;
  const { world } = engine;
  const folders = await makeFolders(join(world.directory, "jobs", String(job.job.id)), live.repository.name);
  await writeFile(folders.event, JSON.stringify(live.run.payload));
  const log = openLog(job.job.log, world.now);
  for (const secret of [token.value, ...Object.values(live.repository.actions.secrets)]) log.mask(secret);
  return {
    ...parts,
    log,
    folders,
    base: {
      ...baseEnvironment(world, live, folders),
      RUNNER_TRACKING_ID: `github_${randomUUID()}`,
      GITHUB_JOB: job.job.key,
    },
    container: null,
    environment: {},
    paths: [],
    failed: false,
    cancelled: false,
    killed: false,
    current: null,
    posts: [],
    states: new Map(),
    annotations: [],
    counters: new Map(),
  };
}

export function closeSession(session: Session): Promise<void> {
  return rm(session.folders.root, { recursive: true, force: true, maxRetries: 3 });
}

/** The frame of the job itself, with the `env` of workflow and job. */
export function topFrame(session: Session): Frame {
  const { live, job } = session;
  const frame: Frame = { inputs: null, steps: {}, environment: {}, action: null, failed: false };
  frame.environment = renderTexts(live.definition.env, stepScope(session, frame));
  frame.environment = {
    ...frame.environment,
    ...renderTexts(job.definition.env, stepScope(session, frame)),
  };
  return frame;
}

/** All contexts of a step; inside a composite action `inputs` and `steps` are its own and secrets are out of sight. */
export function stepScope(session: Session, frame: Frame, environment: Record<string, string> = {}): Scope {
  const { live, job, engine, token, folders } = session;
  const { contexts } = runScope(engine.world, live);
  const status = statusOf(session, frame);
  const word = status.cancelled ? "cancelled" : status.failure ? "failure" : "success";
  return {
    contexts: {
      ...contexts,
      github: {
        ...(contexts["github"] as Record<string, unknown>),
        token: token.value,
        job: job.job.key,
        workspace: folders.workspace,
        event_path: folders.event,
        action_path: frame.action?.path ?? "",
        action_repository: frame.action?.repository ?? "",
        action_ref: frame.action?.ref ?? "",
        action_status: word,
      },
      env: { ...frame.environment, ...session.environment, ...environment },
      ...(frame.inputs === null ? {} : { inputs: frame.inputs }),
      secrets: frame.inputs === null ? { ...live.repository.actions.secrets, GITHUB_TOKEN: token.value } : {},
      needs: session.needs,
      steps: frame.steps,
      job: { status: word, check_run_id: job.job.checkRunId },
      runner: runnerFacts(folders),
      matrix: job.job.matrix,
      strategy: {
        "fail-fast": job.failFast,
        "job-index": job.index,
        "job-total": job.total,
        "max-parallel": job.total,
      },
    },
    status,
    workspace: folders.workspace,
  };
}

/** A cancelled job is neither a success nor a failure: its `failure()` steps are skipped. */
function statusOf(session: Session, frame: Frame): Status {
  const failed = frame.inputs === null ? session.failed : frame.failed;
  const { cancelled } = session;
  return { success: !failed && !cancelled, failure: failed && !cancelled, cancelled };
}

async function makeFolders(root: string, repository: string): Promise<Folders> {
  const folders = {
    root,
    workspace: join(root, "work", repository, repository),
    temp: join(root, "work", "_temp"),
    home: join(root, "home"),
    tools: join(root, "tools"),
    actions: join(root, "work", "_actions"),
  };
  await Promise.all(Object.values(folders).map((path) => mkdir(path, { recursive: true })));
  return { ...folders, event: join(folders.temp, "event.json") };
}

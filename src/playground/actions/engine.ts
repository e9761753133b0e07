/** GitHub Actions on one machine: listens to what happens and runs the workflows that ask for it. */
import type { WorkflowRun } from "../model/actions.ts";
import type { Happening, Repository, World } from "../model/world.ts";
import { dispatch, type DispatchRequest } from "./dispatch.ts";
import { inBackground, type Engine, type EngineOptions } from "./live.ts";
import { rerun, type Again } from "./runs.ts";
import { cancelRun, loseRun, startWaiting, stopAll } from "./scheduler.ts";
import { startWorkflows } from "./triggers.ts";

export interface Actions {
  /** Runs are made, and stay queued. */
  hold(): void;
  release(): void;
  /** The runner of a run vanishes: it fails, and its jobs have no steps. */
  lose(runId: number): void;
  /** Resolves when no run is in progress or about to be; throws what went wrong in the background. Held runs never end. */
  idle(): Promise<void>;
  /** Kills what runs and waits until nothing is left of it. */
  stop(): Promise<void>;
}

/** GitHub's own pace, and two runners. */
const DEFAULTS: EngineOptions = {
  jobsAtOnce: 2,
  interruptMilliseconds: 7500,
  terminateMilliseconds: 2500,
  forceMilliseconds: 300_000,
  containerEngines: ["docker", "podman"],
};

const engines = new WeakMap<World, Engine>();

export function startActions(world: World, options: Partial<EngineOptions> = {}): Actions {
  const engine: Engine = {
    world,
    options: { ...DEFAULTS, ...options },
    live: new Map(),
    waiting: [],
    running: 0,
    held: false,
    stopped: false,
    background: new Set(),
    failures: [],
  };
  engines.set(world, engine);
  // One after another, so that runs are numbered in the order of what caused them.
  let last: Promise<void> = Promise.resolve();
  const listener = (happening: Happening): void => {
    const after = last;
    const work = (async () => {
      await after.catch(() => undefined);
      await startWorkflows(engine, happening);
    })();
    last = work;
    inBackground(engine, work);
  };
  world.listeners.push(listener);
  return {
    hold: () => {
      engine.held = true;
    },
    release: () => {
      engine.held = false;
      startWaiting(engine);
    },
    lose: (runId) => {
      const live = engine.live.get(runId);
      if (!live) throw new Error(`run ${runId} is over or was never made: only a run under way can be lost`);
      loseRun(engine, live);
    },
    idle: () => idle(engine),
    stop: async () => {
      world.listeners = world.listeners.filter((other) => other !== listener);
      await stopAll(engine);
      engines.delete(world);
      report(engine);
    },
  };
}

/** Asks for a run of a workflow, as `POST …/dispatches` does. */
export function dispatchWorkflow(
  world: World,
  repository: Repository,
  request: DispatchRequest,
): Promise<WorkflowRun> {
  return dispatch(engineOf(world), repository, request);
}

/** False when the run is over already. */
export function cancelWorkflowRun(world: World, runId: number): boolean {
  const engine = engineOf(world);
  const live = engine.live.get(runId);
  if (live) cancelRun(engine, live);
  return live !== undefined;
}

export function rerunWorkflow(
  world: World,
  parts: { repository: Repository; run: WorkflowRun; actorId: number; which: Again },
): Promise<void> {
  return rerun(engineOf(world), parts);
}

async function idle(engine: Engine): Promise<void> {
  while (engine.background.size > 0) await Promise.all(engine.background);
  report(engine);
}

function report(engine: Engine): void {
  const failures = engine.failures.splice(0);
  if (failures.length > 0)
    throw new AggregateError(failures, "the runner of the playground failed; its causes tell where");
}

function engineOf(world: World): Engine {
  const engine = engines.get(world);
  if (!engine) throw new Error("nobody runs workflows in this world: call startActions(world) first");
  return engine;
}

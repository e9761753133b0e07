/** What the engine holds in memory about runs that are not over, beside what the world remembers of them. */
import type { WorkflowJob, WorkflowRun } from "../model/actions.ts";
import type { Permissions } from "../model/people.ts";
import type { Repository, World } from "../model/world.ts";
import type { JobDefinition, WorkflowDefinition } from "./definition.ts";

export interface EngineOptions {
  /** How many workflow jobs run at the same time. */
  jobsAtOnce: number;
  /** Milliseconds from one signal to the next when a step is cancelled: SIGINT, then SIGTERM, then SIGKILL. */
  interruptMilliseconds: number;
  terminateMilliseconds: number;
  /** After so long a cancelled run is ended by force, whatever still runs `always()`. */
  forceMilliseconds: number;
  /** Command lines like Docker's, one of which plays a `container:` if an engine answers behind it. */
  containerEngines: readonly string[];
}

export interface Engine {
  world: World;
  options: EngineOptions;
  live: Map<number, LiveRun>;
  /** Workflow jobs that have been told to run and wait for a free runner, oldest first. */
  waiting: { live: LiveRun; job: LiveJob }[];
  running: number;
  held: boolean;
  stopped: boolean;
  /** Whatever goes on in the background; `failures` keeps what went wrong there until somebody asks. */
  background: Set<Promise<void>>;
  failures: unknown[];
}

export interface LiveRun {
  repository: Repository;
  run: WorkflowRun;
  definition: WorkflowDefinition;
  /** Jobs whose needs are not over yet. */
  remaining: JobDefinition[];
  jobs: LiveJob[];
  /** False while another run of the same concurrency group is ahead. */
  begun: boolean;
  cancelled: boolean;
  lost: boolean;
  /** `concurrency.cancel-in-progress`. */
  cancelsOthers: boolean;
  /** Ends the run by force some time after it was cancelled. */
  force: NodeJS.Timeout | null;
}

export interface LiveJob {
  job: WorkflowJob;
  definition: JobDefinition;
  permissions: Permissions;
  /** Place among the jobs of the same matrix. */
  index: number;
  total: number;
  /** `strategy.fail-fast`: its failure cancels the others of its matrix. */
  failFast: boolean;
  /** Set while the job runs: asks it to stop, or takes its runner away. */
  stop: ((how: "cancel" | "kill") => void) | null;
}

/** Starts something that ends by itself; `idle` waits for it and tells what went wrong. */
export function inBackground(engine: Engine, work: Promise<void>): void {
  const watched = work
    .catch((error: unknown) => {
      engine.failures.push(error);
    })
    .finally(() => engine.background.delete(watched));
  engine.background.add(watched);
}

/** A small world in which workflows run, with quick signals, and a push that goes the way of every push. */
import { readFile } from "node:fs/promises";
import { startActions, type Actions } from "../../../src/playground/actions/engine.ts";
import type { EngineOptions } from "../../../src/playground/actions/live.ts";
import { resolve } from "../../../src/playground/git/objects.ts";
import { updateRefs } from "../../../src/playground/git/refs.ts";
import type { Happening, WorkflowJob, WorkflowRun } from "../../../src/playground/model.ts";
import { smallWorld, type SmallWorld } from "../small-world.ts";

export interface WorkflowWorld extends SmallWorld {
  actions: Actions;
  /** Commits files on a branch (made from `main` when it is new) and pushes it; gives the new commit. */
  push: (files: Record<string, string>, branch?: string) => Promise<string>;
  /** The only run there is. */
  onlyRun: () => WorkflowRun;
  /** Resolves with the first happening that the predicate takes. */
  happened: (wanted: (happening: Happening) => boolean) => Promise<Happening>;
}

export async function workflowWorld(options: Partial<EngineOptions> = {}): Promise<WorkflowWorld> {
  const small = await smallWorld();
  const { world, repository, owner, token } = small;
  const actions = startActions(world, { interruptMilliseconds: 300, terminateMilliseconds: 300, ...options });
  return {
    ...small,
    actions,
    async push(files, branch = "main") {
      const name = `refs/heads/${branch}`;
      const before = await resolve(repository, name);
      const parent = before ?? (await resolve(repository, "refs/heads/main")) ?? "";
      const after = await small.commit(parent, files);
      await updateRefs(world, repository, {
        updates: [{ name, before, after, force: false }],
        token,
        actorId: owner.id,
      });
      return after;
    },
    onlyRun() {
      const [run, ...others] = repository.runs;
      if (!run || others.length > 0) throw new Error(`there are ${repository.runs.length} runs`);
      return run;
    },
    happened: (wanted) =>
      new Promise((resolve) => {
        world.listeners.push((happening) => {
          if (wanted(happening)) resolve(happening);
        });
      }),
    async [Symbol.asyncDispose]() {
      await actions.stop();
      await small[Symbol.asyncDispose]();
    },
  };
}

export function jobNamed(run: WorkflowRun, name: string): WorkflowJob {
  const job = run.jobs.findLast((candidate) => candidate.name === name);
  if (!job) throw new Error(`there is no job ${name} among ${run.jobs.map((each) => each.name).join(", ")}`);
  return job;
}

/** The log without its instants. */
export async function logOf(job: WorkflowJob): Promise<string> {
  return (await readFile(job.log, "utf8")).replaceAll(/^\S+Z /gm, "");
}

/** Names and conclusions of a job's steps. */
export function stepsOf(job: WorkflowJob): string[] {
  return job.steps.map(({ name, conclusion }) => `${name}: ${conclusion}`);
}

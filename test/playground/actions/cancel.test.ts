/** Runs that end early: cancelled, evicted, timed out, lost, held, stopped. */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cancelWorkflowRun, dispatchWorkflow } from "../../../src/playground/actions/engine.ts";
import type { WorkflowRun } from "../../../src/playground/model/actions.ts";
import { jobNamed, logOf, stepsOf, workflowWorld, type WorkflowWorld } from "./workflow-world.ts";

/** Says in the log that it has begun, and then waits for ever. */
const WAIT = "echo begun; while :; do sleep 0.05; done";

test("a cancelled step is interrupted, its trap runs, and so do the steps and jobs that always want to", async () => {
  await using world = await workflowWorld();
  await world.push({
    ".github/workflows/a.yml": `on: push
jobs:
  agent:
    runs-on: x
    steps:
      - shell: bash
        run: |
          trap 'echo caught; exit 1' INT
          ${WAIT}
      - run: echo never
      - if: failure()
        run: echo no failure
      - if: always()
        run: echo always here
  publish:
    needs: agent
    if: always()
    runs-on: x
    steps: [{run: 'echo agent was \${{ needs.agent.result }}'}]
`,
  });
  const run = await begun(world);

  cancelWorkflowRun(world.world, run.id);
  await world.actions.idle();

  const agent = jobNamed(run, "agent");
  const log = await logOf(agent);
  expect(log).toContain("caught\n");
  expect(log).toContain("##[error]The operation was canceled.\n");
  expect(agent.steps.slice(1, 5).map(({ conclusion }) => conclusion)).toEqual([
    "cancelled",
    "skipped",
    "skipped",
    "success",
  ]);
  expect(await logOf(jobNamed(run, "publish"))).toContain("agent was cancelled\n");
  expect([agent.conclusion, run.conclusion]).toEqual(["cancelled", "cancelled"]);
});

test("a job that is always wanted goes on when its run is cancelled", async () => {
  await using world = await workflowWorld();
  const gate = join(world.world.directory, "gate");
  await world.push({
    ".github/workflows/a.yml": `on: push
jobs:
  a:
    if: always()
    runs-on: x
    steps:
      - run: echo begun; until test -e ${gate}; do sleep 0.05; done
      - run: echo went on
`,
  });
  const run = await begun(world);

  cancelWorkflowRun(world.world, run.id);
  await writeFile(gate, "");
  await world.actions.idle();

  expect(await logOf(jobNamed(run, "a"))).toContain("went on\n");
  expect([jobNamed(run, "a").conclusion, run.conclusion]).toEqual(["success", "cancelled"]);
});

test("a step that ignores every signal is killed, with all that it has started", async () => {
  await using world = await workflowWorld();
  const proof = join(world.world.directory, "child");
  await world.push({
    ".github/workflows/a.yml": `on: push
jobs:
  a:
    runs-on: x
    steps:
      - run: |
          trap '' INT TERM
          setsid sleep 1000 &
          echo $! > ${proof}
          ${WAIT}
`,
  });
  const run = await begun(world);

  cancelWorkflowRun(world.world, run.id);
  await world.actions.idle();

  const child = (await readFile(proof, "utf8")).trim();
  expect(run.conclusion).toBe("cancelled");
  // A killed process may take a moment to be gone.
  await expect.poll(() => isAlive(child), { timeout: 30_000 }).toBe(false);
  expect(existsSync(join(world.world.directory, "jobs", String(jobNamed(run, "a").id)))).toBe(false);
});

test("one run of a concurrency group waits; a newer one takes its place", async () => {
  await using world = await workflowWorld();
  const { repository, owner } = world;
  const gate = join(world.world.directory, "gate");
  const name = ".github/workflows/a.yml";
  await world.push({
    [name]: `run-name: task \${{ inputs.task }}
on: {workflow_dispatch: {inputs: {task: {required: true}}}}
concurrency: {group: 'Task-\${{ inputs.task }}', cancel-in-progress: false}
jobs: {a: {runs-on: x, steps: [{run: 'echo begun; until test -e ${gate}; do sleep 0.05; done'}]}}
`,
  });
  const ask = () =>
    dispatchWorkflow(world.world, repository, {
      workflow: "a.yml",
      ref: "main",
      inputs: { task: "7" },
      actorId: owner.id,
      token: null,
    });

  const runs = [await ask(), await ask(), await ask()];
  const before = runs.map(({ status, conclusion }) => `${status} ${conclusion}`);
  await writeFile(gate, "");
  await world.actions.idle();

  expect(before).toEqual([
    expect.stringMatching(/^(?:queued|in_progress) null$/),
    "completed cancelled",
    "pending null",
  ]);
  expect(runs.map(({ conclusion, jobs }) => `${conclusion} ${jobs.length}`)).toEqual([
    "success 1",
    "cancelled 0",
    "success 1",
  ]);
  expect(runs[0]?.title).toBe("task 7");
});

test("a job at its time limit is cancelled, a step at its own fails", async () => {
  await using world = await workflowWorld();
  await world.push({
    ".github/workflows/a.yml": `on: push
jobs:
  job: {runs-on: x, timeout-minutes: 0.005, steps: [{run: '${WAIT}'}, {if: failure(), run: 'true'}]}
  step: {runs-on: x, steps: [{name: slow, timeout-minutes: 0.005, run: '${WAIT}'}, {if: failure(), run: 'true'}]}
`,
  });

  await world.actions.idle();

  const run = world.onlyRun();
  expect(stepsOf(jobNamed(run, "job")).slice(1, 3)).toEqual([
    "Run echo begun; while :; do sleep 0.05; done: cancelled",
    "Run true: skipped",
  ]);
  expect(await logOf(jobNamed(run, "job"))).toContain(
    "The job has exceeded the maximum execution time of 0.005m0s",
  );
  expect(stepsOf(jobNamed(run, "step")).slice(1, 3)).toEqual(["slow: failure", "Run true: success"]);
  expect(await logOf(jobNamed(run, "step"))).toContain(
    "##[error]The action 'slow' has timed out after 0.005 minutes.",
  );
  expect(run.conclusion).toBe("failure");
});

test("a lost runner: a failed run whose job has no steps", async () => {
  await using world = await workflowWorld();
  await world.push({
    ".github/workflows/a.yml": `on: push\njobs: {a: {runs-on: x, steps: [{run: '${WAIT}'}]}, b: {needs: a, if: always(), runs-on: x, steps: [{run: 'true'}]}}\n`,
  });
  const run = await begun(world);

  world.actions.lose(run.id);
  await world.actions.idle();

  expect(run).toMatchObject({ status: "completed", conclusion: "failure" });
  expect(run.jobs).toMatchObject([{ name: "a", conclusion: "failure", steps: [] }]);
});

test("held runs stay queued until they are released", async () => {
  await using world = await workflowWorld();
  world.actions.hold();
  await world.push({
    ".github/workflows/a.yml": "on: push\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n",
  });
  await world.actions.idle();
  const run = world.onlyRun();
  const held = [run.status, jobNamed(run, "a").status];

  world.actions.release();
  await world.actions.idle();

  expect(held).toEqual(["queued", "queued"]);
  expect(run.conclusion).toBe("success");
});

test("stopping ends everything at once", async () => {
  await using world = await workflowWorld();
  await world.push({
    ".github/workflows/a.yml": `on: push\njobs: {a: {runs-on: x, steps: [{run: 'trap "" INT TERM; ${WAIT}'}]}}\n`,
  });
  await begun(world);

  await world.actions.stop();

  expect(existsSync(join(world.world.directory, "jobs"))).toBe(false);
});

/** The only run, once its first program has printed something. */
async function begun(world: WorkflowWorld): Promise<WorkflowRun> {
  await new Promise<void>((resolve) => {
    const look = async (): Promise<void> => {
      const job = world.repository.runs[0]?.jobs[0];
      const text = job && existsSync(job.log) ? await logOf(job) : "";
      if (/^begun$/m.test(text)) resolve();
      else setImmediate(() => void look());
    };
    void look();
  });
  return world.onlyRun();
}

async function isAlive(process: string): Promise<boolean> {
  const stat = await readFile(`/proc/${process}/stat`, "utf8").catch(() => null);
  return stat !== null && stat.split(" ")[2] !== "Z";
}

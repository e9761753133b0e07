/** Tells the world about a run or a job: the happening with GitHub's payload, and the job's check run. */
import type { WorkflowJobEvent, WorkflowRunEvent } from "@octokit/webhooks-types";
import type { Workflow, WorkflowJob, WorkflowRun } from "../model/actions.ts";
import type { Repository, World } from "../model/world.ts";
import { jobJson, runJson, workflowJson } from "../shapes/workflow.ts";
import { emit, instant } from "../world.ts";

export function announceRun(
  world: World,
  {
    repository,
    run,
    action,
  }: { repository: Repository; run: WorkflowRun; action: WorkflowRunEvent["action"] },
): void {
  run.updatedAt = instant(world);
  const payload = {
    workflow_run: runJson(world, repository, run),
    workflow: workflowJson(world, repository, workflowOf(repository, run)),
  };
  emit(world, {
    name: "workflow_run",
    action,
    repository,
    senderId: run.triggeringActorId,
    payload,
    token: null,
  });
}

export function announceJob(
  world: World,
  parts: { repository: Repository; run: WorkflowRun; job: WorkflowJob; action: WorkflowJobEvent["action"] },
): void {
  const { repository, run, job, action } = parts;
  const payload = { workflow_job: jobJson(world, repository, { run, job }) };
  emit(world, {
    name: "workflow_job",
    action,
    repository,
    senderId: run.triggeringActorId,
    payload,
    token: null,
  });
}

export function workflowOf(repository: Repository, run: WorkflowRun): Workflow {
  const workflow = repository.workflows.find(({ id }) => id === run.workflowId);
  if (!workflow)
    throw new Error(`run ${run.id} belongs to workflow ${run.workflowId}, which the repository lacks`);
  return workflow;
}

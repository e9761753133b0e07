/** Workflows, their runs, jobs and artifacts as GitHub's REST API and webhooks show them. */
import type { components } from "@octokit/openapi-types";
import type { Artifact, Workflow, WorkflowJob, WorkflowRun } from "../model/actions.ts";
import type { Repository, World } from "../model/world.ts";
import { nodeId } from "../node-ids.ts";
import { userById } from "../world.ts";
import { repositoryJson, repositoryPage, repositoryUrl } from "./repository.ts";
import { userJson } from "./user.ts";

type Schemas = components["schemas"];

export function workflowJson(world: World, repository: Repository, workflow: Workflow): Schemas["workflow"] {
  const page = repositoryPage(world, repository);
  return {
    id: workflow.id,
    node_id: nodeId("Workflow", workflow.id),
    name: workflow.name,
    path: workflow.path,
    state: workflow.state,
    created_at: workflow.createdAt,
    updated_at: workflow.createdAt,
    url: `${repositoryUrl(world, repository)}/actions/workflows/${workflow.id}`,
    html_url: `${page}/blob/${repository.defaultBranch}/${workflow.path}`,
    badge_url: `${page}/workflows/${encodeURIComponent(workflow.name)}/badge.svg`,
  };
}

export function runJson(world: World, repository: Repository, run: WorkflowRun): Schemas["workflow-run"] {
  const base = repositoryUrl(world, repository);
  const url = `${base}/actions/runs/${run.id}`;
  // The schema of a full repository is a superset of the minimal one, apart from `undefined`.
  const shown = repositoryJson(world, repository) as Schemas["minimal-repository"];
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("WorkflowRun", run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.path,
    display_title: run.title,
    run_number: run.number,
    run_attempt: run.attempt,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflowId,
    check_suite_id: run.suiteId,
    check_suite_node_id: nodeId("CheckSuite", run.suiteId),
    url,
    html_url: runPage(world, repository, run),
    pull_requests: pullRequests(world, repository, run),
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    actor: userJson(world, userById(world, run.actorId)),
    triggering_actor: userJson(world, userById(world, run.triggeringActorId)),
    run_started_at: run.startedAt,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${base}/check-suites/${run.suiteId}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${base}/actions/workflows/${run.workflowId}`,
    referenced_workflows: [],
    head_commit: {
      id: run.headCommit.id,
      tree_id: run.headCommit.treeId,
      message: run.headCommit.message,
      timestamp: run.headCommit.timestamp,
      author: run.headCommit.author,
      committer: run.headCommit.committer,
    },
    repository: shown,
    head_repository: shown,
  };
}

export function jobJson(
  world: World,
  repository: Repository,
  { run, job }: { run: WorkflowRun; job: WorkflowJob },
): Schemas["job"] {
  const base = repositoryUrl(world, repository);
  const hasRunner = job.startedAt !== null && job.conclusion !== "skipped";
  return {
    id: job.id,
    run_id: run.id,
    run_url: `${base}/actions/runs/${run.id}`,
    run_attempt: job.attempt,
    node_id: nodeId("CheckRun", job.checkRunId),
    head_sha: run.headSha,
    head_branch: run.headBranch,
    url: `${base}/actions/jobs/${job.id}`,
    html_url: jobPage(world, repository, { run, job }),
    status: job.status,
    conclusion: job.conclusion as Schemas["job"]["conclusion"],
    created_at: job.createdAt,
    started_at: job.startedAt ?? job.createdAt,
    completed_at: job.completedAt,
    name: job.name,
    workflow_name: run.name,
    steps: job.steps.map((step) => ({
      name: step.name,
      number: step.number,
      status: step.status,
      conclusion: step.conclusion,
      started_at: step.startedAt,
      completed_at: step.completedAt,
    })),
    check_run_url: `${base}/check-runs/${job.checkRunId}`,
    labels: job.labels,
    runner_id: hasRunner ? 1 : null,
    runner_name: hasRunner ? "playground" : null,
    runner_group_id: hasRunner ? 1 : null,
    runner_group_name: hasRunner ? "Default" : null,
  };
}

export function artifactJson(
  world: World,
  repository: Repository,
  { run, artifact }: { run: WorkflowRun; artifact: Artifact },
): Schemas["artifact"] {
  const url = `${repositoryUrl(world, repository)}/actions/artifacts/${artifact.id}`;
  return {
    id: artifact.id,
    node_id: nodeId("Artifact", artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.size,
    url,
    archive_download_url: `${url}/zip`,
    expired: Date.parse(artifact.expiresAt) <= world.now().getTime(),
    created_at: artifact.createdAt,
    updated_at: artifact.createdAt,
    expires_at: artifact.expiresAt,
    workflow_run: {
      id: run.id,
      repository_id: repository.id,
      head_repository_id: repository.id,
      head_branch: run.headBranch,
      head_sha: run.headSha,
    },
  };
}

export function runPage(world: World, repository: Repository, run: { id: number }): string {
  return `${repositoryPage(world, repository)}/actions/runs/${run.id}`;
}

export function jobPage(
  world: World,
  repository: Repository,
  { run, job }: { run: { id: number }; job: { id: number } },
): string {
  return `${runPage(world, repository, run)}/job/${job.id}`;
}

function pullRequests(
  world: World,
  repository: Repository,
  run: WorkflowRun,
): Schemas["pull-request-minimal"][] {
  const issue = run.pullNumber === null ? undefined : repository.issues.get(run.pullNumber);
  if (!issue?.pull) return [];
  const url = repositoryUrl(world, repository);
  const repo = { id: repository.id, url, name: repository.name };
  const { pull } = issue;
  return [
    {
      id: pull.id,
      number: issue.number,
      url: `${url}/pulls/${issue.number}`,
      head: { ref: pull.headRef, sha: pull.headSha, repo },
      base: { ref: pull.baseRef, sha: pull.baseSha, repo },
    },
  ];
}

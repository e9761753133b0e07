/** REST of GitHub Actions: runs and their jobs, logs and artifacts. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Context } from "hono";
import { cancelWorkflowRun, rerunWorkflow } from "../actions/engine.ts";
import { actorOf, json, numberParam, paginate, param, type Api, type Env } from "../api.ts";
import { ApiError, notPlayed } from "../errors.ts";
import type { Artifact, WorkflowJob, WorkflowRun } from "../model/actions.ts";
import type { Repository } from "../model/world.ts";
import { artifactJson, jobJson, runJson } from "../shapes/workflow.ts";
import { actionsOf, answerRuns } from "./run-list.ts";

/** A log's address is good for one minute, and needs no token. */
const LOG_MILLISECONDS = 60_000;

export function actionsRoutes(api: Api): void {
  runRoutes(api);
  logRoutes(api);
  artifactRoutes(api);
}

function runRoutes(api: Api): void {
  const { routes, world } = api;
  routes.get("/repos/:owner/:repo/actions/runs", (c) => {
    const repository = actionsOf(api, c, "read");
    return answerRuns(api, c, { repository, runs: repository.runs });
  });
  routes.get("/repos/:owner/:repo/actions/runs/:run", (c) => {
    const repository = actionsOf(api, c, "read");
    return json(c, runJson(world, repository, runOf(c, repository)));
  });
  routes.post("/repos/:owner/:repo/actions/runs/:run/cancel", (c) => {
    actorOf(api, c);
    const run = runOf(c, actionsOf(api, c, "write"));
    if (!cancelWorkflowRun(world, run.id))
      throw new ApiError(409, "Cannot cancel a workflow run that is completed.");
    return json(c, {}, 202);
  });
  for (const [path, which] of [
    ["rerun", "all"],
    ["rerun-failed-jobs", "failed"],
  ] as const) {
    routes.post(`/repos/:owner/:repo/actions/runs/:run/${path}`, async (c) => {
      const actorId = actorOf(api, c).id;
      const repository = actionsOf(api, c, "write");
      const run = runOf(c, repository);
      if (run.status !== "completed") throw new ApiError(403, "This workflow is already running");
      if (which === "failed" && run.conclusion === "success")
        throw new ApiError(403, "This workflow run cannot be rerun because it has no failed jobs");
      await rerunWorkflow(world, { repository, run, actorId, which });
      return json(c, {}, 201);
    });
  }
  routes.get("/repos/:owner/:repo/actions/runs/:run/jobs", (c) => {
    const repository = actionsOf(api, c, "read");
    const run = runOf(c, repository);
    const jobs = run.jobs.filter((job) => c.req.query("filter") === "all" || job.attempt === run.attempt);
    return json(c, {
      total_count: jobs.length,
      jobs: paginate(c, jobs).map((job) => jobJson(world, repository, { run, job })),
    });
  });
  routes.get("/repos/:owner/:repo/actions/jobs/:job", (c) => {
    const repository = actionsOf(api, c, "read");
    return json(c, jobJson(world, repository, jobOf(c, repository)));
  });
  routes.post("/repos/:owner/:repo/actions/jobs/:job/rerun", async (c) => {
    const actorId = actorOf(api, c).id;
    const repository = actionsOf(api, c, "write");
    const { run, job } = jobOf(c, repository);
    if (run.status !== "completed")
      throw new ApiError(403, "The workflow run containing this job is already running");
    await rerunWorkflow(world, { repository, run, actorId, which: { key: job.key } });
    return json(c, {}, 201);
  });
}

function logRoutes(api: Api): void {
  const { routes, world } = api;
  const addresses = new Map<string, { path: string; until: number }>();
  routes.get("/repos/:owner/:repo/actions/jobs/:job/logs", (c) => {
    actorOf(api, c);
    const { job } = jobOf(c, actionsOf(api, c, "read"));
    // GitHub has no log before the job is over, and none for one that never ran.
    if (job.status !== "completed" || job.conclusion === "skipped") throw new ApiError(404, "Not Found");
    const key = randomBytes(24).toString("base64url");
    addresses.set(key, { path: job.log, until: world.now().getTime() + LOG_MILLISECONDS });
    return c.redirect(`${world.url}/api/v3/_logs/${key}`, 302);
  });
  routes.get("/_logs/:key", async (c) => {
    const address = addresses.get(param(c, "key"));
    if (!address || address.until <= world.now().getTime()) throw new ApiError(404, "Not Found");
    return c.text(await readFile(address.path, "utf8"));
  });
  routes.get("/repos/:owner/:repo/actions/runs/:run/logs", () => {
    throw notPlayed("the archive of a workflow run's logs");
  });
}

function artifactRoutes(api: Api): void {
  const { routes, world } = api;
  routes.get("/repos/:owner/:repo/actions/runs/:run/artifacts", (c) => {
    const repository = actionsOf(api, c, "read");
    const run = runOf(c, repository);
    const name = c.req.query("name");
    const artifacts = run.artifacts.filter((artifact) => name === undefined || artifact.name === name);
    return json(c, {
      total_count: artifacts.length,
      artifacts: paginate(c, artifacts).map((artifact) => artifactJson(world, repository, { run, artifact })),
    });
  });
  routes.get("/repos/:owner/:repo/actions/artifacts/:artifact", (c) => {
    const repository = actionsOf(api, c, "read");
    return json(c, artifactJson(world, repository, artifactOf(c, repository)));
  });
  routes.get("/repos/:owner/:repo/actions/artifacts/:artifact/:format", (c) => {
    const { artifact } = artifactOf(c, actionsOf(api, c, "read"));
    if (Date.parse(artifact.expiresAt) <= world.now().getTime())
      throw new ApiError(410, "Artifact has expired");
    throw notPlayed("the archive of an artifact");
  });
}

function runOf(c: Context<Env>, repository: Repository): WorkflowRun {
  const run = repository.runs.find(({ id }) => id === numberParam(c, "run"));
  if (!run) throw new ApiError(404, "Not Found");
  return run;
}

function jobOf(c: Context<Env>, repository: Repository): { run: WorkflowRun; job: WorkflowJob } {
  const wanted = numberParam(c, "job");
  for (const run of repository.runs) {
    const job = run.jobs.find(({ id }) => id === wanted);
    if (job) return { run, job };
  }
  throw new ApiError(404, "Not Found");
}

function artifactOf(c: Context<Env>, repository: Repository): { run: WorkflowRun; artifact: Artifact } {
  const wanted = numberParam(c, "artifact");
  for (const run of repository.runs) {
    const artifact = run.artifacts.find(({ id }) => id === wanted);
    if (artifact) return { run, artifact };
  }
  throw new ApiError(404, "Not Found");
}

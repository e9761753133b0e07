/** REST of workflows: listed from the default branch, switched on and off, dispatched. */
import type { Context } from "hono";
import { z } from "zod";
import { dispatchWorkflow } from "../actions/engine.ts";
import { workflowFiles } from "../actions/workflows.ts";
import { actorOf, body, json, noContent, paginate, param, repositoryOf, type Api, type Env } from "../api.ts";
import { demand } from "../access.ts";
import { ApiError } from "../errors.ts";
import type { Workflow } from "../model/actions.ts";
import type { Repository } from "../model/world.ts";
import { repositoryUrl } from "../shapes/repository.ts";
import { runPage, workflowJson } from "../shapes/workflow.ts";
import { actionsOf, answerRuns } from "./run-list.ts";

const Dispatch = z.object({
  ref: z.string(),
  inputs: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])).optional(),
  return_run_details: z.boolean().optional(),
});

export function workflowsRoutes(api: Api): void {
  const { routes, world } = api;
  routes.get("/repos/:owner/:repo/actions/workflows", async (c) => {
    const repository = actionsOf(api, c, "read");
    const workflows = await listed(api, repository);
    return json(c, {
      total_count: workflows.length,
      workflows: paginate(c, workflows).map((workflow) => workflowJson(world, repository, workflow)),
    });
  });
  routes.get("/repos/:owner/:repo/actions/workflows/:workflow", async (c) => {
    const repository = actionsOf(api, c, "read");
    return json(c, workflowJson(world, repository, await workflowNamed(api, c, repository)));
  });
  routes.get("/repos/:owner/:repo/actions/workflows/:workflow/runs", async (c) => {
    const repository = actionsOf(api, c, "read");
    const { id } = await workflowNamed(api, c, repository);
    return answerRuns(api, c, {
      repository,
      runs: repository.runs.filter(({ workflowId }) => workflowId === id),
    });
  });
  for (const [verb, state] of [
    ["enable", "active"],
    ["disable", "disabled_manually"],
  ] as const) {
    routes.put(`/repos/:owner/:repo/actions/workflows/:workflow/${verb}`, async (c) => {
      actorOf(api, c);
      const repository = actionsOf(api, c, "write");
      (await workflowNamed(api, c, repository)).state = state;
      return noContent(c);
    });
  }
  routes.post("/repos/:owner/:repo/actions/workflows/:workflow/dispatches", (c) => dispatched(api, c));
}

/** 204, or with `return_run_details` 200 and where the run is. */
async function dispatched(api: Api, c: Context<Env>): Promise<Response> {
  const { world } = api;
  const repository = repositoryOf(api, c);
  const actorId = actorOf(api, c).id;
  const token = c.get("token");
  demand(world, token, { repository, permission: "actions", access: "write" });
  const { ref, inputs = {}, return_run_details: details = false } = await body(c, Dispatch);
  const run = await dispatchWorkflow(world, repository, {
    workflow: param(c, "workflow"),
    ref,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value)])),
    actorId,
    token,
  });
  if (!details) return noContent(c);
  return json(c, {
    workflow_run_id: run.id,
    run_url: `${repositoryUrl(world, repository)}/actions/runs/${run.id}`,
    html_url: runPage(world, repository, run),
  });
}

async function workflowNamed(api: Api, c: Context<Env>, repository: Repository): Promise<Workflow> {
  const wanted = param(c, "workflow");
  const found = (await listed(api, repository)).find(
    ({ id, path }) => String(id) === wanted || path === wanted || path === `.github/workflows/${wanted}`,
  );
  if (!found) throw new ApiError(404, "Not Found");
  return found;
}

async function listed({ world }: Api, repository: Repository): Promise<Workflow[]> {
  const files = await workflowFiles(world, repository, `refs/heads/${repository.defaultBranch}`);
  return files.map(({ workflow }) => workflow);
}

/** What starts workflows besides a push, and what does not; read over REST as an App reads it. */
import { Hono } from "hono";
import { expect, test } from "vitest";
import type { Env } from "../../../src/playground/api.ts";
import { ApiError } from "../../../src/playground/errors.ts";
import type { Token } from "../../../src/playground/model/people.ts";
import { actionsRoutes } from "../../../src/playground/rest/actions.ts";
import { actionsSettingsRoutes } from "../../../src/playground/rest/actions-settings.ts";
import { workflowsRoutes } from "../../../src/playground/rest/workflows.ts";
import { emit } from "../../../src/playground/world.ts";
import { jobNamed, logOf, workflowWorld, type WorkflowWorld } from "./workflow-world.ts";

const DISPATCHED = `name: Task
run-name: task \${{ inputs.task }} \${{ inputs.dry && 'dry' || 'wet' }}
on:
  workflow_dispatch:
    inputs:
      task: {required: true, type: string}
      kind: {type: choice, options: [plan, fix], default: fix}
      dry: {type: boolean}
jobs:
  a:
    runs-on: x
    steps: [{run: 'echo "\${{ inputs.kind }} \${{ github.event.inputs.dry }}"'}]
`;

test("a dispatch over REST gives the run, its jobs and its log", async () => {
  await using world = await workflowWorld();
  await world.push({ ".github/workflows/task.yml": DISPATCHED });
  const api = rest(world);

  const answer = await api("POST", "workflows/task.yml/dispatches", {
    ref: "main",
    inputs: { task: "42", dry: true },
    return_run_details: true,
  });
  await world.actions.idle();

  const { workflow_run_id: id } = answer.body as { workflow_run_id: number };
  const run = (await api("GET", `runs/${id}`)).body;
  const { jobs } = (await api("GET", `runs/${id}/jobs`)).body as { jobs: { id: number }[] };
  const log = await api("GET", `jobs/${jobs[0]?.id}/logs`);
  const text = await api("GET", `../../../../_logs/${log.location?.split("/").at(-1)}`);
  expect(answer.status).toBe(200);
  expect(run).toMatchObject({
    display_title: "task 42 dry",
    event: "workflow_dispatch",
    conclusion: "success",
    head_branch: "main",
  });
  expect(log.status).toBe(302);
  expect(text.text).toContain("fix true\n");
});

test.each([
  [{ ref: "main", inputs: {} }, 422, "Required input 'task' not provided"],
  [{ ref: "main", inputs: { task: "1", x: "2" } }, 422, 'Unexpected inputs provided: ["x"]'],
  [
    { ref: "main", inputs: { task: "1", kind: "z" } },
    422,
    "Provided value 'z' for input 'kind' not in the list of allowed values",
  ],
  [{ ref: "none", inputs: { task: "1" } }, 422, "No ref found for: none"],
])("a dispatch with %j is refused", async (request, status, message) => {
  await using world = await workflowWorld();
  await world.push({ ".github/workflows/task.yml": DISPATCHED });

  const answer = await rest(world)("POST", "workflows/task.yml/dispatches", request);

  expect(answer).toMatchObject({ status, body: { message } });
});

test("what cannot be dispatched at all", async () => {
  await using world = await workflowWorld();
  await world.push({
    ".github/workflows/push.yml":
      "on: {push: {branches: [x]}}\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n",
  });
  const api = rest(world);
  const request = { ref: "main" };

  const answers = [
    await api("POST", "workflows/none.yml/dispatches", request),
    await api("POST", "workflows/push.yml/dispatches", request),
    await api("PUT", "workflows/push.yml/disable"),
    await api("POST", "workflows/push.yml/dispatches", request),
    await api("PUT", "permissions", { enabled: false }),
    await api("POST", "workflows/push.yml/dispatches", request),
  ];

  expect(answers.map(({ status, body }) => [status, (body as { message?: string } | null)?.message])).toEqual(
    [
      [404, "Not Found"],
      [422, "Workflow does not have 'workflow_dispatch' trigger"],
      [204, undefined],
      [422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow"],
      [204, undefined],
      [422, "Actions has been disabled for this repository."],
    ],
  );
});

test("a workflow that does not parse is listed as active, and its dispatch names the line", async () => {
  await using world = await workflowWorld();
  await world.push({ ".github/workflows/task.yml": "on: workflow_dispatch\njobz: {}\n" });
  const api = rest(world);

  const shown = await api("GET", "workflows/task.yml");
  const refused = await api("POST", "workflows/task.yml/dispatches", { ref: "main" });
  await api("PUT", "workflows/task.yml/disable");
  const disabled = await api("GET", "workflows/task.yml");
  const missing = await api("GET", "workflows/none.yml");

  expect([shown, disabled]).toMatchObject([
    { status: 200, body: { name: ".github/workflows/task.yml", state: "active" } },
    { status: 200, body: { state: "disabled_manually" } },
  ]);
  expect(refused).toMatchObject({
    status: 422,
    body: { message: expect.stringMatching(/^failed to parse workflow: \(Line: 2, Col: 1\): /) },
  });
  expect(missing.status).toBe(404);
});

test("an issue event runs the default branch's file; one that a workflow's token caused runs nothing", async () => {
  await using world = await workflowWorld();
  const { repository, owner } = world;
  const file = `on: {issues: {types: [labeled]}}\njobs: {a: {runs-on: x, steps: [{run: 'echo "$TITLE"', env: {TITLE: '\${{ github.event.issue.title }}'}}]}}\n`;
  await world.push({ ".github/workflows/a.yml": file });
  const happening = {
    name: "issues",
    repository,
    senderId: owner.id,
    payload: { issue: { number: 1, title: "$(id)" } },
  };

  emit(world.world, { ...happening, action: "opened", token: null });
  emit(world.world, { ...happening, action: "labeled", token: { ...world.token, kind: "workflow" } });
  emit(world.world, { ...happening, action: "labeled", token: world.token });
  await world.actions.idle();

  const run = world.onlyRun();
  expect(run).toMatchObject({ event: "issues", ref: "refs/heads/main", title: "$(id)" });
  expect(await logOf(jobNamed(run, "a"))).toContain("\n$(id)\n");
});

test("the end of one workflow starts another", async () => {
  await using world = await workflowWorld();
  await world.push({
    ".github/workflows/a.yml": "name: First\non: push\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n",
    ".github/workflows/b.yml": `on: {workflow_run: {workflows: [First], types: [completed]}}\njobs: {b: {runs-on: x, steps: [{run: 'echo after \${{ github.event.workflow_run.conclusion }}'}]}}\n`,
  });

  await world.actions.idle();

  const second = world.repository.runs.find(({ event }) => event === "workflow_run");
  expect(world.repository.runs).toHaveLength(2);
  expect(second && (await logOf(jobNamed(second, "b")))).toContain("after success\n");
});

test("a run that is over cannot be cancelled, and lists are filtered", async () => {
  await using world = await workflowWorld();
  await world.push({
    ".github/workflows/a.yml": "on: push\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n",
  });
  await world.actions.idle();
  const api = rest(world);

  const cancel = await api("POST", `runs/${world.onlyRun().id}/cancel`);
  const counts = [];
  for (const query of [
    "",
    "?status=success",
    "?status=queued",
    "?event=push&branch=main",
    "?created=2000-01-01..2000-01-02",
    "?actor=ada",
    "?actor=nobody",
  ])
    counts.push(((await api("GET", `runs${query}`)).body as { total_count: number }).total_count);

  expect(cancel).toMatchObject({
    status: 409,
    body: { message: "Cannot cancel a workflow run that is completed." },
  });
  expect(counts).toEqual([1, 1, 0, 1, 0, 1, 0]);
});

interface Answer {
  status: number;
  text: string;
  body: unknown;
  location: string | null;
}

/** Calls the routes of Actions alone, as the owner. */
function rest(world: WorkflowWorld, token: Token = world.token) {
  const routes = new Hono<Env>();
  routes.use("*", async (c, next) => {
    c.set("token", token);
    c.set("app", null);
    await next();
  });
  routes.onError((error, c) => {
    if (!(error instanceof ApiError)) throw error;
    return c.json({ message: error.message }, error.status as 422);
  });
  for (const register of [actionsRoutes, workflowsRoutes, actionsSettingsRoutes])
    register({ routes, world: world.world });
  return async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const url = new URL(`/repos/ada/engine/actions/${path}`, "http://playground.invalid");
    const request = new Request(url, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const response = await routes.fetch(request);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return {
      status: response.status,
      text,
      body: isJson ? (JSON.parse(text) as unknown) : null,
      location: response.headers.get("location"),
    };
  };
}

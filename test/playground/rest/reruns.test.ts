/** Running again what is red, over REST: a new attempt whose check runs replace the old ones at once. */
import { expect, test } from "vitest";
import type { Octokit } from "@octokit/rest";
import type { Permissions } from "../../../src/playground/model/people.ts";
import { issueInstallationToken } from "../../../src/playground/tokens.ts";
import { ENGINE, engineWorld, refusal, signIn, type EngineWorld } from "../engine-world.ts";

const WORKFLOW = `name: CI
on: push
jobs:
  good:
    runs-on: x
    steps: [{run: echo fine}]
  shaky:
    runs-on: x
    steps: [{run: 'echo this is $GITHUB_RUN_ATTEMPT; test $GITHUB_RUN_ATTEMPT = 2'}]
  gate:
    needs: shaky
    if: always()
    runs-on: x
    steps: [{run: 'test \${{ needs.shaky.result }} = success'}]
`;

const ROLLUP = `query($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) { object(expression: "main") {
  ... on Commit { statusCheckRollup { state contexts(first: 10) { nodes { ... on CheckRun {
    databaseId name status conclusion checkSuite { workflowRun { databaseId } } } } } } } } } }`;

test("the failed jobs of a workflow run are pending at once, under new ids, and tell so", async () => {
  const { playground, app, sha, shaky, run } = await failed();
  playground.actions.hold();

  await app.actions.reRunWorkflowFailedJobs({ ...ENGINE, run_id: run });
  const waiting = await rollup(app);
  const { data: latest } = await app.checks.listForRef({ ...ENGINE, ref: sha });
  const unread = await refusal(
    app.actions.downloadJobLogsForWorkflowRun({ ...ENGINE, job_id: idOf(waiting, "shaky") }),
  );
  playground.actions.release();
  await playground.settled();
  const over = await rollup(app);
  const log = await app.actions.downloadJobLogsForWorkflowRun({ ...ENGINE, job_id: idOf(over, "shaky") });
  const old = await app.actions.downloadJobLogsForWorkflowRun({ ...ENGINE, job_id: shaky });

  expect(waiting).toMatchObject({
    state: "PENDING",
    contexts: {
      nodes: [
        { name: "good", conclusion: "SUCCESS" },
        {
          name: "shaky",
          status: "QUEUED",
          conclusion: null,
          checkSuite: { workflowRun: { databaseId: run } },
        },
      ],
    },
  });
  expect(idOf(waiting, "shaky")).not.toBe(shaky);
  expect(latest.check_runs.map(({ name, status }) => [name, status])).toEqual([
    ["good", "completed"],
    ["shaky", "queued"],
  ]);
  expect(unread.status).toBe(404);
  expect(over.state).toBe("SUCCESS");
  expect([String(log.data), String(old.data)]).toEqual([
    expect.stringContaining("this is 2"),
    expect.stringContaining("this is 1"),
  ]);
  const told = playground.deliveries().filter(({ request }) => "workflow_run" in request.payload);
  expect(
    told.map(({ action, request }) => [action, request.payload["workflow_run"]]).slice(-3),
  ).toMatchObject([
    ["completed", { id: run, run_attempt: 1, conclusion: "failure" }],
    ["in_progress", { id: run, run_attempt: 2 }],
    ["completed", { id: run, run_attempt: 2, conclusion: "success" }],
  ]);
  const ofChecks = playground.deliveries().flatMap(({ event, action, request }) => {
    const { check_run: check } = request.payload as { check_run?: { id: number } };
    return event === "check_run" && check?.id === idOf(over, "shaky") ? [action] : [];
  });
  expect(ofChecks).toEqual(["created", "completed"]);
});

test("one workflow job runs again, the others stay as they are", async () => {
  const { playground, app, shaky, run } = await failed();
  const before = await rollup(app);

  await app.actions.reRunJobForWorkflowRun({ ...ENGINE, job_id: shaky });
  await playground.settled();

  const { data: again } = await app.actions.getWorkflowRun({ ...ENGINE, run_id: run });
  expect(again).toMatchObject({ run_attempt: 2, conclusion: "success" });
  expect(idOf(await rollup(app), "good")).toBe(idOf(before, "good"));
});

test("nothing runs again without actions: write, while it still runs, or when nothing failed", async () => {
  const { playground, app, reader, shaky, run } = await failed();

  const unheld = [
    await refusal(reader.actions.reRunWorkflowFailedJobs({ ...ENGINE, run_id: run })),
    await refusal(reader.actions.reRunJobForWorkflowRun({ ...ENGINE, job_id: shaky })),
  ];
  playground.actions.hold();
  await app.actions.reRunWorkflow({ ...ENGINE, run_id: run });
  const busy = [
    await refusal(app.actions.reRunWorkflowFailedJobs({ ...ENGINE, run_id: run })),
    await refusal(app.actions.reRunJobForWorkflowRun({ ...ENGINE, job_id: shaky })),
  ];
  playground.actions.release();
  await playground.settled();
  const green = await refusal(app.actions.reRunWorkflowFailedJobs({ ...ENGINE, run_id: run }));

  expect(unheld.map(({ status, message }) => `${status} ${message}`)).toEqual([
    "403 Resource not accessible by integration",
    "403 Resource not accessible by integration",
  ]);
  expect(busy.map(({ status, message }) => `${status} ${message}`)).toEqual([
    "403 This workflow is already running",
    "403 The workflow run containing this job is already running",
  ]);
  expect(green.status).toBe(403);
});

interface Rollup {
  state: string;
  contexts: { nodes: { databaseId: number; name: string }[] };
}

/** A push whose workflow has one red job, an App that may run it again and one that may only look. */
async function failed() {
  const small = await engineWorld({ listen: false, webhookFetch: async () => new Response("ok") });
  const app = appWith(small, "Runner", { actions: "write", checks: "read", contents: "read" });
  const reader = appWith(small, "Reader", { actions: "read", checks: "read" });
  const { playground, repository } = small;
  await small.ada.repos.createOrUpdateFileContents({
    ...ENGINE,
    path: ".github/workflows/ci.yml",
    message: "Check",
    content: Buffer.from(WORKFLOW).toString("base64"),
  });
  await playground.settled();
  const [run] = repository.runs;
  const shaky = run?.jobs.find(({ name }) => name === "shaky");
  if (!run || !shaky) throw new Error("the push started no workflow run");
  return { playground, app, reader, sha: run.headSha, shaky: shaky.id, run: run.id };
}

function appWith({ playground, repository }: EngineWorld, name: string, permissions: Permissions): Octokit {
  const { app } = playground.createApp({
    name,
    owner: "ada",
    permissions,
    events: name === "Runner" ? ["check_run", "workflow_run"] : [],
    webhookUrl: "http://app.invalid/hook",
    webhookSecret: "s",
  });
  const installation = playground.install(app, "ada", [repository]);
  return signIn(playground, issueInstallationToken(playground.world, installation, {}).value);
}

async function rollup(app: Octokit): Promise<Rollup> {
  const answer = await app.graphql<{ repository: { object: { statusCheckRollup: Rollup } } }>(ROLLUP, ENGINE);
  return answer.repository.object.statusCheckRollup;
}

function idOf({ contexts }: Rollup, wanted: string): number {
  const found = contexts.nodes.find(({ name }) => name === wanted);
  if (!found) throw new Error(`there is no check ${wanted}`);
  return found.databaseId;
}

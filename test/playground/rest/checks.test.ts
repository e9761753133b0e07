/** Check runs and commit statuses over REST. */
import { expect, test } from "vitest";
import { resolve } from "../../../src/playground/git/objects.ts";
import { issueInstallationToken } from "../../../src/playground/tokens.ts";
import { ENGINE, engineWorld, refusal, signIn, type EngineWorld } from "../engine-world.ts";
import type { Octokit } from "@octokit/rest";

test("a check run goes from queued to completed, and its suite with it", async () => {
  const { small, app, sha } = await checking();
  const told: string[] = [];
  small.playground.world.listeners.push(({ name, action }) => told.push(`${name}.${action}`));

  const { data: run } = await app.checks.create({
    ...ENGINE,
    name: "tests",
    head_sha: sha,
    external_id: "x1",
  });
  await app.checks.update({
    ...ENGINE,
    check_run_id: run.id,
    status: "in_progress",
    output: { title: "Going", summary: "…" },
  });
  const { data: done } = await app.checks.update({ ...ENGINE, check_run_id: run.id, conclusion: "failure" });
  const { data: suites } = await app.checks.listSuitesForRef({ ...ENGINE, ref: "main" });

  expect(run).toMatchObject({
    status: "queued",
    conclusion: null,
    external_id: "x1",
    app: { slug: "checker" },
  });
  expect(done).toMatchObject({ status: "completed", conclusion: "failure", output: { title: "Going" } });
  expect(suites.check_suites).toMatchObject([
    { status: "completed", conclusion: "failure", head_commit: { id: sha, message: "First commit" } },
  ]);
  expect(told).toEqual(["check_run.created", "check_run.completed", "check_suite.completed"]);
});

test("lists show the newest of each name unless all are asked for", async () => {
  const { app, sha } = await checking();
  for (const conclusion of ["failure", "success"] as const) {
    await app.checks.create({ ...ENGINE, name: "tests", head_sha: sha, conclusion });
  }
  await app.checks.create({ ...ENGINE, name: "lint", head_sha: sha });

  const latest = await app.checks.listForRef({ ...ENGINE, ref: "heads/main" });
  const all = await app.checks.listForRef({ ...ENGINE, ref: sha, filter: "all", check_name: "tests" });
  const unknown = await refusal(app.checks.listForRef({ ...ENGINE, ref: "nowhere" }));

  expect(latest.data.check_runs.map(({ name, conclusion }) => [name, conclusion])).toEqual([
    ["tests", "success"],
    ["lint", null],
  ]);
  expect(all.data.total_count).toBe(2);
  expect(unknown).toMatchObject({ status: 422, message: "No commit found for SHA: nowhere" });
});

test("only Apps write check runs, each only its own, within GitHub's sizes", async () => {
  const { small, app, sha } = await checking();
  const other = await appNamed(small, "Other");
  const { data: run } = await app.checks.create({ ...ENGINE, name: "tests", head_sha: sha });

  const person = await refusal(small.ada.checks.create({ ...ENGINE, name: "mine", head_sha: sha }));
  const foreign = await refusal(
    other.checks.update({ ...ENGINE, check_run_id: run.id, conclusion: "success" }),
  );
  const long = await refusal(
    app.checks.create({
      ...ENGINE,
      name: "t",
      head_sha: sha,
      output: { title: "t", summary: "x".repeat(65_536) },
    }),
  );
  const nameless = await refusal(
    app.checks.create({ ...ENGINE, name: "t", head_sha: sha, status: "completed" } as never),
  );

  expect(person).toMatchObject({ status: 403, message: "You must authenticate via a GitHub App." });
  expect(foreign.message).toMatch(/^Invalid app_id `\d+` - check run can only be modified by the GitHub App/);
  expect(long).toMatchObject({
    status: 422,
    message: "Invalid request.\n\nOnly 65535 characters are allowed; 65536 were supplied.",
  });
  expect(nameless.message).toBe('Invalid request.\n\n"conclusion" wasn\'t supplied.');
});

test("statuses combine to the worst of the newest of each context", async () => {
  const { small, sha } = await checking();
  const say = (context: string, state: "pending" | "success" | "failure") =>
    small.charles.repos.createCommitStatus({ ...ENGINE, sha, context, state });
  const combined = async () =>
    (await small.mary.repos.getCombinedStatusForRef({ ...ENGINE, ref: "main" })).data;

  const none = await combined();
  await say("ci/a", "failure");
  await say("ci/b", "success");
  const failing = await combined();
  await say("ci/a", "success");
  const good = await combined();

  expect([none.state, failing.state, good.state]).toEqual(["pending", "failure", "success"]);
  expect(good.total_count).toBe(2);
  expect(
    (await refusal(small.mary.repos.createCommitStatus({ ...ENGINE, sha, state: "success" }))).status,
  ).toBe(403);
});

test("annotations add up over requests, fifty at a time, and are read over REST and GraphQL", async () => {
  const { app, sha } = await checking();
  const at = (line: number) => ({
    path: "src/a b.ts",
    start_line: line,
    end_line: line + 1,
    annotation_level: "warning" as const,
    title: `At ${line}`,
    message: "Look here",
  });
  const lines = Array.from({ length: 51 }, (_, index) => index + 1);
  const output = { title: "Found", summary: "Some", text: "More" };
  const create = { ...ENGINE, name: "review", head_sha: sha, external_id: "a1" };

  const many = await refusal(
    app.checks.create({ ...create, output: { ...output, annotations: lines.map(at) } }),
  );
  const { data: run } = await app.checks.create({
    ...create,
    output: { ...output, annotations: lines.slice(0, 50).map(at) },
  });
  const { data: done } = await app.checks.update({
    ...ENGINE,
    check_run_id: run.id,
    conclusion: "neutral",
    output: { summary: "All of it", annotations: [at(51)] },
  });
  const listed = await app.paginate(app.checks.listAnnotations, { ...ENGINE, check_run_id: run.id });
  const asked = await app.graphql(ANNOTATIONS, { id: run.node_id });

  expect(many.message).toBe("Invalid request.\n\nNo more than 50 items are allowed; 51 were supplied.");
  expect(done).toMatchObject({
    external_id: "a1",
    conclusion: "neutral",
    output: { title: "Found", summary: "All of it", text: "More", annotations_count: 51 },
  });
  expect(listed.map((one) => one.start_line)).toEqual(lines);
  expect(listed[50]).toMatchObject({
    ...at(51),
    blob_href: expect.stringMatching(/\/blob\/\w{40}\/src\/a%20b\.ts$/),
  });
  expect(asked).toMatchObject({
    node: {
      databaseId: run.id,
      title: "Found",
      summary: "All of it",
      text: "More",
      startedAt: run.started_at,
      completedAt: done.completed_at,
      checkSuite: { app: { slug: "checker", databaseId: run.app?.id }, workflowRun: null },
      annotations: {
        totalCount: 51,
        pageInfo: { hasNextPage: true },
        nodes: [
          {
            path: "src/a b.ts",
            location: { start: { line: 1 }, end: { line: 2 } },
            annotationLevel: "WARNING",
            title: "At 1",
            message: "Look here",
          },
          { title: "At 2" },
        ],
      },
    },
  });
});

test("a list of check runs is narrowed by name and App", async () => {
  const { small, app, sha } = await checking();
  const other = await appNamed(small, "Other");
  const create = { ...ENGINE, name: "tests", head_sha: sha };
  const { data: mine } = await app.checks.create(create);
  const { data: theirs } = await other.checks.create(create);
  await app.checks.create({ ...create, name: "lint" });

  const list = async (more: { check_name?: string; app_id?: number }) =>
    (await app.checks.listForRef({ ...ENGINE, ref: sha, ...more })).data.check_runs.map(({ id }) => id);

  expect(await list({ check_name: "tests" })).toEqual([mine.id, theirs.id]);
  expect(await list({ check_name: "tests", app_id: Number(theirs.app?.id) })).toEqual([theirs.id]);
});

test("a check is wanted again: its own App hears it, another App may not ask", async () => {
  const { small, app, sha } = await checking();
  const other = await appNamed(small, "Other");
  const { data: run } = await app.checks.create({ ...ENGINE, name: "tests", head_sha: sha });
  const again = { ...ENGINE, check_run_id: run.id };

  const foreign = await refusal(other.checks.rerequestRun(again));
  const reader = await refusal(small.mary.checks.rerequestRun(again));
  await small.charles.checks.rerequestRun(again);
  await small.playground.settled();

  expect(foreign).toMatchObject({ status: 403, message: "This check run is not rerequestable" });
  expect(reader.status).toBe(403);
  const slugs = new Map([...small.playground.world.apps.values()].map(({ id, slug }) => [id, slug]));
  const told = small.playground.deliveries().filter(({ action }) => action === "rerequested");
  expect(told.map(({ appId, request }) => [slugs.get(appId), request.payload])).toMatchObject([
    ["checker", { check_run: { id: run.id, status: "queued" }, sender: { login: "charles" } }],
  ]);
});

const ANNOTATIONS = `query($id: ID!) { node(id: $id) { ... on CheckRun {
  databaseId title summary text startedAt completedAt checkSuite { app { databaseId slug } workflowRun { databaseId } }
  annotations(first: 2) { totalCount pageInfo { hasNextPage }
    nodes { path location { start { line } end { line } } annotationLevel title message } } } } }`;

async function checking(): Promise<{ small: EngineWorld; app: Octokit; sha: string }> {
  const small = await engineWorld({ listen: false, webhookFetch: async () => new Response("ok") });
  const sha = (await resolve(small.repository, "refs/heads/main")) ?? "";
  return { small, app: await appNamed(small, "Checker"), sha };
}

async function appNamed({ playground, repository }: EngineWorld, name: string): Promise<Octokit> {
  const { app } = playground.createApp({
    name,
    owner: "ada",
    permissions: { checks: "write" },
    events: ["check_run"],
    webhookUrl: `http://app.invalid/${name}`,
    webhookSecret: "s",
  });
  const installation = playground.install(app, "ada", [repository]);
  return signIn(playground, issueInstallationToken(playground.world, installation, {}).value);
}

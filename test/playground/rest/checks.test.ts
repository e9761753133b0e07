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

async function checking(): Promise<{ small: EngineWorld; app: Octokit; sha: string }> {
  const small = await engineWorld();
  const sha = (await resolve(small.repository, "refs/heads/main")) ?? "";
  return { small, app: await appNamed(small, "Checker"), sha };
}

async function appNamed({ playground, repository }: EngineWorld, name: string): Promise<Octokit> {
  const { app } = playground.createApp({
    name,
    owner: "ada",
    permissions: { checks: "write" },
    events: [],
    webhookUrl: null,
    webhookSecret: "s",
  });
  const installation = playground.install(app, "ada", [repository]);
  return signIn(playground, issueInstallationToken(playground.world, installation, {}).value);
}

/** What becomes of an App's tokens when its installation is suspended, removed, narrowed or granted more. */
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import type {
  InstallationDeletedEvent,
  InstallationNewPermissionsAcceptedEvent,
  InstallationSuspendEvent,
} from "@octokit/webhooks-types";
import { expect, test } from "vitest";
import {
  acceptPermissions,
  askPermissions,
  changeReach,
  suspendInstallation,
  uninstallApp,
  unsuspendInstallation,
} from "../../../src/playground/installations.ts";
import type { App, Installation } from "../../../src/playground/model/people.ts";
import { ENGINE, engineWorld, refusal, signIn, type EngineWorld } from "../engine-world.ts";

interface Installed extends EngineWorld {
  app: App;
  installation: Installation;
  asApp: Octokit;
  /** An Octokit with a fresh token of the installation. */
  enter: () => Promise<Octokit>;
  /** What the App was told, without the installing. */
  told: () => unknown[];
}

test("a suspended installation is answered with 403 everywhere, and its tokens are good again afterwards", async () => {
  const { playground, installation, asApp, enter, told } = await installed();
  const bot = await enter();

  suspendInstallation(playground.world, installation);
  const used = await refusal(bot.issues.listForRepo(ENGINE));
  const asked = await refusal(enter());
  const queried = await refusal(bot.graphql("{ viewer { login } }", { baseUrl: `${playground.url}/api` }));
  const { data: shown } = await asApp.apps.getInstallation({ installation_id: installation.id });
  unsuspendInstallation(playground.world, installation);
  const after = await bot.issues.listForRepo(ENGINE);
  await playground.settled();

  const words = { status: 403, message: "This installation has been suspended" };
  expect([used, asked, queried]).toMatchObject([words, words, words]);
  expect(shown.suspended_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(after.status).toBe(200);
  const [suspended, unsuspended] = told();
  expect(suspended).toMatchObject({
    action: "suspend",
    installation: { suspended_by: { login: "ada" }, suspended_at: expect.any(String) },
    sender: { login: "ada" },
  } satisfies Shape<InstallationSuspendEvent>);
  expect(unsuspended).toMatchObject({ action: "unsuspend", installation: { suspended_at: null } });
});

test("an App that was uninstalled finds nothing, holds bad credentials and is told so; installed again, it is another installation", async () => {
  const { playground, app, repository, installation, asApp, enter, told } = await installed();
  const bot = await enter();

  uninstallApp(playground.world, installation);
  const used = await refusal(bot.issues.listForRepo(ENGINE));
  const asked = await refusal(enter());
  const found = await refusal(asApp.apps.getRepoInstallation(ENGINE));
  const again = playground.install(app, "ada", [repository]);
  const { data: now } = await asApp.apps.getRepoInstallation(ENGINE);
  await playground.settled();

  expect(used).toMatchObject({ status: 401, message: "Bad credentials" });
  expect([asked, found]).toMatchObject([
    { status: 404, message: "Not Found" },
    { status: 404, message: "Not Found" },
  ]);
  expect(now.id).toBe(again.id);
  expect(again.id).not.toBe(installation.id);
  expect(told()[0]).toMatchObject({
    action: "deleted",
    installation: { id: installation.id },
    repositories: [{ full_name: "ada/engine" }],
  } satisfies Shape<InstallationDeletedEvent>);
});

test("a repository taken out of the installation is closed to tokens from before, and open again when it is put back", async () => {
  const { playground, repository, installation, asApp, enter } = await installed();
  const secret = await playground.createRepository({ owner: "ada", name: "secret", private: true });
  changeReach(playground.world, { installation, repositories: [repository, secret] });
  const bot = await enter();
  const write = (repo: string) => bot.issues.create({ owner: "ada", repo, title: "It stalls" });

  await write("secret");
  changeReach(playground.world, { installation, repositories: [] });
  const hidden = await refusal(write("secret"));
  const open = await refusal(write("engine"));
  const found = await refusal(asApp.apps.getRepoInstallation(ENGINE));
  changeReach(playground.world, { installation, repositories: [repository, secret] });
  const back = await write("secret");

  expect([hidden, open, found]).toMatchObject([
    { status: 404, message: "Not Found" },
    { status: 403, message: "Resource not accessible by integration" },
    { status: 404, message: "Not Found" },
  ]);
  expect(back.status).toBe(201);
});

test("what an App asks for anew it has only once the account accepts, in tokens minted after that", async () => {
  const { playground, app, installation, enter, told } = await installed();
  const before = await enter();
  const { data: issue } = await before.issues.create({ ...ENGINE, title: "It stalls" });
  const run = (bot: Octokit) =>
    bot.checks.create({ ...ENGINE, name: "tests", head_sha: "0".repeat(40), status: "queued" });

  askPermissions(playground.world, app, { issues: "write", checks: "write" });
  const unasked = await refusal(run(await enter()));
  acceptPermissions(playground.world, installation);
  const old = await refusal(run(before));
  const granted = await refusal(run(await enter()));
  askPermissions(playground.world, app, { issues: "read", checks: "write" });
  const lost = await refusal(
    before.issues.createComment({ ...ENGINE, issue_number: issue.number, body: "hello" }),
  );
  await playground.settled();

  expect([unasked, old, lost]).toMatchObject(
    Array.from({ length: 3 }, () => ({ status: 403, message: "Resource not accessible by integration" })),
  );
  expect(granted.status).toBe(422);
  expect(told()).toMatchObject([
    {
      action: "new_permissions_accepted",
      installation: { permissions: { metadata: "read", issues: "write", checks: "write" } },
    } satisfies Shape<InstallationNewPermissionsAcceptedEvent>,
  ]);
});

test("a refusal for want of a permission names the permission", async () => {
  const { enter } = await installed();
  const bot = await enter();

  const headers = await bot.pulls.create({ ...ENGINE, title: "Work", head: "work", base: "main" }).then(
    () => ({}),
    (error: { response: { headers: object } }) => error.response.headers,
  );

  expect(headers).toMatchObject({ "x-accepted-github-permissions": "pull_requests=write" });
});

/** Part of a payload, held to GitHub's published shape where it is given as plain values. */
type Shape<Event> = { [Key in keyof Event]?: unknown } & Partial<Pick<Event, "action" & keyof Event>>;

async function installed(): Promise<Installed> {
  const payloads: unknown[] = [];
  const small = await engineWorld({
    listen: false,
    webhookFetch: async (request) => {
      payloads.push(await request.json());
      return new Response("ok");
    },
  });
  const { playground, repository } = small;
  const { app, privateKey } = playground.createApp({
    name: "Helper",
    owner: "ada",
    permissions: { issues: "write" },
    events: ["issues"],
    webhookUrl: "http://app.invalid/hook",
    webhookSecret: "a secret of some length",
  });
  const installation = playground.install(app, "ada", [repository]);
  const asApp = new Octokit({
    baseUrl: `${playground.url}/api/v3`,
    request: { fetch: playground.fetch },
    authStrategy: createAppAuth,
    auth: { appId: app.id, privateKey },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const enter = async (): Promise<Octokit> => {
    const { data } = await asApp.apps.createInstallationAccessToken({ installation_id: installation.id });
    return signIn(playground, data.token);
  };
  const told = (): unknown[] => payloads.filter((payload) => !isOther(payload));
  return { ...small, app, installation, asApp, enter, told };
}

/** The installing itself, and what is no news of the installation. */
function isOther(payload: unknown): boolean {
  const { action, issue } = payload as { action?: string; issue?: unknown };
  return action === "created" || issue !== undefined;
}

/** The app on a playground, in one process: from a label to the ledger. */
import { Octokit } from "@octokit/rest";
import { expect, test } from "vitest";
import { createApp, type App } from "../../src/app/app.ts";
import { EVENTS } from "../../src/app/events.ts";
import { PERMISSIONS } from "../../src/github/permissions.ts";
import type { Settings } from "../../src/app/settings.ts";
import { listTasks } from "../../src/github/ledger-list.ts";
import { connect } from "../../src/github/client.ts";
import { recordKey } from "../../src/github/sign.ts";
import { startPlayground } from "../../src/playground/playground.ts";
import { fakeClock } from "./fake-clock.ts";

const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const where = { owner: "ada", repo: "engine" };

/** A playground whose webhooks reach `app` in process, once there is one. */
async function world() {
  let app: App | null = null;
  const playground = await startPlayground({
    listen: false,
    webhookFetch: async (request) => {
      app?.intake.take(request.headers.get("x-github-event") ?? "", await request.json());
      return new Response("ok");
    },
  });
  const ada = playground.createPerson({ login: "ada" });
  const repository = await playground.createRepository({
    owner: "ada",
    name: "engine",
    files: { "README.md": "# E\n" },
  });
  const made = playground.createApp({
    name: "gza",
    owner: "ada",
    permissions: PERMISSIONS,
    events: [...EVENTS],
    webhookUrl: "http://127.0.0.1:9/api/github/webhooks",
    webhookSecret: "a secret of some length",
  });
  playground.install(made.app, "ada", [repository]);
  const octokit = new Octokit({
    auth: ada.token,
    baseUrl: `${playground.url}/api/v3`,
    request: { fetch: playground.fetch },
    log: SILENT,
  });
  const settings: Settings = {
    appId: made.app.id,
    privateKey: made.privateKey,
    webhookSecret: "a secret of some length",
    host: "127.0.0.1",
    port: 0,
    baseUrl: `${playground.url}/api/v3`,
    logLevel: "fatal",
    logFormat: "json",
    webhookProxy: null,
    sweepMinutes: 5,
  };
  const clock = fakeClock();
  const begin = async (interrupt?: Parameters<typeof createApp>[0]["interrupt"]): Promise<App> => {
    app = await createApp({
      settings,
      clock,
      fetch: playground.fetch as typeof fetch,
      interrupt,
    });
    return app;
  };
  const tasks = () =>
    listTasks(
      connect(octokit),
      { id: repository.id, owner: "ada", name: "engine" },
      recordKey(made.privateKey),
    );
  const settle = async (): Promise<void> => {
    await playground.settled();
    await app?.intake.settled();
    await app?.inbox.idle();
  };
  return { playground, octokit, begin, tasks, settle, clock };
}

test("a label from somebody who may write makes a task", async () => {
  const { playground, octokit, begin, tasks, settle } = await world();
  await begin();

  const { data: issue } = await octokit.rest.issues.create({ ...where, title: "Fix it", labels: ["gza"] });
  await settle();
  const [task] = await tasks();
  await playground.stop();

  expect(task).toMatchObject({ issue: issue.number, record: { asked: { by: { login: "ada" } } } });
});

test("what no webhook told, the sweep finds", async () => {
  const { playground, octokit, begin, tasks, settle } = await world();
  await octokit.rest.issues.create({ ...where, title: "Fix it", labels: ["gza"] });
  const app = await begin();

  await app.sweep();
  await settle();
  const found = await tasks();
  await playground.stop();

  expect(found).toHaveLength(1);
});

test("an app that died in the middle leaves nothing that the next one does twice", async () => {
  const { playground, octokit, begin, tasks, settle } = await world();
  let points = 0;
  await begin(() => {
    points += 1;
    if (points === 3) throw new Error("crash");
  });
  const { data: issue } = await octokit.rest.issues.create({ ...where, title: "Fix it", labels: ["gza"] });
  await settle();

  const second = await begin();
  await second.sweep();
  await settle();
  const found = await tasks();
  const { data: comments } = await octokit.rest.issues.listComments({ ...where, issue_number: issue.number });
  await playground.stop();

  expect(found).toHaveLength(1);
  expect(new Set(comments.map(({ body }) => body?.split("\n", 1)[0])).size).toBe(comments.length);
});

test("a push to a branch has the pull requests onto it looked over once, a little later", async () => {
  const { playground, octokit, begin, settle, clock } = await world();
  const app = await begin();
  const file = { ...where, message: "Push", content: "eA==" };
  const passes = (): number => playground.requests().filter(({ path }) => path === "Mergeable").length;

  await octokit.rest.repos.createOrUpdateFileContents({ ...file, path: "a.txt" });
  await octokit.rest.repos.createOrUpdateFileContents({ ...file, path: "b.txt" });
  await settle();
  const early = passes();
  clock.advance(2000);
  await app.bases.idle();
  const late = passes();
  await playground.stop();

  expect([early, late]).toEqual([0, 1]);
});

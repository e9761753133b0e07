/** Webhooks: who gets which, signed how, in what order, and what the delivery log says. */
import { verify } from "@octokit/webhooks-methods";
import { expect, test } from "vitest";
import { createCheckRun } from "../../src/playground/checks.ts";
import { resolve } from "../../src/playground/git/objects.ts";
import { changeReach } from "../../src/playground/installations.ts";
import { ACTIONS_APP_ID } from "../../src/playground/world.ts";
import { ENGINE, engineWorld, type EngineWorld } from "./engine-world.ts";

const SECRET = "a secret of some length";

interface Arrival {
  event: string;
  action: unknown;
  guid: string;
  headers: Headers;
  text: string;
}

interface Listening extends EngineWorld {
  arrivals: Arrival[];
  /** Makes the App answer with this from now on. */
  answer: (response: () => Promise<Response>) => void;
}

test("an issue goes, signed, to the App that asked for issues and to no other", async () => {
  const { playground, repository, ada, arrivals } = await listening({ events: ["issues"] });
  const deaf = playground.createApp({
    name: "Deaf",
    owner: "ada",
    permissions: { issues: "read" },
    events: ["push"],
    webhookUrl: "http://app.invalid/deaf",
    webhookSecret: SECRET,
  });
  playground.install(deaf.app, "ada", [repository]);

  await ada.issues.create({ ...ENGINE, title: "It stalls" });
  await playground.settled();

  const [installed, otherInstalled, opened] = arrivals;
  expect(arrivals.map(({ event, action }) => `${event}.${String(action)}`)).toEqual([
    "installation.created",
    "installation.created",
    "issues.opened",
  ]);
  expect(installed?.guid).not.toBe(otherInstalled?.guid);
  expect(opened?.headers.get("user-agent")).toMatch(/^GitHub-Hookshot\//);
  expect(await verify(SECRET, opened?.text ?? "", opened?.headers.get("x-hub-signature-256") ?? "")).toBe(
    true,
  );
  expect(JSON.parse(opened?.text ?? "")).toMatchObject({
    action: "opened",
    issue: { number: 1, title: "It stalls" },
    repository: { full_name: "ada/engine" },
    sender: { login: "ada" },
    installation: { id: expect.any(Number) },
  });
});

test("check events need the checks permission, and a suspended installation hears nothing", async () => {
  const { playground, repository, ada, arrivals } = await listening({ events: ["issues", "check_run"] });
  const headSha = (await resolve(repository, "refs/heads/main")) ?? "";
  await playground.settled();
  arrivals.length = 0;

  createCheckRun(playground.world, repository, {
    appId: ACTIONS_APP_ID,
    name: "tests",
    headSha,
    token: null,
  });
  await ada.issues.create({ ...ENGINE, title: "Heard" });
  for (const installation of playground.world.installations.values())
    installation.suspendedAt = "2026-01-01T00:00:00Z";
  await ada.issues.create({ ...ENGINE, title: "Not heard" });
  await playground.settled();

  expect(arrivals.map(({ event, text }) => [event, JSON.parse(text).issue.title])).toEqual([
    ["issues", "Heard"],
  ]);
});

test("the log keeps what failed in GitHub's words, and a redelivery keeps its delivery id", async () => {
  const { playground, ada, arrivals, answer } = await listening({ events: ["issues"] });
  await playground.settled();
  answer(async () => new Response("no", { status: 500 }));
  await ada.issues.create({ ...ENGINE, title: "One" });
  await playground.settled();
  answer(async () => new Response("ok"));

  const failed = playground.deliveries().at(-1);
  if (!failed) throw new Error("nothing was delivered");
  playground.webhooks.redeliver(failed);
  await playground.settled();

  expect(failed).toMatchObject({
    event: "issues",
    action: "opened",
    status: "Invalid HTTP Response: 500",
    statusCode: 500,
  });
  expect(playground.deliveries().at(-1)).toMatchObject({ guid: failed.guid, redelivery: true, status: "OK" });
  expect(arrivals.at(-1)?.guid).toBe(failed.guid);
  expect(arrivals.at(-1)?.text).toBe(arrivals.at(-2)?.text);
});

test("an App that answers too late or not at all is cut off", async () => {
  const { playground, ada, answer } = await listening({ events: ["issues"], patience: 50 });
  await playground.settled();

  answer(() => new Promise(() => undefined));
  await ada.issues.create({ ...ENGINE, title: "Slow" });
  await playground.settled();
  answer(() => Promise.reject(new Error("connection refused")));
  await ada.issues.create({ ...ENGINE, title: "Gone" });
  await playground.settled();

  expect(
    playground
      .deliveries()
      .slice(-2)
      .map(({ status }) => status),
  ).toEqual(["timed out", "failed to connect to host"]);
});

test("deliveries can be held, rearranged, lost and doubled", async () => {
  const { playground, ada, arrivals } = await listening({ events: ["issues"] });
  await playground.settled();
  arrivals.length = 0;

  playground.webhooks.hold();
  await ada.issues.create({ ...ENGINE, title: "One" });
  await ada.issues.create({ ...ENGINE, title: "Two" });
  playground.webhooks.release((letters) => letters.toReversed());
  await playground.settled();
  playground.webhooks.drop(({ action }) => action === "closed");
  playground.webhooks.duplicate(2);
  await ada.issues.update({ ...ENGINE, issue_number: 1, state: "closed" });
  await ada.issues.update({ ...ENGINE, issue_number: 1, state: "open" });
  await playground.settled();

  const seen = arrivals.map(({ action, text }) => `${String(action)} ${JSON.parse(text).issue.number}`);
  expect(seen).toEqual(["opened 2", "opened 1", "reopened 1", "reopened 1"]);
  expect(arrivals[2]?.guid).toBe(arrivals[3]?.guid);
});

test("an App is told which repositories it gains and loses", async () => {
  const { playground, repository, arrivals } = await listening({ events: [] });
  const loom = await playground.createRepository({ owner: "ada", name: "loom" });
  const [installation] = playground.world.installations.values();
  if (!installation) throw new Error("the App is installed nowhere");

  changeReach(playground.world, { installation, repositories: [repository, loom] });
  changeReach(playground.world, { installation, repositories: [loom] });
  await playground.settled();

  const [, added, removed] = arrivals.map(({ text }) => JSON.parse(text));
  expect(added).toMatchObject({
    action: "added",
    repositories_added: [{ full_name: "ada/loom" }],
    repositories_removed: [],
  });
  expect(removed).toMatchObject({ action: "removed", repositories_removed: [{ full_name: "ada/engine" }] });
});

test("a payload is what was true when it happened", async () => {
  const { playground, ada, arrivals } = await listening({ events: ["issues"] });
  await playground.settled();
  playground.webhooks.hold();

  await ada.issues.create({ ...ENGINE, title: "Before" });
  await ada.issues.update({ ...ENGINE, issue_number: 1, title: "After" });
  playground.webhooks.release();
  await playground.settled();

  expect(JSON.parse(arrivals.at(-2)?.text ?? "").issue.title).toBe("Before");
  expect(JSON.parse(arrivals.at(-1)?.text ?? "").changes).toEqual({ title: { from: "Before" } });
});

async function listening({ events, patience }: { events: string[]; patience?: number }): Promise<Listening> {
  const arrivals: Arrival[] = [];
  let respond = async (): Promise<Response> => new Response("ok");
  const small = await engineWorld({
    listen: false,
    webhookPatience: patience,
    webhookFetch: async (request) => {
      const text = await request.text();
      const { headers } = request;
      const { action }: { action?: unknown } = JSON.parse(text);
      arrivals.push({
        event: headers.get("x-github-event") ?? "",
        action,
        guid: headers.get("x-github-delivery") ?? "",
        headers,
        text,
      });
      return respond();
    },
  });
  const { app } = small.playground.createApp({
    name: "Listener",
    owner: "ada",
    permissions: { issues: "write" },
    events,
    webhookUrl: "http://app.invalid/hook",
    webhookSecret: SECRET,
  });
  small.playground.install(app, "ada", [small.repository]);
  return {
    ...small,
    arrivals,
    answer: (response) => {
      respond = response;
    },
  };
}

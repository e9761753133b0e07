/** What the app says of itself at the start, and what it names as missing. */
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { expect, onTestFinished, test } from "vitest";
import { EVENTS } from "../../src/app/events.ts";
import { introduce } from "../../src/app/introduce.ts";
import type { Settings } from "../../src/app/settings.ts";
import { connect } from "../../src/github/client.ts";
import { PERMISSIONS } from "../../src/github/permissions.ts";
import type { Permissions } from "../../src/playground/model/people.ts";
import { startPlayground } from "../../src/playground/playground.ts";

const SECRET = "a secret of some length";
const WEBHOOK = "https://gza.example.com/api/github/webhooks";

test("an App that is as it should be is named, with where it is installed", async () => {
  const heard = await introduced({});

  expect(heard).toEqual({ why: null, info: ['GZA is the App "Helper", installed by 1 accounts.'], warn: [] });
});

test("a permission that the App does without is not missed", async () => {
  const { merge_queues: _, ...permissions } = PERMISSIONS;

  const heard = await introduced({ permissions });

  expect(heard.warn).toEqual([]);
});

test.each<[Change, RegExp]>([
  [
    { isInstalled: false },
    /^The App is installed nowhere: install it at \S+\/apps\/helper\/installations\/new$/,
  ],
  [
    { permissions: { ...PERMISSIONS, checks: "read", issues: undefined } },
    /^The App does not ask for checks: write, issues: write: add that at \S+\/settings\/apps\/helper\/permissions$/,
  ],
  [
    { owner: "octo", events: EVENTS.slice(2) },
    /does not hear of .*, .*\/organizations\/octo\/settings\/apps\/helper/,
  ],
  [
    { webhookUrl: "https://gza.example.com/" },
    /^GitHub sends webhooks to https:\/\/gza\.example\.com\/: write /,
  ],
  [{ webhookUrl: null }, /^GitHub sends webhooks to nowhere: /],
  [
    { webhookProxy: "https://smee.io/x" },
    /^GitHub sends webhooks to .* and GZA listens at WEBHOOK_PROXY_URL: /,
  ],
])("%j is said", async (change, words) => {
  const heard = await introduced(change);

  expect(heard).toMatchObject({ why: null, warn: [expect.stringMatching(words)] });
});

test("with the id of another App nothing can work", async () => {
  const heard = await introduced({ appId: 1 });

  expect(heard.why).toMatch(/knows no App with APP_ID 1 and this PRIVATE_KEY: /);
});

test("a GitHub that does not answer keeps nothing from starting", async () => {
  const heard = await introduced({ fetch: () => Promise.reject(new TypeError("fetch failed")) });

  expect(heard).toMatchObject({
    why: null,
    warn: [expect.stringContaining("did not say who this App is (fetch failed); GZA starts all the same")],
  });
});

interface Change {
  permissions?: { [name: string]: "read" | "write" | undefined };
  events?: readonly string[];
  owner?: string;
  isInstalled?: boolean;
  webhookUrl?: string | null;
  webhookProxy?: string;
  appId?: number;
  fetch?: typeof fetch;
}

async function introduced(change: Change) {
  const playground = await startPlayground({ listen: false });
  onTestFinished(() => playground.stop());
  playground.createPerson({ login: "ada" });
  playground.createOrganization({ login: "octo" });
  const { owner = "ada", permissions = PERMISSIONS, events = EVENTS, webhookUrl = WEBHOOK } = change;
  const asked: Permissions = Object.fromEntries(
    Object.entries(permissions).flatMap(([name, access]) => (access === undefined ? [] : [[name, access]])),
  );
  const { app: made, privateKey } = playground.createApp({
    name: "Helper",
    owner,
    permissions: asked,
    events: [...events],
    webhookUrl,
    webhookSecret: SECRET,
  });
  if (change.isInstalled !== false) playground.install(made, owner, []);
  const octokit = new Octokit({
    baseUrl: `${playground.url}/api/v3`,
    request: { fetch: change.fetch ?? playground.fetch },
    authStrategy: createAppAuth,
    auth: { appId: change.appId ?? made.id, privateKey },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const settings: Settings = {
    appId: change.appId ?? made.id,
    privateKey,
    webhookSecret: SECRET,
    host: "127.0.0.1",
    port: 0,
    baseUrl: `${playground.url}/api/v3`,
    logLevel: "fatal",
    logFormat: "json",
    webhookProxy: change.webhookProxy ?? null,
    sweepMinutes: 5,
  };
  const heard: { info: unknown[]; warn: unknown[] } = { info: [], warn: [] };
  const log = {
    info: (...words: unknown[]) => void heard.info.push(words.at(-1)),
    warn: (...words: unknown[]) => void heard.warn.push(words.at(-1)),
  };
  const why = await introduce(connect(octokit), { settings, log });
  return { why, ...heard };
}

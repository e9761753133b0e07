/** Apps over REST: their JSON web token, installation tokens that carry permissions, the manifest flow. */
import { sign } from "node:crypto";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { expect, test } from "vitest";
import type { NewApp } from "../../../src/playground/apps.ts";
import type { Installation } from "../../../src/playground/model/people.ts";
import { ENGINE, engineWorld, refusal, signIn, type EngineWorld } from "../engine-world.ts";

test("an App signs in, finds its installations and gets a token that lives an hour", async () => {
  const { asApp, installation, made } = await installed();

  const { data: app } = await asApp.apps.getAuthenticated();
  const { data: found } = await asApp.apps.getRepoInstallation(ENGINE);
  const { data: token } = await asApp.apps.createInstallationAccessToken({
    installation_id: installation.id,
  });

  expect(app).toMatchObject({
    id: made.app.id,
    slug: "helper",
    installations_count: 1,
    owner: { login: "ada" },
  });
  expect(found.id).toBe(installation.id);
  expect(token.token).toMatch(new RegExp(`^ghs_${made.app.id}_\\w+\\.\\w+\\.\\w+$`));
  expect(Date.parse(token.expires_at)).toBeGreaterThan(Date.now() + 3_500_000);
});

test("a JSON web token that is too old, too long or signed by another key is refused", async () => {
  const { small, made } = await installed();
  const other = small.playground.createApp({
    name: "Other",
    owner: "ada",
    permissions: {},
    events: [],
    webhookUrl: null,
    webhookSecret: "s",
  });
  const now = Math.floor(Date.now() / 1000);
  const ask = (key: string, claims: { iat: number; exp: number }) =>
    refusal(signIn(small.playground, jwt(key, { iss: made.app.id, ...claims })).apps.getAuthenticated());

  const old = await ask(made.privateKey, { iat: now - 1200, exp: now - 600 });
  const long = await ask(made.privateKey, { iat: now, exp: now + 3600 });
  const foreign = await ask(other.privateKey, { iat: now, exp: now + 300 });

  expect(old).toMatchObject({
    status: 401,
    message: expect.stringContaining("'Expiration time' claim ('exp') must be a numeric value"),
  });
  expect(long).toMatchObject({
    status: 401,
    message: "'Expiration time' claim ('exp') is too far in the future",
  });
  expect(foreign).toMatchObject({ status: 401, message: "A JSON web token could not be decoded" });
});

test("an installation token does what its permissions allow and is narrowed on request, never widened", async () => {
  const { small, asApp, installation } = await installed();
  const id = { installation_id: installation.id };
  const full = signIn(small.playground, (await asApp.apps.createInstallationAccessToken(id)).data.token);
  const narrow = await asApp.apps.createInstallationAccessToken({
    ...id,
    repositories: ["engine"],
    permissions: { issues: "read" },
  });
  const reader = signIn(small.playground, narrow.data.token);

  const { data: issue } = await full.issues.create({ ...ENGINE, title: "From an App" });
  const refused = await refusal(reader.issues.create({ ...ENGINE, title: "x" }));
  const label = await refusal(
    full.repos.createCommitStatus({ ...ENGINE, sha: "0".repeat(40), state: "success" }),
  );
  const wider = await refusal(
    asApp.apps.createInstallationAccessToken({ ...id, permissions: { administration: "write" } }),
  );
  const elsewhere = await refusal(
    asApp.apps.createInstallationAccessToken({ ...id, repositories: ["none"] }),
  );
  const { data: reach } = await reader.apps.listReposAccessibleToInstallation();

  expect(issue).toMatchObject({
    user: { login: "helper[bot]", type: "Bot" },
    performed_via_github_app: { slug: "helper" },
  });
  expect(refused).toMatchObject({ status: 403, message: "Resource not accessible by integration" });
  expect(label.status).toBe(403);
  expect(wider).toMatchObject({
    status: 422,
    message: "The permissions requested are not granted to this installation.",
  });
  expect(elsewhere.status).toBe(422);
  expect(reach.repositories.map(({ full_name }) => full_name)).toEqual(["ada/engine"]);
});

test("a manifest becomes an App whose keys are fetched once with the code", async () => {
  const { playground } = await engineWorld();
  const manifest = {
    name: "Probot Thing",
    url: "https://example.com",
    hook_attributes: { url: "http://127.0.0.1:1/hook" },
    redirect_url: "http://127.0.0.1:1/probot/setup",
    default_permissions: { issues: "write" },
    default_events: ["issues"],
  };

  const made = await playground.fetch(`${playground.url}/settings/apps/new`, {
    method: "POST",
    body: new URLSearchParams({ manifest: JSON.stringify(manifest) }),
    redirect: "manual",
  });
  const code = new URL(made.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const nobody = signIn(playground);
  const { data: app } = await nobody.apps.createFromManifest({ code });
  const again = await refusal(nobody.apps.createFromManifest({ code }));

  expect(app).toMatchObject({
    slug: "probot-thing",
    owner: { login: "ada" },
    pem: expect.stringContaining("RSA PRIVATE KEY"),
  });
  expect(app.webhook_secret).toHaveLength(40);
  expect(again.status).toBe(404);
});

interface Installed {
  small: EngineWorld;
  made: NewApp;
  installation: Installation;
  asApp: Octokit;
}

async function installed(): Promise<Installed> {
  const small = await engineWorld();
  const made = small.playground.createApp({
    name: "Helper",
    owner: "ada",
    permissions: { issues: "write", checks: "write" },
    events: ["issues"],
    webhookUrl: null,
    webhookSecret: "secret",
  });
  const installation = small.playground.install(made.app, "ada", [small.repository]);
  const asApp = new Octokit({
    baseUrl: `${small.playground.url}/api/v3`,
    request: { fetch: small.playground.fetch },
    authStrategy: createAppAuth,
    auth: { appId: made.app.id, privateKey: made.privateKey },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  return { small, made, installation, asApp };
}

function jwt(key: string, claims: { iss: number; iat: number; exp: number }): string {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  return `${text}.${sign("RSA-SHA256", Buffer.from(text), key).toString("base64url")}`;
}

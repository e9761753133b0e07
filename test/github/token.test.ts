/** An installation's token: what it allows, when a new one is taken, and how an installation is told that cannot be reached. */
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { afterEach, expect, test } from "vitest";
import { connect } from "../../src/github/client.ts";
import { Forbidden, Unreachable } from "../../src/github/failure.ts";
import { PERMISSIONS } from "../../src/github/permissions.ts";
import {
  acceptPermissions,
  suspendInstallation,
  uninstallApp,
  unsuspendInstallation,
} from "../../src/playground/installations.ts";
import { startPlayground, type Playground } from "../../src/playground/playground.ts";

const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const QUERY = "GET /repos/{owner}/{repo}/issues";
const where = { owner: "ada", repo: "engine" };
let playground: Playground;

afterEach(() => playground.stop());

async function installed(permissions: { [name: string]: "read" | "write" } = PERMISSIONS) {
  playground = await startPlayground({ listen: false });
  playground.createPerson({ login: "ada" });
  const repository = await playground.createRepository({ owner: "ada", name: "engine", files: { a: "a\n" } });
  const { app, privateKey } = playground.createApp({
    name: "gza",
    owner: "ada",
    permissions: PERMISSIONS,
    events: [],
    webhookUrl: null,
    webhookSecret: "a secret of some length",
  });
  const installation = playground.install(app, "ada", [repository]);
  installation.permissions = permissions;
  const octokit = new Octokit({
    authStrategy: createAppAuth,
    auth: { appId: app.id, privateKey, installationId: installation.id },
    baseUrl: `${playground.url}/api/v3`,
    request: { fetch: playground.fetch },
    log: SILENT,
  });
  return { client: connect(octokit, installation.id), installation };
}

function tokens(): number {
  return playground.requests().filter(({ path }) => path.endsWith("/access_tokens")).length;
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test("says what is missing of what is needed, and asks GitHub for no more than the token that every request needs", async () => {
  const { merge_queues: _, ...granted } = PERMISSIONS;
  const { client, installation } = await installed({ ...granted, checks: "read", statuses: "read" });

  await client.request(QUERY, where);
  const grants = [await client.token?.grant(), await client.token?.grant()];

  const grant = { installation: installation.id, missing: ["checks: write"] };
  expect([grants, tokens()]).toEqual([[grant, grant], 1]);
});

test("is taken anew when it has expired, and shows what was granted since", async () => {
  const { client, installation } = await installed({ metadata: "read" });
  await client.token?.grant();

  acceptPermissions(playground.world, installation);
  const before = await client.token?.grant();
  client.token?.expire();
  const after = [await client.token?.grant(), await client.token?.grant()];

  expect(before?.missing).toContain("issues: write");
  expect([after.map((grant) => grant?.missing), tokens()]).toEqual([[[], []], 2]);
});

test("a request that lacks a permission has the next look see which", async () => {
  const { client, installation } = await installed();
  await client.token?.grant();
  installation.permissions = { ...PERMISSIONS, issues: "read" };
  for (const token of playground.world.tokens.values())
    if (token.installationId === installation.id) token.permissions = installation.permissions;

  const error = await failure(client.request("POST /repos/{owner}/{repo}/issues", { ...where, title: "A" }));

  expect(error).toBeInstanceOf(Forbidden);
  expect((await client.token?.grant())?.missing).toEqual(["issues: write"]);
});

test("that is refused is taken anew, and the write that met the refusal goes through", async () => {
  const { client } = await installed();
  await client.token?.grant();
  playground.world.tokens.clear();

  const { status } = await client.request("POST /repos/{owner}/{repo}/issues", { ...where, title: "A" });

  expect([status, tokens()]).toEqual([201, 2]);
});

test.each([
  ["suspended", suspendInstallation],
  ["uninstalled", uninstallApp],
])("an installation that is %s cannot be reached", async (_, leave) => {
  const { client, installation } = await installed();
  await client.token?.grant();

  leave(playground.world, installation);
  client.token?.expire();
  const errors = [
    await failure(client.token?.grant() ?? Promise.resolve()),
    await failure(client.token?.grant() ?? Promise.resolve()),
  ];

  expect(errors.every((error) => error instanceof Unreachable)).toBe(true);
});

test("a suspension is told to every request, and is over when it is lifted", async () => {
  const { client, installation } = await installed();
  await client.token?.grant();
  suspendInstallation(playground.world, installation);

  const error = await failure(client.request(QUERY, where));
  unsuspendInstallation(playground.world, installation);
  const { status } = await client.request(QUERY, where);

  expect(error).toBeInstanceOf(Unreachable);
  expect(status).toBe(200);
});

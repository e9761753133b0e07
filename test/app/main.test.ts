/** The app as a process: setup page, refusals, signed webhooks, and an orderly end. */
import { createHmac, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { PERMISSIONS } from "../../src/github/permissions.ts";
import { startPlayground } from "../../src/playground/playground.ts";
import { runApp, setupOf } from "./running-app.ts";

const SECRET = "a secret of some length";

describe("before there is an App", () => {
  test("it says where its setup is, which ends like the app does", async () => {
    await using app = await runApp({});
    await app.says("?key=");

    const page = await fetch(setupOf(app));
    app.process.kill("SIGTERM");

    expect([page.status, await app.ended]).toEqual([200, 0]);
  });

  test("a port that is taken is said, in the setup and in the app", async () => {
    await using github = await slowGitHub();
    const PORT = new URL(github.url).port;
    await using setup = await runApp({ PORT });
    await using app = await runApp({
      ...environmentOf({ appId: 12, privateKey: PEM, url: github.url }),
      PORT,
    });

    const codes = await Promise.all([setup.ended, app.ended]);

    expect(codes).toEqual([1, 1]);
    for (const { output } of [setup, app])
      expect(output()).toContain(`GZA does not start. Port ${PORT} is taken, maybe by another GZA: `);
  });

  test.each([
    [{ APP_ID: "12" }, "WEBHOOK_SECRET is missing"],
    [{ APP_ID: "12", WEBHOOK_SECRET: SECRET }, "PRIVATE_KEY is missing"],
    [{ NODE_ENV: "production" }, "APP_ID is missing"],
  ])("%j is refused in one sentence", async (environment, why) => {
    await using app = await runApp(environment);

    const code = await app.ended;

    expect(code).toBe(1);
    expect(app.output()).toMatch(new RegExp(`^GZA does not start\\. ${why}[^\\n]*\\n$`));
  });
});

const PEM = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();

function environmentOf({ appId, privateKey, url }: { appId: number; privateKey: string; url: string }) {
  return {
    APP_ID: String(appId),
    PRIVATE_KEY: privateKey,
    WEBHOOK_SECRET: SECRET,
    GHE_HOST: new URL(url).host,
    GHE_PROTOCOL: "http",
  };
}

function sign(body: string, secret = SECRET): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

function post(url: string, body: string, headers: { [name: string]: string }): Promise<Response> {
  const always = { "content-type": "application/json", "x-github-event": "issues", "x-github-delivery": "1" };
  return fetch(`${url}/api/github/webhooks`, { method: "POST", body, headers: { ...always, ...headers } });
}

describe("a running app", () => {
  test("takes signed webhooks, answers 401 to all others, and ends on SIGTERM", async () => {
    const playground = await startPlayground();
    playground.createPerson({ login: "ada" });
    const { app: made, privateKey } = playground.createApp({
      name: "gza",
      owner: "ada",
      permissions: PERMISSIONS,
      events: [],
      webhookUrl: null,
      webhookSecret: SECRET,
    });
    await using app = await runApp(environmentOf({ appId: made.id, privateKey, url: playground.url }));
    await app.says("Listening on");
    const body = JSON.stringify({ action: "opened" });

    const answers = await Promise.all([
      post(app.url, body, { "x-hub-signature-256": sign(body) }),
      post(app.url, body, {}),
      post(app.url, body, { "x-hub-signature-256": sign(body, "development") }),
      post(app.url, `${body} `, { "x-hub-signature-256": sign(body) }),
      post(app.url, body, { "x-hub-signature": "sha1=0000" }),
      post(app.url, "", { "x-hub-signature-256": sign("") }),
    ]);
    const health = await fetch(`${app.url}/healthz`);
    const status: unknown = await health.json();
    app.process.kill("SIGTERM");
    const code = await app.ended;
    await playground.stop();

    expect(app.output()).toContain("A webhook was refused: its signature does not fit WEBHOOK_SECRET");
    expect(app.output()).toContain("A webhook was refused: it is not signed");
    expect(answers.map((answer) => answer.status)).toEqual([200, 401, 401, 401, 401, 401]);
    expect(status).toMatchObject({ waiting: 0, running: 0, oldestDue: null });
    expect([health.status, code]).toEqual([200, 0]);
  });

  test("does not start with the key of another App", async () => {
    const playground = await startPlayground();
    playground.createPerson({ login: "ada" });
    await using app = await runApp(environmentOf({ appId: 12, privateKey: PEM, url: playground.url }));

    const code = await app.ended;
    await playground.stop();

    expect(code).toBe(1);
    expect(app.output()).toContain(
      `GZA does not start. ${playground.url}/api/v3 knows no App with APP_ID 12 and this PRIVATE_KEY: `,
    );
  });

  test("finishes what is under way before it ends", async () => {
    await using github = await slowGitHub();
    await using app = await runApp(environmentOf({ appId: 12, privateKey: PEM, url: github.url }));
    await app.says("Listening on");
    const body = JSON.stringify({
      installation: { id: 3 },
      repository: { id: 5, name: "engine", owner: { login: "ada" } },
      issue: { number: 7 },
    });
    await post(app.url, body, { "x-hub-signature-256": sign(body) });
    await github.asked;

    app.process.kill("SIGTERM");
    const early = await Promise.race([app.ended, refusedSoon(app.url)]);
    github.answer();
    const code = await app.ended;

    expect(early).toBe("no new connections");
    expect(code).toBe(0);
    expect(app.output()).toContain("a task failed");
  });
});

/** Resolves when the app takes no connections any more. */
async function refusedSoon(url: string): Promise<string> {
  for (;;) {
    const isOpen = await fetch(`${url}/healthz`, { headers: { connection: "close" } }).then(
      () => true,
      () => false,
    );
    if (!isOpen) return "no new connections";
  }
}

/** A GitHub that gives out tokens and holds back the answer to every GraphQL query until it is told to give it. */
async function slowGitHub() {
  let answer: () => void = () => undefined;
  const isAnswered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let ask: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const server = createServer((request, response) => {
    if (request.url?.endsWith("/access_tokens")) {
      return json(response, 201, { token: "ghs_1", expires_at: "2099-01-01T00:00:00Z", permissions: {} });
    }
    if (request.url !== "/api/graphql") return json(response, 200, []);
    ask();
    return isAnswered.then(() => json(response, 400, { message: "no" }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    answer: () => answer(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

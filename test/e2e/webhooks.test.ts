/** Webhooks over a real socket: what is not signed with the App's secret is refused, and GitHub is asked nothing because of it. */
import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import type { App } from "../../src/app/app.ts";
import { story } from "./world.ts";

it("looks at nothing that a badly signed webhook names, and at once at what a signed one does", async () => {
  await using from = await story();
  const { data: issue } = await from.ada.rest.issues.create({
    owner: "ada",
    repo: "engine",
    title: "No label",
  });
  await from.quiet();
  const delivery = from.playground.deliveries().findLast(({ event }) => event === "issues");
  const secret = from.playground.world.apps.get(delivery?.appId ?? 0)?.webhookSecret ?? "";
  const body = JSON.stringify(delivery?.request.payload);
  const app = await from.begin();
  await using address = await listening(app);
  await from.quiet();
  const before = from.playground.requests().length;

  const refused = [
    await post(address.url, body, { "x-hub-signature-256": signature("sha256", secret, `${body} `) }),
    await post(address.url, body, { "x-hub-signature": signature("sha1", secret, body) }),
    await post(address.url, body, {}),
    await post(address.url, body, { "x-hub-signature-256": signature("sha256", "development", body) }),
  ];
  await from.quiet();
  const asked = from.playground.requests().length - before;
  const taken = await post(address.url, body, { "x-hub-signature-256": signature("sha256", secret, body) });
  await from.quiet();
  const answered = from.playground
    .requests()
    .slice(before)
    .map(({ path }) => path);

  expect(refused).toEqual([401, 401, 401, 401]);
  expect(asked).toBe(0);
  expect(taken).toBe(200);
  expect(answered).toContain("Snapshot");
  expect([from.record(issue.number), from.said(issue.number)]).toEqual([null, []]);
});

async function listening(app: App): Promise<{ url: string } & AsyncDisposable> {
  const { port } = await app.start();
  const url = `http://127.0.0.1:${port}`;
  // The sweep of the start must be over, or its requests would look like answers to a webhook.
  while (!(await sweptAt(url))) continue;
  return { url, [Symbol.asyncDispose]: () => app.stop() };
}

async function sweptAt(url: string): Promise<boolean> {
  const status: unknown = await (await fetch(`${url}/healthz`)).json();
  return !JSON.stringify(status).includes('"sweepAgeSeconds":null');
}

function signature(algorithm: "sha1" | "sha256", secret: string, body: string): string {
  return `${algorithm}=${createHmac(algorithm, secret).update(body).digest("hex")}`;
}

/** The status that the app answers with. */
async function post(url: string, body: string, signed: { [name: string]: string }): Promise<number> {
  const { status } = await fetch(`${url}/api/github/webhooks`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-github-event": "issues",
      "x-github-delivery": "1",
      ...signed,
    },
  });
  return status;
}

/** Webhooks through a channel, for an app that GitHub cannot reach: the server of the channel here speaks as smee.io does. */
import { createHmac, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { runApp } from "./running-app.ts";

const SECRET = "a secret of some length";
const PEM = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();

const ENVIRONMENT = {
  APP_ID: "12",
  PRIVATE_KEY: PEM,
  WEBHOOK_SECRET: SECRET,
  // Nobody answers there, which keeps nothing from starting.
  GHE_HOST: "127.0.0.1:9",
  GHE_PROTOCOL: "http",
};

test("the app takes webhooks from its channel, and looks at their signatures as ever", async () => {
  await using channel = await openChannel();
  await using app = await runApp({ ...ENVIRONMENT, WEBHOOK_PROXY_URL: channel.url });
  const send = await channel.opened;

  send(SECRET);
  await app.says('"url":"/api/github/webhooks"');
  send("the secret of somebody else");
  await app.says("A webhook was refused: its signature does not fit WEBHOOK_SECRET");

  expect(app.output()).toContain('"statusCode":200');
});

test("a channel that is gone is said, and nothing runs without it", async () => {
  await using app = await runApp({ ...ENVIRONMENT, WEBHOOK_PROXY_URL: "http://127.0.0.1:9/channel" });

  const code = await app.ended;

  expect(code).toBe(1);
  expect(app.output()).toContain(
    "GZA does not start. The channel of WEBHOOK_PROXY_URL (http://127.0.0.1:9/channel) does not answer: ",
  );
});

/** `opened` resolves, once the app listens there, with what sends a webhook that is signed with a secret. */
async function openChannel() {
  const { promise: opened, resolve: open } = Promise.withResolvers<(secret: string) => void>();
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("event: ready\ndata: {}\n\n");
    open((secret) => send(response, secret));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/channel`,
    opened,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function send(response: ServerResponse, secret: string): void {
  const body = { action: "opened", title: "Grüße – “quoted”" };
  const signature = createHmac("sha256", secret).update(JSON.stringify(body)).digest("hex");
  const message = {
    "content-type": "application/json",
    "x-github-event": "issues",
    "x-github-delivery": "1",
    "x-hub-signature-256": `sha256=${signature}`,
    body,
    query: {},
    timestamp: 1,
  };
  response.write(`data: ${JSON.stringify(message)}\n\n`);
}

/** How long the gateway waits for a model's provider, and what it makes of connections that end. */
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { anthropicAccess, ask, begin, headOf, MESSAGE, openTestGateway } from "./opened-gateway.ts";
import { beginStream, messages, startUpstream, stream } from "./scripted-upstream.ts";

const EVENTS = messages({ usage: { input_tokens: 10, output_tokens: 1 }, last: { output_tokens: 5 } });
const PATIENCE = {
  connect: 30_000,
  head: 60_000,
  idle: 60_000,
  requestHead: 60_000,
  wholeRequest: 60_000,
  look: 5000,
};

it("has enough of a provider that does not begin to answer", async () => {
  const upstream = await startUpstream(() => undefined);
  const gateway = await openTestGateway([anthropicAccess(upstream.base)], {
    patience: { ...PATIENCE, head: 100 },
  });

  const answered = await ask(gateway, MESSAGE);

  expect(answered.status).toBe(502);
  expect(answered.body).toContain("did not begin to answer within 1 s");
  expect(gateway.facts().signs).toMatchObject({ status: null, word: "server_error" });
});

it("breaks off an answer in which the provider falls silent, and counts what came", async () => {
  const upstream = await startUpstream((response) => {
    beginStream(response);
    response.write(EVENTS[0]);
  });
  const gateway = await openTestGateway([anthropicAccess(upstream.base)], {
    patience: { ...PATIENCE, idle: 1500 },
  });

  await expect(headOf(begin(gateway, MESSAGE)).then(text)).rejects.toThrow("aborted");
  await gateway.close();

  expect(gateway.facts()).toMatchObject({ usage: { requests: 1, input: 10 }, estimated: 1 });
});

it("asks once more where an idle connection was closed as it was used again", async () => {
  const known = new Set<unknown>();
  let closed = 0;
  const upstream = await startUpstream((response, received) => {
    if (known.has(response.socket)) {
      closed += 1;
      response.socket?.resetAndDestroy();
      return;
    }
    known.add(response.socket);
    return stream(...EVENTS)(response, received);
  });
  const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

  expect((await ask(gateway, MESSAGE)).status).toBe(200);
  expect((await ask(gateway, MESSAGE)).status).toBe(200);
  expect(closed).toBe(1);
  expect(gateway.facts().usage.requests).toBe(2);
});

it("does not ask again where a new connection ends without an answer", async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => undefined);
    socket.once("data", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const gateway = await openTestGateway([anthropicAccess(`http://127.0.0.1:${port}`)]);

  expect((await ask(gateway, MESSAGE)).status).toBe(502);
  expect(connections).toBe(1);
  expect(gateway.facts()).toMatchObject({ usage: { requests: 0 }, hosts: { used: [] } });
});

it("reads no answer that is none", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end("HTTP/1.1 999999 ???\r\nx\r\n\r\n"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const gateway = await openTestGateway([anthropicAccess(`http://127.0.0.1:${port}`)]);

  expect((await ask(gateway, MESSAGE)).status).toBe(502);
});

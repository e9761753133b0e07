/** A client that means harm: the gateway goes on answering others. */
import { IncomingMessage } from "node:http";
import { connect, Socket } from "node:net";
import { describe, expect, it } from "vitest";
import type { Gateway } from "../../../src/runner/gateway/gateway.ts";
import type { GatewayOptions } from "../../../src/runner/gateway/open-gateway.ts";
import { MOST, openBodyMemory } from "../../../src/runner/gateway/request-body.ts";
import { anthropicAccess, ask, begin, MESSAGE, openTestGateway } from "./opened-gateway.ts";
import { messages, startUpstream, stream } from "./scripted-upstream.ts";

const ANSWER = stream(
  ...messages({ usage: { input_tokens: 10, output_tokens: 1 }, last: { output_tokens: 5 } }),
);
/** Of a gateway that soon has enough of a client that does not go on. */
const IMPATIENT = {
  patience: {
    connect: 30_000,
    head: 60_000,
    idle: 60_000,
    requestHead: 1000,
    wholeRequest: 1500,
    look: 100,
  },
};

async function open(
  options: Partial<GatewayOptions> = {},
): Promise<{ gateway: Gateway; received: unknown[] }> {
  const upstream = await startUpstream(ANSWER);
  const gateway = await openTestGateway([anthropicAccess(upstream.base)], options);
  return { gateway, received: upstream.received };
}

/** A connection on which anything can be written. What the gateway says is kept, errors are what is expected. */
function wire({ socket: path }: Gateway): { socket: Socket; said: () => string; closed: Promise<void> } {
  const socket = connect({ path });
  let said = "";
  socket.on("data", (chunk: Buffer) => (said += chunk.toString("latin1")));
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  return { socket, said: () => said, closed };
}

function requestWith(text: string): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.push(text);
  request.push(null);
  return request;
}

const HEAD = `POST /anthropic/v1/messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n`;

describe("the gateway answers on after", () => {
  it.each([
    ["noise", "\x00\x01\x02\xff\r\n\r\n"],
    ["a head that is none", "GET\r\n\r\n"],
    ["another protocol", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["two lengths", `${HEAD}content-length: 5\r\ncontent-length: 6\r\n\r\nhello`],
    ["a length and chunks", `${HEAD}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["chunks that are none", `${HEAD}transfer-encoding: chunked\r\n\r\nxyz\r\n`],
    ["a line break in a header", `${HEAD}x-a: b\rc: d\r\n\r\n`],
    ["a negative length", `${HEAD}content-length: -1\r\n\r\n`],
    ["a path without a method", "/anthropic/v1/messages HTTP/1.1\r\n\r\n"],
  ])("%s", async (_, bytes) => {
    const { gateway, received } = await open();
    const { socket, said, closed } = wire(gateway);
    socket.end(Buffer.from(bytes, "latin1"));
    await closed;

    expect(said()).toMatch(/^HTTP\/1\.1 400 /);
    expect(received).toEqual([]);
    expect((await ask(gateway, MESSAGE)).status).toBe(200);
  });

  it("a header of a hundred megabytes", async () => {
    const { gateway } = await open();
    const { socket, said, closed } = wire(gateway);
    socket.write(`${HEAD}x-large: `);
    const block = Buffer.alloc(1024 * 1024, "x");
    for (let sent = 0; sent < 100 && !socket.destroyed; sent += 1)
      if (!socket.write(block))
        await Promise.race([closed, new Promise((resolve) => socket.once("drain", resolve))]);
    await closed;

    expect(said()).toMatch(/^(?:HTTP\/1\.1 431 |$)/);
    expect((await ask(gateway, MESSAGE)).status).toBe(200);
  });

  it("a head that never ends, a body that never comes, and more connections that say nothing than it takes", async () => {
    const { gateway, received } = await open(IMPATIENT);
    const slow = wire(gateway);
    const body = wire(gateway);
    slow.socket.write(HEAD);
    body.socket.write(`${HEAD}content-length: 100\r\n\r\n{`);
    expect((await ask(gateway, MESSAGE)).status).toBe(200);

    const silent = Array.from({ length: 600 }, () => wire(gateway));
    await Promise.all([slow, body, ...silent].map(({ closed }) => closed));

    expect(received).toHaveLength(1);
    expect((await ask(gateway, MESSAGE)).status).toBe(200);
  });

  it("an upload that breaks off", async () => {
    const { gateway, received } = await open();
    for (let time = 0; time < 20; time += 1) {
      const { socket, closed } = wire(gateway);
      socket.write(`${HEAD}content-length: 1000000\r\n\r\n{"model":"`);
      socket.destroy();
      await closed;
    }

    expect((await ask(gateway, MESSAGE)).status).toBe(200);
    expect(received).toHaveLength(1);
  });

  it("a body that is larger than one may be", async () => {
    const { gateway, received } = await open();
    const { socket, said } = wire(gateway);
    socket.write(`${HEAD}content-length: ${MOST.one + 1}\r\n\r\n{`);
    await new Promise((resolve) => socket.once("data", resolve));
    socket.destroy();

    expect(said()).toMatch(/^HTTP\/1\.1 413 /);
    expect((await ask(gateway, MESSAGE)).status).toBe(200);
    expect(received).toHaveLength(1);
  });

  it("ten thousand requests for what it does not give", async () => {
    const { gateway } = await open();
    const { socket, said, closed } = wire(gateway);
    for (let number = 1; number <= 10_000; number += 1) {
      const last = number === 10_000 ? "connection: close\r\n" : "";
      socket.write(`GET /try/${number}/${"x".repeat(100)} HTTP/1.1\r\nhost: x\r\n${last}\r\n`);
    }
    await closed;

    expect(said().split("HTTP/1.1 403")).toHaveLength(10_001);
    expect(gateway.facts().hosts.refused).toHaveLength(100);
    expect(gateway.facts().hosts.refused.every((name) => name.length <= 200)).toBe(true);
    expect((await ask(gateway, MESSAGE)).status).toBe(200);
  });

  it("a hundred calls at once, which all get their answer", async () => {
    const { gateway } = await open();
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(gateway, MESSAGE)));

    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(gateway.facts().usage.requests).toBe(100);
  });

  it("a tunnel that breaks off as it is refused", async () => {
    const { gateway } = await open();
    for (let time = 0; time < 20; time += 1) {
      const { socket, closed } = wire(gateway);
      socket.write("CONNECT api.openai.com:443 HTTP/1.1\r\nhost: api.openai.com\r\n\r\n\x16\x03\x01");
      socket.destroy();
      await closed;
    }

    expect((await ask(gateway, MESSAGE)).status).toBe(200);
  });
});

it("holds no more of a body than it may, nor of all together, and says so", async () => {
  const memory = openBodyMemory({ one: 10, all: 12 });
  const bodies = ["123456", "1234567", "12345678901"].map((text) => memory.read(requestWith(text)));

  expect(await Promise.all(bodies.map(({ body }) => body))).toEqual([
    { kind: "body", text: "123456" },
    { kind: "busy" },
    { kind: "too_large" },
  ]);

  for (const { release } of [...bodies, ...bodies]) release();
  const third = memory.read(requestWith("1234567890"));
  expect(await third.body).toEqual({ kind: "body", text: "1234567890" });
});

it("closes while clients wait, and can be asked for its facts afterwards", async () => {
  const upstream = await startUpstream(() => undefined);
  const gateway = await openTestGateway([anthropicAccess(upstream.base)]);
  const asked = begin(gateway, MESSAGE);
  const gone = new Promise((resolve) => asked.on("error", resolve));
  while (upstream.received.length === 0) await new Promise((resolve) => setImmediate(resolve));

  await gateway.close();
  await gone;

  expect(gateway.facts()).toMatchObject({ usage: { requests: 1 }, estimated: 1 });
});

it("says where it cannot listen", async () => {
  const socket = `/tmp/${"x".repeat(120)}`;

  await expect(openTestGateway([], { socket })).rejects.toThrow(
    `the gateway cannot listen at ${socket}; take a path that is free and short`,
  );
});

/** Answers pass as they come: the same bytes, at once, and no faster than the client reads. */
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { anthropicAccess, begin, headOf, MESSAGE, openaiAccess, openTestGateway } from "./opened-gateway.ts";
import { beginStream, messages, responses, startUpstream } from "./scripted-upstream.ts";

const MEBIBYTE = 1024 * 1024;
const EVENTS = messages({
  usage: { input_tokens: 10, output_tokens: 1 },
  last: { output_tokens: 5 },
  text: "ünï😀cödé",
});

it("piece by piece, each before the next is sent", async () => {
  const steps: (() => void)[] = [];
  const upstream = await startUpstream(async (response) => {
    beginStream(response);
    for (const piece of EVENTS) {
      await new Promise<void>((resolve) => steps.push(resolve));
      response.write(piece);
    }
    response.end();
  });
  const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

  const response = await headOf(begin(gateway, MESSAGE));
  const pieces = response[Symbol.asyncIterator]();
  for (const expected of EVENTS) {
    while (steps.length === 0) await new Promise((resolve) => setImmediate(resolve));
    steps.shift()?.();
    expect(String((await pieces.next()).value)).toBe(expected);
  }
  expect((await pieces.next()).done).toBe(true);
  expect(gateway.facts().usage).toMatchObject({ input: 10, output: 5 });
});

it("and is read alike wherever the pieces are cut, in the middle of a character too", async () => {
  const whole = Buffer.from(EVENTS.join("").replaceAll("\n", "\r\n"));
  const upstream = await startUpstream(async (response) => {
    beginStream(response);
    for (const byte of whole) {
      response.write(Buffer.from([byte]));
      if (byte % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  });
  const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

  const got = await buffer(await headOf(begin(gateway, MESSAGE)));

  expect(got.equals(whole)).toBe(true);
  expect(gateway.facts()).toMatchObject({ usage: { input: 10, output: 5 }, estimated: 0 });
});

it("in the encoding in which it came", async () => {
  const compressed = gzipSync(EVENTS.join(""));
  const upstream = await startUpstream((response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" });
    response.end(compressed);
  });
  const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

  const response = await headOf(begin(gateway, MESSAGE));

  expect(response.headers["content-encoding"]).toBe("gzip");
  expect((await buffer(response)).equals(compressed)).toBe(true);
  expect(gateway.facts()).toMatchObject({ usage: { input: 10, output: 5 }, estimated: 0 });
});

it("in an encoding that is not known, counted by what was asked", async () => {
  const upstream = await startUpstream((response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "own" });
    response.end("???");
  });
  const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

  expect((await buffer(await headOf(begin(gateway, MESSAGE)))).toString()).toBe("???");
  expect(gateway.facts()).toMatchObject({ usage: { requests: 1 }, estimated: 1 });
});

it("without a word that is no event, and without reading one that is too long to be one", async () => {
  const long = `data: "${"x".repeat(17 * MEBIBYTE)}"\n\n`;
  const noise = `: comment\n\ndata: not json\n\nevent: x\nretry: 5\n\n`;
  const usage = { input_tokens: 4, output_tokens: 3 };
  const upstream = await startUpstream((response) => {
    beginStream(response);
    response.end(noise + long + responses({ usage }).join(""));
  });
  const gateway = await openTestGateway([openaiAccess(upstream.base)]);

  const body = { model: "m", stream: true, input: "Hi" };
  const got = await buffer(await headOf(begin(gateway, { path: "/openai/responses", body })));

  expect(got.byteLength).toBeGreaterThan(17 * MEBIBYTE);
  expect(gateway.facts()).toMatchObject({ usage: { input: 4, output: 3 }, estimated: 0 });
});

it("no faster than the client reads: what waits is small", async () => {
  const block = Buffer.alloc(MEBIBYTE, ": comment\n");
  const total = 32;
  let sent = 0;
  const upstream = await startUpstream(async (response) => {
    beginStream(response);
    for (; sent < total; sent += 1) {
      if (!response.write(block)) await new Promise((resolve) => response.once("drain", resolve));
    }
    response.end();
  });
  const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

  const response = await headOf(begin(gateway, MESSAGE));
  let before = -1;
  let still = 0;
  // Nobody reads: the provider must come to rest, long before its end.
  while (still < 400) {
    still = sent === before ? still + 1 : 0;
    before = sent;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(sent).toBeLessThan(total / 2);

  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).byteLength;
  expect(bytes).toBe(total * MEBIBYTE);
});

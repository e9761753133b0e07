/** How far the money and the answers of an agent go, with parallel calls too. */
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import type { Gateway } from "../../../src/runner/gateway/gateway.ts";
import {
  anthropicAccess,
  ask,
  begin,
  headOf,
  MESSAGE,
  openTestGateway,
  type Asking,
} from "./opened-gateway.ts";
import { json, messages, startUpstream, stream, type Answer } from "./scripted-upstream.ts";

/** A model of which a cent pays 2000 tokens of output. */
const MODEL = "claude-haiku-4-5";

/** An answer that costs so many cents. */
function costing(cents: number): Answer {
  const usage = { input_tokens: 0, output_tokens: 0 };
  return stream(...messages({ model: MODEL, usage, last: { output_tokens: cents * 2000 } }));
}

/** Reserves so many cents, and a small part of one for what it says. */
function reserving(cents: number): Asking {
  const body = {
    model: MODEL,
    max_tokens: cents * 2000,
    stream: true,
    messages: [{ role: "user", content: "Hi" }],
  };
  return { path: "/anthropic/v1/messages", body };
}

/** An upstream whose answers wait until the test lets them go. */
async function startHeld(answer: Answer) {
  const held: (() => void)[] = [];
  let told: (() => void) | null = null;
  const upstream = await startUpstream(async (response, received) => {
    await new Promise<void>((resolve) => {
      held.push(resolve);
      told?.();
    });
    await answer(response, received);
  });
  return {
    ...upstream,
    async release(): Promise<void> {
      while (held.length === 0) await new Promise<void>((resolve) => (told = resolve));
      held.shift()?.();
    },
  };
}

async function askMany(gateway: Gateway, asking: Asking, times: number): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: times }, () => ask(gateway, asking)));
  return answers.map(({ status }) => status);
}

describe("the money", () => {
  it("stops the first call after it is spent, with a word that the agent does not try again", async () => {
    const upstream = await startUpstream(costing(30));
    const gateway = await openTestGateway([anthropicAccess(upstream.base)], {
      limits: { usd: 0.5, answers: null },
    });
    const stopping = gateway.stopping();

    expect((await ask(gateway, MESSAGE)).status).toBe(200);
    expect((await ask(gateway, MESSAGE)).status).toBe(200);
    expect([gateway.facts().stopped, stopping.aborted]).toEqual([null, false]);

    const refused = await ask(gateway, MESSAGE);
    expect(refused.status).toBe(402);
    expect(refused.headers["x-should-retry"]).toBe("false");
    expect(JSON.parse(refused.body)).toEqual({
      type: "error",
      error: {
        type: "billing_error",
        message: "GZA's gateway: The attempt's budget of $0.50 is spent ($0.60).",
      },
    });
    expect(gateway.facts()).toMatchObject({
      usage: { requests: 2, usd: 0.6 },
      stopped: { reason: "budget", why: "The attempt's budget of $0.50 is spent ($0.60)." },
    });
    expect(stopping.aborted).toBe(true);
    expect(upstream.received).toHaveLength(2);
  });

  it("overshoots by one answer at most, however many calls come at once", async () => {
    const upstream = await startUpstream(costing(30));
    const gateway = await openTestGateway([anthropicAccess(upstream.base)], {
      limits: { usd: 1, answers: null },
    });

    const statuses = await askMany(gateway, reserving(40), 20);

    const { usd } = gateway.facts().usage;
    expect(statuses.filter((status) => status === 200)).toHaveLength(upstream.received.length);
    expect(usd).toBe(1.2);
  });

  it("overshoots by one answer at most, where answers cost far more than their requests look", async () => {
    const upstream = await startUpstream(costing(100));
    const gateway = await openTestGateway([anthropicAccess(upstream.base)], {
      limits: { usd: 2.5, answers: null },
    });

    await askMany(gateway, reserving(1), 12);

    expect(gateway.facts().usage.usd).toBe(3);
  });

  it("lets calls go out together as far as it surely goes", async () => {
    const upstream = await startHeld(costing(10));
    const gateway = await openTestGateway([anthropicAccess(upstream.base)], {
      limits: { usd: 1, answers: null },
    });
    const first = ask(gateway, reserving(20));
    await upstream.release();
    await first;

    const calls = [1, 2, 3, 4, 5, 6].map(() => ask(gateway, reserving(20)));
    // Ninety cents are left, and four times twenty fit in.
    while (upstream.received.length < 5) await new Promise((resolve) => setImmediate(resolve));
    for (const _ of calls) await upstream.release();

    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(gateway.facts().usage.usd).toBe(0.7);
  });

  it.each([
    ["the model's own", {}, 2],
    ["a wider one", { "anthropic-beta": "a,context-1m-2025-08-07" }, 1],
  ])("holds back what fills a window: %s", async (_, headers, together) => {
    const upstream = await startHeld(costing(1));
    const gateway = await openTestGateway([anthropicAccess(upstream.base)], {
      limits: { usd: 1, answers: null },
    });
    const first = ask(gateway, reserving(1));
    await upstream.release();
    await first;
    // Haiku takes two dollars for a million tokens that it writes down for an hour, and 200,000 fill its window.
    const body = { model: MODEL, max_tokens: 1, messages: [{ role: "user", content: "x".repeat(300_000) }] };
    const calls = [1, 2].map(() => ask(gateway, { path: "/anthropic/v1/messages", headers, body }));

    while (upstream.received.length < 1 + together) await new Promise((resolve) => setImmediate(resolve));
    // By then another one would have come, too.
    for (let trip = 0; trip < 20; trip += 1) await ask(gateway, { method: "GET", path: "/" });
    expect(upstream.received).toHaveLength(1 + together);
    for (const _ of calls) await upstream.release();
    await Promise.all(calls);
  });

  it("is not got around by a model that nobody has priced", async () => {
    const usage = { input_tokens: 0, output_tokens: 0 };
    const last = { output_tokens: 60_000 };
    const upstream = await startUpstream(
      costing(30),
      stream(...messages({ model: "house-model", usage, last })),
    );
    const gateway = await openTestGateway([anthropicAccess(upstream.base)], {
      limits: { usd: 1, answers: null },
    });

    const asked = [];
    for (let call = 0; call < 6; call += 1) asked.push((await ask(gateway, MESSAGE)).status);

    expect(asked).toEqual([200, 200, 200, 200, 402, 402]);
    expect(gateway.facts()).toMatchObject({ usage: { usd: 0.3 }, unpriced: ["house-model"] });
  });

  it("of nothing means no limit", async () => {
    const upstream = await startUpstream(costing(9000));
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

    expect(await askMany(gateway, MESSAGE, 5)).toEqual([200, 200, 200, 200, 200]);
    expect(gateway.facts().usage.usd).toBe(450);
  });

  it("is none with a subscription, whose calls do not wait for each other", async () => {
    const upstream = await startHeld(costing(9000));
    const gateway = await openTestGateway([anthropicAccess(upstream.base, "login")], {
      limits: { usd: 1, answers: null },
    });

    const calls = [1, 2, 3].map(() => ask(gateway, MESSAGE));
    while (upstream.received.length < 3) await new Promise((resolve) => setImmediate(resolve));
    for (const _ of calls) await upstream.release();

    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("is counted anew with a new limit and a new signal, while the sums go on", async () => {
    const upstream = await startUpstream(costing(30));
    const gateway = await openTestGateway([anthropicAccess(upstream.base)], {
      limits: { usd: 0.3, answers: null },
    });
    await ask(gateway, MESSAGE);
    await ask(gateway, MESSAGE);
    const before = gateway.stopping();

    gateway.limit({ usd: 0.3, answers: null });

    expect([before.aborted, gateway.stopping().aborted, gateway.facts().stopped]).toEqual([
      true,
      false,
      null,
    ]);
    expect((await ask(gateway, MESSAGE)).status).toBe(200);
    expect((await ask(gateway, MESSAGE)).status).toBe(402);
    expect(gateway.facts()).toMatchObject({
      usage: { requests: 2, usd: 0.6 },
      stopped: { reason: "budget" },
    });
  });

  it("of a new limit is not spent by calls of the one before", async () => {
    const upstream = await startHeld(costing(30));
    const gateway = await openTestGateway([anthropicAccess(upstream.base)], {
      limits: { usd: 1, answers: 1 },
    });
    const early = ask(gateway, MESSAGE);
    while (upstream.received.length < 1) await new Promise((resolve) => setImmediate(resolve));

    gateway.limit({ usd: 0.1, answers: 1 });
    await upstream.release();
    await early;
    const late = ask(gateway, MESSAGE);
    await upstream.release();

    expect((await late).status).toBe(200);
    expect(gateway.facts()).toMatchObject({ usage: { requests: 2 }, stopped: null });
  });
});

describe("answers", () => {
  it.each([1, 2, 3])("are %i and never one more, with parallel calls too", async (answers) => {
    const upstream = await startUpstream(costing(1));
    const gateway = await openTestGateway([anthropicAccess(upstream.base)], { limits: { usd: 0, answers } });

    const statuses = await askMany(gateway, MESSAGE, 8);

    expect(statuses.filter((status) => status === 200)).toHaveLength(answers);
    expect(upstream.received).toHaveLength(answers);
    expect(gateway.facts().stopped).toEqual({
      reason: "max_turns",
      why: `The agent has had its ${answers === 1 ? "one answer" : `${answers} answers`} of a model.`,
    });
  });

  it("are not spent by a provider that gave none", async () => {
    const upstream = await startUpstream(
      json({ type: "error", error: { type: "overloaded_error" } }, 529),
      json({ type: "error", error: { type: "overloaded_error" } }, 529),
      costing(1),
    );
    const gateway = await openTestGateway([anthropicAccess(upstream.base)], {
      limits: { usd: 0, answers: 1 },
    });

    expect((await ask(gateway, MESSAGE)).status).toBe(529);
    expect((await ask(gateway, MESSAGE)).status).toBe(529);
    expect((await ask(gateway, MESSAGE)).status).toBe(200);
    expect((await ask(gateway, MESSAGE)).status).toBe(402);
  });
});

describe("a client that hangs up", () => {
  it("while it waits leaves its place to others, and nothing goes out for it", async () => {
    const upstream = await startHeld(costing(1));
    const gateway = await openTestGateway([anthropicAccess(upstream.base)], {
      limits: { usd: 1, answers: null },
    });
    const first = ask(gateway, MESSAGE);
    while (upstream.received.length < 1) await new Promise((resolve) => setImmediate(resolve));
    const waiting = begin(gateway, MESSAGE);
    const gone = new Promise((resolve) => waiting.on("error", resolve));
    await new Promise<void>((resolve) => waiting.on("finish", () => resolve()));
    waiting.destroy(new Error("gone"));
    await gone;
    // Twice there and back: by then the gateway has seen that the other connection is closed.
    await ask(gateway, { path: "/" });
    await ask(gateway, { path: "/" });
    const third = ask(gateway, MESSAGE);
    await upstream.release();
    await first;
    await upstream.release();
    await third;

    expect(upstream.received).toHaveLength(2);
  });

  it("before an answer began pays for what was asked, as far as it can be known", async () => {
    let hangUp = (): void => undefined;
    let seen = (): void => undefined;
    const aborted = new Promise<void>((resolve) => (seen = resolve));
    const upstream = await startUpstream((response) => {
      response.on("close", seen);
      hangUp();
    });
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);
    const asked = begin(gateway, MESSAGE);
    asked.on("error", () => undefined);
    hangUp = () => asked.destroy();

    await aborted;
    await gateway.close();

    const bytes = JSON.stringify(MESSAGE.body).length;
    expect(gateway.facts()).toMatchObject({
      usage: { requests: 1, input: Math.ceil(bytes / 3) },
      estimated: 1,
    });
  });

  it("in the middle pays for what was reported and seen, and the provider is told to stop", async () => {
    let seen = (): void => undefined;
    const aborted = new Promise<void>((resolve) => (seen = resolve));
    const usage = { input_tokens: 700, cache_read_input_tokens: 50, output_tokens: 2 };
    const events = messages({ usage, last: { output_tokens: 9999 }, text: "x".repeat(300) });
    const upstream = await startUpstream((response) => {
      response.on("close", seen);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(events.slice(0, 4).join(""));
    });
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);
    const response = await headOf(begin(gateway, MESSAGE));
    let body = "";
    for await (const chunk of response) {
      body += String(chunk);
      if (body.includes('xxx"')) break;
    }

    await aborted;
    await gateway.close();

    expect(gateway.facts()).toMatchObject({ usage: { requests: 1, input: 700, cached: 50 }, estimated: 1 });
    expect(gateway.facts().usage.output).toBeGreaterThanOrEqual(Math.ceil(("text_delta".length + 300) / 3));
  });

  it("from an answer in one piece pays the most that it can have cost", async () => {
    let hangUp = (): void => undefined;
    const upstream = await startUpstream((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write(" ");
    });
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);
    const body = { ...(MESSAGE.body as object), stream: false };
    const response = await headOf(begin(gateway, { ...MESSAGE, body }));
    hangUp = () => response.destroy();
    response.once("data", hangUp);
    await new Promise((resolve) => response.on("close", resolve));
    await gateway.close();

    expect(gateway.facts()).toMatchObject({ usage: { requests: 1, output: 1000 }, estimated: 1 });
  });
});

it("counts an answer that the provider breaks off, and lets the client see that it broke", async () => {
  const events = messages({ usage: { input_tokens: 700, output_tokens: 2 }, last: { output_tokens: 9 } });
  const upstream = await startUpstream((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(events.slice(0, 4).join(""), () => response.destroy());
  });
  const gateway = await openTestGateway([anthropicAccess(upstream.base)]);
  const response = await headOf(begin(gateway, MESSAGE));

  await expect(text(response)).rejects.toThrow("aborted");
  await gateway.close();
  expect(gateway.facts()).toMatchObject({ usage: { requests: 1, input: 700 }, estimated: 1 });
});

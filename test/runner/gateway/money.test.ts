/** What answers cost, each counted by hand from the published prices of a million tokens. */
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  anthropicAccess,
  ask,
  googleAccess,
  MESSAGE,
  openaiAccess,
  openTestGateway,
} from "./opened-gateway.ts";
import {
  chat,
  generate,
  json,
  messages,
  responses,
  startUpstream,
  stream,
  type Answer,
} from "./scripted-upstream.ts";

const OPENAI_BODY = { model: "gpt-5.1-codex", stream: true, input: "Hi" };
const CHAT_BODY = { model: "gpt-5.1", stream: true, messages: [{ role: "user", content: "Hi" }] };
const GOOGLE_PATH = "/google/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse";
const GOOGLE_BODY = { contents: [{ role: "user", parts: [{ text: "Hi" }] }] };

const CACHED_MESSAGE = {
  input_tokens: 1000,
  cache_read_input_tokens: 20_000,
  cache_creation_input_tokens: 3000,
  cache_creation: { ephemeral_5m_input_tokens: 2000, ephemeral_1h_input_tokens: 1000 },
};
const RESPONSES_USAGE = {
  input_tokens: 10_000,
  input_tokens_details: { cached_tokens: 8000 },
  output_tokens: 700,
  output_tokens_details: { reasoning_tokens: 500 },
  total_tokens: 10_700,
};
const CHAT_USAGE = {
  prompt_tokens: 4000,
  prompt_tokens_details: { cached_tokens: 1000 },
  completion_tokens: 300,
  completion_tokens_details: { reasoning_tokens: 200 },
  total_tokens: 4300,
};
const GOOGLE_USAGE = {
  promptTokenCount: 9000,
  cachedContentTokenCount: 4000,
  candidatesTokenCount: 200,
  thoughtsTokenCount: 600,
  totalTokenCount: 9800,
  promptTokensDetails: [{ modality: "TEXT", tokenCount: 9000 }],
};

describe("an answer costs what its provider takes", () => {
  it("from Anthropic: reading, writing for five minutes and for an hour, each at its price", async () => {
    const upstream = await startUpstream(
      stream(...messages({ usage: { ...CACHED_MESSAGE, output_tokens: 1 }, last: { output_tokens: 500 } })),
    );
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

    await ask(gateway, MESSAGE);

    // Sonnet 4.5: 3 in, 0.30 read, 3.75 and 6 written, 15 out.
    const usd = (1000 * 3 + 20_000 * 0.3 + 2000 * 3.75 + 1000 * 6 + 500 * 15) / 1e6;
    expect(gateway.facts()).toMatchObject({
      usage: { requests: 1, input: 4000, cached: 20_000, output: 500, usd },
      models: ["claude-sonnet-4-5-20250929"],
      unpriced: [],
      estimated: 0,
    });
  });

  it("from Anthropic, where the last event corrects the first", async () => {
    const upstream = await startUpstream(
      stream(
        ...messages({
          usage: { input_tokens: 10, output_tokens: 1 },
          last: { input_tokens: 2000, cache_read_input_tokens: null, output_tokens: 400 },
        }),
      ),
    );
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

    await ask(gateway, MESSAGE);

    expect(gateway.facts().usage).toEqual({
      requests: 1,
      input: 2000,
      cached: 0,
      output: 400,
      usd: (2000 * 3 + 400 * 15) / 1e6,
    });
  });

  it.each<[string, string, unknown, Answer, { input: number; cached: number; output: number; usd: number }]>([
    [
      "OpenAI's Responses",
      "/openai/v1/responses",
      OPENAI_BODY,
      stream(...responses({ usage: RESPONSES_USAGE })),
      { input: 2000, cached: 8000, output: 700, usd: (2000 * 1.25 + 8000 * 0.125 + 700 * 10) / 1e6 },
    ],
    [
      "OpenAI's Chat Completions",
      "/openai/chat/completions",
      CHAT_BODY,
      stream(...chat({ usage: CHAT_USAGE })),
      { input: 3000, cached: 1000, output: 300, usd: (3000 * 1.25 + 1000 * 0.125 + 300 * 10) / 1e6 },
    ],
    [
      "Google",
      GOOGLE_PATH,
      GOOGLE_BODY,
      stream(...generate({ usage: GOOGLE_USAGE })),
      { input: 5000, cached: 4000, output: 800, usd: (5000 * 1.25 + 4000 * 0.125 + 800 * 10) / 1e6 },
    ],
    [
      "OpenAI's Responses in one piece",
      "/openai/responses",
      { ...OPENAI_BODY, stream: false },
      json({ object: "response", model: "gpt-5.1-codex", usage: RESPONSES_USAGE, output: [] }),
      { input: 2000, cached: 8000, output: 700, usd: (2000 * 1.25 + 8000 * 0.125 + 700 * 10) / 1e6 },
    ],
    [
      "OpenAI's Chat Completions in one piece",
      "/openai/v1/chat/completions",
      { ...CHAT_BODY, stream: false },
      json({ object: "chat.completion", model: "gpt-5.1", usage: CHAT_USAGE, choices: [] }),
      { input: 3000, cached: 1000, output: 300, usd: (3000 * 1.25 + 1000 * 0.125 + 300 * 10) / 1e6 },
    ],
    [
      "Google in one piece",
      "/google/v1beta/models/gemini-2.5-pro:generateContent",
      GOOGLE_BODY,
      json({
        candidates: [{ finishReason: "STOP" }],
        usageMetadata: GOOGLE_USAGE,
        modelVersion: "gemini-2.5-pro",
      }),
      { input: 5000, cached: 4000, output: 800, usd: (5000 * 1.25 + 4000 * 0.125 + 800 * 10) / 1e6 },
    ],
    [
      "Google as a list",
      "/google/v1beta/models/gemini-2.5-pro:streamGenerateContent",
      GOOGLE_BODY,
      json([
        { candidates: [{}], usageMetadata: { promptTokenCount: 9000 }, modelVersion: "gemini-2.5-pro" },
        { candidates: [{ finishReason: "STOP" }], usageMetadata: GOOGLE_USAGE },
      ]),
      { input: 5000, cached: 4000, output: 800, usd: (5000 * 1.25 + 4000 * 0.125 + 800 * 10) / 1e6 },
    ],
  ])("from %s", async (_, path, body, answer, expected) => {
    const upstream = await startUpstream(answer);
    const gateway = await openTestGateway([openaiAccess(upstream.base), googleAccess(upstream.base)]);

    const answered = await ask(gateway, { path, body });

    expect(answered.status).toBe(200);
    expect(gateway.facts().usage).toEqual({ requests: 1, ...expected });
    expect(gateway.facts().estimated).toBe(0);
  });

  it("from Anthropic in one piece, and compressed though nobody asked for it", async () => {
    const message = {
      type: "message",
      model: "claude-haiku-4-5-20251001",
      stop_reason: "tool_use",
      content: [],
      usage: { input_tokens: 100, output_tokens: 50 },
    };
    const upstream = await startUpstream((response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      response.end(gzipSync(JSON.stringify(message)));
    });
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

    await ask(gateway, MESSAGE);

    expect(upstream.received[0]?.headers["accept-encoding"]).toBe("identity");
    expect(gateway.facts().usage).toMatchObject({ input: 100, output: 50, usd: (100 * 1 + 50 * 5) / 1e6 });
  });

  it("at the price of the model that answered, not of the one that was asked", async () => {
    const upstream = await startUpstream(
      stream(
        ...messages({
          model: "claude-opus-4-5-20251101",
          usage: { input_tokens: 1000, output_tokens: 1 },
          last: { output_tokens: 10 },
        }),
      ),
    );
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

    await ask(gateway, MESSAGE);

    expect(gateway.facts().usage.usd).toBe((1000 * 5 + 10 * 25) / 1e6);
  });

  it("and sums do not drift", async () => {
    const upstream = await startUpstream(
      stream(...messages({ usage: { input_tokens: 1, output_tokens: 1 }, last: { output_tokens: 1 } })),
    );
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

    for (let call = 0; call < 30; call += 1) await ask(gateway, MESSAGE);

    expect(gateway.facts().usage.usd).toBe(0.00054);
  });
});

describe("an answer without a price", () => {
  it("counts its tokens, and its model is named", async () => {
    const usage = { input_tokens: 100, output_tokens: 1 };
    const upstream = await startUpstream(
      stream(...messages({ model: "house-model", usage, last: { output_tokens: 20 } })),
      stream(...messages({ usage, last: { output_tokens: 20 } })),
    );
    const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

    await ask(gateway, MESSAGE);
    expect(gateway.facts()).toMatchObject({
      usage: { input: 100, output: 20, usd: null },
      unpriced: ["house-model"],
    });

    await ask(gateway, MESSAGE);
    expect(gateway.facts().usage.usd).toBe((100 * 3 + 20 * 15) / 1e6);
    expect(gateway.facts().models).toEqual(["house-model", "claude-sonnet-4-5-20250929"]);
  });

  it("is one of a subscription too, and its model is known all the same", async () => {
    const upstream = await startUpstream(
      stream(...messages({ usage: { input_tokens: 100, output_tokens: 1 }, last: { output_tokens: 20 } })),
    );
    const gateway = await openTestGateway([anthropicAccess(upstream.base, "login")]);

    await ask(gateway, MESSAGE);

    expect(gateway.facts()).toMatchObject({ usage: { input: 100, output: 20, usd: null }, unpriced: [] });
  });

  it("has figures that contradict each other, or none at all", async () => {
    const upstream = await startUpstream(
      json({ object: "response", model: "gpt-5.1", usage: { ...RESPONSES_USAGE, input_tokens: -5 } }),
      json({ object: "response", model: "gpt-5.1", usage: "free" }),
      json([]),
    );
    const gateway = await openTestGateway([openaiAccess(upstream.base)]);

    for (let call = 0; call < 3; call += 1)
      expect((await ask(gateway, { path: "/openai/responses", body: OPENAI_BODY })).status).toBe(200);

    expect(gateway.facts()).toMatchObject({ usage: { requests: 3 }, unpriced: ["gpt-5.1"], estimated: 2 });
  });
});

it("counts nothing for tokens that were only counted and models that were only listed", async () => {
  const upstream = await startUpstream(json({ input_tokens: 1_000_000 }), json({ data: [] }));
  const gateway = await openTestGateway([anthropicAccess(upstream.base)], { limits: { usd: 1, answers: 0 } });

  expect((await ask(gateway, { ...MESSAGE, path: "/anthropic/v1/messages/count_tokens" })).status).toBe(200);
  expect((await ask(gateway, { method: "GET", path: "/anthropic/v1/models?limit=5&x=1" })).status).toBe(200);

  expect(upstream.received[1]?.url).toBe("/v1/models?limit=5");
  expect(gateway.facts()).toMatchObject({ usage: { requests: 0, usd: 0 }, models: [] });
});

/** Whatever a provider or a client sends instead of what it should, reading it throws nothing and counts nothing that is no number. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { NOTHING_SEEN, readEvent, type Shape } from "../../../src/runner/gateway/answer.ts";
import { PROTOCOLS, type Protocol } from "../../../src/runner/gateway/gateway.ts";
import { readModelRequest } from "../../../src/runner/gateway/model-request.ts";
import { openPriceBook } from "../../../src/runner/gateway/prices.ts";

const SHAPES: readonly [Shape, Protocol][] = [
  ["messages", "anthropic"],
  ["responses", "openai"],
  ["chat", "openai"],
  ["generate", "google"],
];
const MODELS = {
  messages: "claude-sonnet-4-5",
  responses: "gpt-5.1",
  chat: "gpt-5.1",
  generate: "gemini-2.5-pro",
};
const NOTHING = { input: 0, cached: 0, output: 0, price: { kind: "plan" } } as const;
const ASKED = { bytes: 100, hasMedia: false, isWide: false, mostOutput: 1000, isStream: true };

/** Values as they stand in figures, and as they never should. */
const figure = fc.oneof(
  fc.integer({ min: -10, max: 300_000 }),
  fc.double(),
  fc.constantFrom(null, "7", true, [], {}),
);
const figures = fc.record(
  {
    input_tokens: figure,
    output_tokens: figure,
    prompt_tokens: figure,
    completion_tokens: figure,
    promptTokenCount: figure,
    candidatesTokenCount: figure,
    thoughtsTokenCount: figure,
    cachedContentTokenCount: figure,
    cache_read_input_tokens: figure,
    cache_creation_input_tokens: figure,
    cache_creation: fc.oneof(figure, fc.record({ ephemeral_1h_input_tokens: figure })),
    input_tokens_details: fc.oneof(figure, fc.record({ cached_tokens: figure })),
    promptTokensDetails: fc.array(
      fc.oneof(figure, fc.record({ modality: fc.constant("TEXT"), tokenCount: figure })),
    ),
  },
  { requiredKeys: [] },
);
const event = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      type: fc.constantFrom(
        "message_start",
        "message_delta",
        "message",
        "content_block_delta",
        "error",
        "response.completed",
        5,
      ),
      object: fc.constantFrom("response", null),
      message: fc.record({ model: fc.constant("claude-sonnet-4-5"), usage: figures }),
      delta: fc.oneof(fc.string(), fc.record({ stop_reason: fc.constant("end_turn") }), fc.jsonValue()),
      response: fc.record({ usage: figures, model: fc.jsonValue() }),
      usage: figures,
      usageMetadata: figures,
      candidates: fc.oneof(
        fc.jsonValue(),
        fc.array(fc.record({ finishReason: fc.constant("STOP"), content: fc.jsonValue() })),
      ),
      choices: fc.oneof(fc.jsonValue(), fc.array(fc.record({ delta: fc.jsonValue() }))),
      error: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
);

it.each(SHAPES)("an answer as %s", (shape, protocol) => {
  const book = openPriceBook({
    protocol,
    base: "http://127.0.0.1:1",
    venue: "vendor",
    credential: { kind: "key", value: "k" },
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 6 }), (events) => {
      const seen = events.reduce((before, one) => readEvent(shape, before, one), NOTHING_SEEN);
      const counted = book.count({ shape, seen, asked: { ...ASKED, model: MODELS[shape] }, hungUp: null });
      const { input, cached, output, price } = counted ?? NOTHING;
      const sums = [input, cached, output, price.kind === "known" ? price.usd : 0];
      expect(counted === null).toBe(seen.usage === null && seen.error !== null && seen.characters === 0);
      expect(sums.every((sum) => Number.isFinite(sum) && sum >= 0)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

it.each(SHAPES)("a request as %s", (shape, protocol) => {
  const field = fc.oneof(
    fc.jsonValue(),
    fc.array(
      fc.dictionary(
        fc.constantFrom(
          "type",
          "content",
          "source",
          "parts",
          "tools",
          "file",
          "output",
          "image_url",
          "fileData",
        ),
        fc.jsonValue(),
      ),
    ),
  );
  const names = [
    "model",
    "messages",
    "system",
    "tools",
    "input",
    "contents",
    "n",
    "max_tokens",
    "stream",
    "stream_options",
    "generationConfig",
    "generateContentRequest",
    "service_tier",
    "__proto__",
  ];
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), field), (body) => {
      const read = readModelRequest(JSON.stringify(body), {
        protocol,
        venue: "vendor",
        isAnswer: true,
        shape,
        model: "m",
        isStream: false,
        isWide: false,
      });
      expect(read.kind !== "request" || read.asked.mostOutput > 0).toBe(true);
    }),
    { numRuns: 50 },
  );
});

it("knows a price for each of a vendor's own models, and the most that they can cost", () => {
  const worst = PROTOCOLS.map((protocol) => {
    const book = openPriceBook({
      protocol,
      base: "http://127.0.0.1:1",
      venue: "vendor",
      credential: { kind: "key", value: "k" },
    });
    const model = { anthropic: "claude-sonnet-4-5", openai: "gpt-5.1", google: "gemini-2.5-pro" }[protocol];
    return book.worstCase({
      model,
      bytes: 1_000_000,
      hasMedia: false,
      isWide: false,
      mostOutput: 1000,
      isStream: true,
    });
  });

  // As many tokens as fit: 200,000 at the price of writing them for an hour; 400,000; a million, at the price of long requests.
  expect(worst.map((usd) => Number(usd?.toFixed(9)))).toEqual([
    (200_000 * 6 + 1000 * 15) / 1e6,
    (400_000 * 1.25 + 1000 * 10) / 1e6,
    (1_000_000 * 2.5 + 1000 * 15) / 1e6,
  ]);
});

it("knows the prices of another provider by its address", () => {
  const book = openPriceBook({
    protocol: "openai",
    base: "https://openrouter.ai/api/v1",
    venue: "vendor",
    credential: { kind: "key", value: "k" },
  });

  expect(book.worstCase({ ...ASKED, model: "anthropic/claude-opus-4.5", bytes: 0 })).toBe((1000 * 25) / 1e6);
  expect(book.worstCase({ ...ASKED, model: "house-model" })).toBeNull();
});

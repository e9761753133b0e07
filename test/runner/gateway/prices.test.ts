/** What is reckoned without a provider's last figures: before an answer, after one that broke off, and for a model without a price. */
import { describe, expect, it } from "vitest";
import { NOTHING_SEEN, type Seen } from "../../../src/runner/gateway/answer.ts";
import { readModelRequest } from "../../../src/runner/gateway/model-request.ts";
import { openPriceBook, type Asked, type Counted } from "../../../src/runner/gateway/prices.ts";
import { anthropicAccess, openaiAccess } from "./opened-gateway.ts";

const SONNET = "claude-sonnet-4-5";
const BOOK = openPriceBook(anthropicAccess("https://api.anthropic.com"));

function asked(change: Partial<Asked> = {}): Asked {
  const usual = {
    model: SONNET,
    bytes: 3000,
    hasMedia: false,
    isWide: false,
    mostOutput: 1000,
    isStream: true,
  };
  return { ...usual, ...change };
}

describe("the most that an answer can cost", () => {
  it("takes every byte for a token, written into a cache for an hour", () => {
    expect(BOOK.worstCase(asked())).toBeCloseTo((3000 * 6 + 1000 * 15) / 1e6, 8);
  });

  it("is that of a full window, where pictures or documents are in it", () => {
    expect(BOOK.worstCase(asked({ hasMedia: true }))).toBe(BOOK.worstCase(asked({ bytes: 1e9 })));
  });

  it("is more than that, where a wider window is asked for", () => {
    const wide = BOOK.worstCase(asked({ bytes: 900_000, isWide: true })) ?? 0;

    expect(wide).toBeGreaterThan((900_000 * 6) / 1e6);
    expect(BOOK.worstCase(asked({ bytes: 900_000 }))).toBeLessThan(wide);
  });
});

describe("a request is reckoned with", () => {
  const read = (body: object, shape: "chat" | "generate" | "messages" = "chat"): Asked => {
    const protocol = { chat: "openai", generate: "google", messages: "anthropic" } as const;
    const request = readModelRequest(JSON.stringify(body), {
      protocol: protocol[shape],
      venue: "vendor",
      isAnswer: true,
      shape,
      model: "m",
      isStream: false,
      isWide: false,
    });
    if (request.kind !== "request") throw new Error(request.why);
    return request.asked;
  };

  it.each<[string, object, number]>([
    ["none, as the most that a model gives", {}, 128_000],
    ["two, as the higher", { max_output_tokens: 1, max_completion_tokens: 5000 }, 5000],
    ["two in the other order", { max_tokens: 5000, max_output_tokens: 1 }, 5000],
    ["many answers", { max_tokens: 10, n: 3 }, 30],
  ])("whose bounds are %s", (_, body, mostOutput) => {
    expect(read({ ...body, messages: [] }).mostOutput).toBe(mostOutput);
  });

  it("whose bounds are named in both of Google's ways", () => {
    const body = {
      generationConfig: { maxOutputTokens: 1, candidateCount: 1 },
      generation_config: { max_output_tokens: 7000, candidate_count: 2 },
    };

    expect(read(body, "generate").mostOutput).toBe(14_000);
  });

  it.each<[string, "chat" | "generate" | "messages", object]>([
    [
      "Anthropic",
      "messages",
      { type: "document", source: { type: "base64", media_type: "application/pdf", data: "" } },
    ],
    ["Google", "generate", { inlineData: { mimeType: "audio/wav", data: "" } }],
    ["OpenAI", "chat", { type: "file", file: { file_data: "data:application/pdf;base64," } }],
  ])("with its documents: %s", (_, shape, piece) => {
    const said = (parts: unknown): object => ({
      contents: [{ parts }],
      messages: [{ role: "user", content: parts }],
    });

    expect(read(said([piece]), shape).hasMedia).toBe(true);
    expect(read(said([{ text: JSON.stringify(piece) }]), shape).hasMedia).toBe(false);
  });
});

describe("an answer from which its client hung up", () => {
  it.each<[string, number | null, Partial<Asked>, number]>([
    ["after half a minute of thoughts that nobody saw", 30, { mostOutput: 32_000 }, 6000],
    ["after so long that it must have come to its bound", 3600, { mostOutput: 32_000 }, 32_000],
    ["at once", 0.9, {}, 0],
    ["that broke off by itself", null, {}, 0],
  ])("%s is paid for", (_, hungUp, change, output) => {
    const counted = BOOK.count({ shape: "messages", seen: NOTHING_SEEN, asked: asked(change), hungUp });

    expect(counted).toMatchObject({ output, isEstimated: true });
  });

  it("costs what was told, where all of it was", () => {
    const seen: Seen = { ...NOTHING_SEEN, isWhole: true, usage: { input_tokens: 10, output_tokens: 5 } };

    expect(BOOK.count({ shape: "messages", seen, asked: asked(), hungUp: 60 })).toMatchObject({ output: 5 });
  });
});

describe("an answer that ended with an error and without figures", () => {
  const seen: Seen = { ...NOTHING_SEEN, error: "server_error" };
  const book = openPriceBook(openaiAccess("https://api.openai.com"));
  const count = (characters: number): Counted | null =>
    book.count({ shape: "responses", seen: { ...seen, characters }, asked: asked(), hungUp: null });

  it("costs nothing before it began, and what was seen of it after", () => {
    expect(count(0)).toBeNull();
    expect(count(300)).toMatchObject({ output: 100, isEstimated: true });
  });
});

describe("a model without a price", () => {
  const usage = { input_tokens: 1000, output_tokens: 1000 };
  const answer = (model: string): Counted["price"] | undefined => {
    const seen: Seen = { ...NOTHING_SEEN, model, isWhole: true, usage };
    return book.count({ shape: "messages", seen, asked: asked({ model }), hungUp: null })?.price;
  };
  const book = openPriceBook(anthropicAccess("https://api.anthropic.com"));

  it("is held against the limit at the price of the dearest that has answered", () => {
    expect(answer("house-model")).toEqual({ kind: "unknown", held: 0 });
    answer("claude-haiku-4-5");
    expect(answer("house-model")).toEqual({ kind: "unknown", held: (1000 * 1 + 1000 * 5) / 1e6 });
    answer(SONNET);
    answer("claude-haiku-4-5");
    expect(answer("house-model")).toEqual({ kind: "unknown", held: (1000 * 3 + 1000 * 15) / 1e6 });
  });
});

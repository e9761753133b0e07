/** What an answer used and what that costs, from the provider's own figures and the published prices. */
import { calcPrice, extractUsage, findProvider, type Provider, type Usage } from "@pydantic/genai-prices";
import type { Seen, Shape } from "./answer.ts";
import type { ModelAccess, Protocol } from "./gateway.ts";

/** Tokens of one answer. */
export interface Counted {
  model: string;
  /** Without `cached`; with what was written into a cache. */
  input: number;
  /** Read from a cache. */
  cached: number;
  /** Thoughts included. */
  output: number;
  price: Price;
  /** Figures are missing and were estimated from what was sent and seen. */
  isEstimated: boolean;
}

export type Price =
  | { kind: "known"; /** US dollars. */ usd: number }
  /** The price list does not know the model. */
  | { kind: "unknown" }
  /** A subscription pays. */
  | { kind: "plan" };

/** What is known of a call before its answer. */
export interface Asked {
  model: string;
  /** Of the request's body. */
  bytes: number;
  /** Tokens that the answer may have. */
  mostOutput: number;
  /** The answer comes in pieces. */
  isStream: boolean;
}

/** Text has more bytes in a token than this; what is written in other scripts can have fewer. */
const BYTES_OF_TOKEN = 3;
/** Tokens that fit into no model known today. */
const MOST_INPUT = 2_000_000;

/** Where each shape has its figures, in the words of the price list. */
const FIGURES: Record<
  Shape,
  { flavor: string; root: string; model: string; input: string; output: string; protocol: Protocol }
> = {
  messages: {
    flavor: "default",
    root: "usage",
    model: "model",
    input: "input_tokens",
    output: "output_tokens",
    protocol: "anthropic",
  },
  responses: {
    flavor: "responses",
    root: "usage",
    model: "model",
    input: "input_tokens",
    output: "output_tokens",
    protocol: "openai",
  },
  chat: {
    flavor: "chat",
    root: "usage",
    model: "model",
    input: "prompt_tokens",
    output: "completion_tokens",
    protocol: "openai",
  },
  generate: {
    flavor: "default",
    root: "usageMetadata",
    model: "modelVersion",
    input: "promptTokenCount",
    output: "candidatesTokenCount",
    protocol: "google",
  },
};

/** The most that an answer can cost, in US dollars; 0: a subscription pays; null: the model has no known price. */
export function worstCase(access: ModelAccess, { model, bytes, mostOutput }: Asked): number | null {
  if (access.credential.kind === "login") return 0;
  const window = priced(access, model, { input_tokens: 0 })?.model.context_window ?? MOST_INPUT;
  const input = Math.min(Math.ceil(bytes / BYTES_OF_TOKEN), window);
  const fresh = priced(access, model, { input_tokens: input, output_tokens: mostOutput });
  if (fresh === null) return null;
  // Writing into a cache costs more than reading afresh, where a model has a price for it.
  const written = priced(access, model, {
    input_tokens: input,
    cache_write_tokens: input,
    cache_write_1h_tokens: input,
    output_tokens: mostOutput,
  });
  return Math.max(fresh.total_price, written?.total_price ?? 0);
}

/** What an answer used; null: the provider gave none, so there is nothing to count. */
export function countAnswer(
  access: ModelAccess,
  { shape, seen, asked }: { shape: Shape; seen: Seen; asked: Asked },
): Counted | null {
  if (seen.usage === null && seen.error !== null) return null;
  const { root, model: modelField, flavor, protocol } = FIGURES[shape];
  const model = seen.model ?? asked.model;
  const usage = figures(completed(shape, seen, asked));
  const provider = findProvider({ providerId: protocol });
  if (provider === undefined)
    throw new Error(`the price list has no provider ${protocol}; bring it up to date`);
  const extracted = extractUsage(provider, { [modelField]: model, [root]: usage }, flavor).usage;
  const cached = extracted["cache_read_tokens"] ?? 0;
  return {
    model,
    input: Math.max(0, (extracted["input_tokens"] ?? 0) - cached),
    cached,
    output: extracted["output_tokens"] ?? 0,
    price: priceOf(access, model, extracted),
    isEstimated: !seen.isWhole,
  };
}

/** An answer that broke off counts what was reported, and what was sent and seen of it where nothing was. */
function completed(
  shape: Shape,
  { usage, isWhole, characters }: Seen,
  asked: Asked,
): Record<string, unknown> {
  const { input, output } = FIGURES[shape];
  const told = { [input]: 0, [output]: 0, ...usage };
  if (isWhole) return told;
  // Of an answer in one piece nothing is seen until all of it is there, however much the model has written.
  const seenOutput = asked.isStream ? Math.ceil(characters / BYTES_OF_TOKEN) : asked.mostOutput;
  const reported = told[output];
  return {
    ...told,
    [input]: usage === null ? Math.ceil(asked.bytes / BYTES_OF_TOKEN) : told[input],
    [output]: Math.max(typeof reported === "number" ? reported : 0, seenOutput),
  };
}

/** Only what the price list can take: a provider that speaks another's protocol may fill fields as it likes. */
function figures(value: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    if (typeof inner === "number") return [[key, tokens(inner)]];
    // Google's figures by kind of content: each names its kind.
    if (key === "modality") return [[key, String(inner)]];
    if (Array.isArray(inner)) return [[key, inner.filter(isRecord).map(figures)]];
    return isRecord(inner) ? [[key, figures(inner)]] : [];
  });
  return Object.fromEntries(kept);
}

function tokens(told: number): number {
  return Number.isFinite(told) && told > 0 ? Math.trunc(told) : 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function priceOf(access: ModelAccess, model: string, usage: Usage): Price {
  if (access.credential.kind === "login") return { kind: "plan" };
  const price = priced(access, model, usage);
  return price === null ? { kind: "unknown" } : { kind: "known", usd: price.total_price };
}

/** By the address of the provider if the list knows it, else by the protocol's own vendor. */
function priced(access: ModelAccess, model: string, usage: Usage): ReturnType<typeof calcPrice> {
  const provider: Provider | undefined =
    findProvider({ providerApiUrl: access.base }) ?? findProvider({ providerId: access.protocol });
  try {
    return provider === undefined ? null : calcPrice(usage, model, { provider });
  } catch {
    // The list throws at figures that contradict each other, as more read from a cache than there was: then there is no price to be told.
    return null;
  }
}

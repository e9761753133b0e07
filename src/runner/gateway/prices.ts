/** What an answer used and what that costs, from the provider's own figures and the published prices. */
import { calcPrice, extractUsage, findProvider, type Provider, type Usage } from "@pydantic/genai-prices";
import type { Seen, Shape } from "./answer.ts";
import { vendorsName } from "./cloud.ts";
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
  /** The price list does not know the model. `held`: US dollars that it would have cost from the dearest model that has answered. */
  | { kind: "unknown"; held: number }
  /** A subscription pays. */
  | { kind: "plan" };

/** What is known of a call before its answer. */
export interface Asked {
  model: string;
  /** Of the request's body. */
  bytes: number;
  /** It holds pictures, sound or documents. */
  hasMedia: boolean;
  /** It asks for a larger window than the model has by itself. */
  isWide: boolean;
  /** Tokens that the answer may have. */
  mostOutput: number;
  /** The answer comes in pieces. */
  isStream: boolean;
}

/** Text has more bytes in a token than this; what is written to have few has one. */
const BYTES_OF_TOKEN = 3;
/** Tokens that a model writes in a second at most: its thoughts need not be shown, and whoever hangs up in time would have them for nothing. */
const FASTEST = 200;
/** No answer has more; a sum of such figures is still exact. */
const MOST_TOKENS = 1e9;
/** Tokens that fit into no model known today. */
const MOST_INPUT = 2_000_000;

/** Where each shape has its figures, in the words of the price list. */
const FIGURES: Record<Shape, { flavor: string; root: string; model: string; input: string; output: string }> =
  {
    messages: {
      flavor: "default",
      root: "usage",
      model: "model",
      input: "input_tokens",
      output: "output_tokens",
    },
    responses: {
      flavor: "responses",
      root: "usage",
      model: "model",
      input: "input_tokens",
      output: "output_tokens",
    },
    chat: {
      flavor: "chat",
      root: "usage",
      model: "model",
      input: "prompt_tokens",
      output: "completion_tokens",
    },
    generate: {
      flavor: "default",
      root: "usageMetadata",
      model: "modelVersion",
      input: "promptTokenCount",
      output: "candidatesTokenCount",
    },
  };

/** The prices of one provider. */
export interface PriceBook {
  /** The most that an answer can cost, in US dollars; 0: a subscription pays; null: the model has no known price. */
  worstCase(asked: Asked): number | null;
  /** What an answer used; null: the provider gave none, so there is nothing to count. */
  count(answer: Answered): Counted | null;
}

export interface Answered {
  shape: Shape;
  seen: Seen;
  asked: Asked;
  /** Seconds after which the client hung up; null: it did not. */
  hungUp: number | null;
}

/** Looking a model up takes longer than reckoning with its prices, so these are kept; the names are the client's to choose. */
const MOST_MODELS = 100;

export function openPriceBook(access: ModelAccess): PriceBook {
  const { provider, premium, nameOf } = listOf(access);
  const vendor = listed(access.protocol);
  const isPlan = access.credential.kind === "login";
  const models = new Map<string, Provider | null>();
  const look = (model: string): Provider | null => {
    const known = models.get(model);
    if (known !== undefined) return known;
    const found = calcPrice({ input_tokens: 0 }, nameOf(model), { provider })?.model;
    const alone = found === undefined ? null : { ...provider, models: [found] };
    if (models.size < MOST_MODELS) models.set(model, alone);
    return alone;
  };
  const priceOf = (model: string, usage: Usage): number | null => {
    const alone = look(model);
    try {
      const price = alone === null ? null : calcPrice(usage, nameOf(model), { provider: alone });
      return price === null ? null : price.total_price * premium;
    } catch {
      // The list throws at figures that contradict each other, as more read from a cache than there was: then there is no price to be told.
      return null;
    }
  };
  let dearest: { model: string; rate: number } | null = null;
  const priced = (model: string, usage: Usage): Price => {
    const usd = priceOf(model, usage);
    if (usd === null)
      return { kind: "unknown", held: dearest === null ? 0 : (priceOf(dearest.model, usage) ?? 0) };
    const rate = priceOf(model, { input_tokens: 1000, output_tokens: 1000 }) ?? 0;
    if (dearest === null || rate > dearest.rate) dearest = { model, rate };
    return { kind: "known", usd };
  };
  return {
    worstCase({ model, bytes, hasMedia, isWide, mostOutput }) {
      if (isPlan) return 0;
      const own = isWide ? null : look(model)?.models[0]?.context_window;
      const window = own ?? MOST_INPUT;
      const input = hasMedia ? window : Math.min(bytes, window);
      const fresh = { input_tokens: input, output_tokens: mostOutput };
      // Writing into a cache costs more than reading afresh, where a model has a price for it.
      const written = { ...fresh, cache_write_tokens: input, cache_write_1h_tokens: input };
      const least = priceOf(model, fresh);
      return least === null ? null : Math.max(least, priceOf(model, written) ?? 0);
    },
    count({ shape, seen, asked, hungUp }) {
      if (seen.usage === null && seen.error !== null && seen.characters === 0) return null;
      const { root, model: modelField, flavor } = FIGURES[shape];
      const model = seen.model ?? asked.model;
      const read = (told: Seen): Usage | null => {
        const answer = { [modelField]: model, [root]: completed({ shape, seen: told, asked, hungUp }) };
        return usageOf(vendor, answer, flavor);
      };
      const own = read(seen);
      const usage = own ?? read({ ...seen, usage: null, isWhole: false }) ?? {};
      const cached = usage["cache_read_tokens"] ?? 0;
      return {
        model,
        input: Math.max(0, (usage["input_tokens"] ?? 0) - cached),
        cached,
        output: usage["output_tokens"] ?? 0,
        price: isPlan ? { kind: "plan" } : priced(model, usage),
        isEstimated: !seen.isWhole || own === null,
      };
    },
  };
}

/** More than the vendor's own price, where a cloud serves Claude in a region of one's choice: https://platform.claude.com/docs/en/about-claude/pricing. */
const REGIONAL = 1.1;

interface PriceList {
  provider: Provider;
  /** By what its prices are multiplied. */
  premium: number;
  /** What it calls a model. */
  nameOf(model: string): string;
}

/**
 * Claude costs at clouds what its vendor asks for, and the vendor's list is whole: the clouds' own leave out dates, regions and caches that are
 * kept for an hour. Of others the list may know the address; else the protocol's own vendor counts.
 */
function listOf({ base, protocol, venue }: ModelAccess): PriceList {
  if (venue !== "vendor" && protocol === "anthropic") {
    const premium = base.endsWith("/locations/global") ? 1 : REGIONAL;
    return { provider: listed("anthropic"), premium, nameOf: vendorsName };
  }
  const known = venue === "bedrock" ? listed("aws") : findProvider({ providerApiUrl: base });
  return { provider: known ?? listed(protocol), premium: 1, nameOf: (model) => model };
}

function listed(providerId: Protocol | "aws"): Provider {
  const provider = findProvider({ providerId });
  if (provider === undefined)
    throw new Error(`the price list has no provider ${providerId}; bring @pydantic/genai-prices up to date`);
  return provider;
}

/** An answer that broke off counts what was reported, and what was sent and seen of it where nothing was. */
function completed({ shape, seen, asked, hungUp }: Answered): Record<string, unknown> {
  const { usage, isWhole, characters } = seen;
  const { input, output } = FIGURES[shape];
  const told = { [input]: 0, [output]: 0, ...figures(usage ?? {}) };
  if (isWhole) return told;
  // Of an answer in one piece nothing is seen until all of it is there, however much the model has written.
  const shown = Math.ceil(characters / BYTES_OF_TOKEN);
  const thought = Math.min(Math.floor(hungUp ?? 0) * FASTEST, asked.mostOutput);
  const seenOutput = asked.isStream ? Math.max(shown, thought) : asked.mostOutput;
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
  return told > 0 ? Math.min(Math.trunc(told), MOST_TOKENS) : 0;
}

/** null: an object stands where a number belongs, so that these are no figures. */
function usageOf(vendor: Provider, answer: unknown, flavor: string): Usage | null {
  try {
    return extractUsage(vendor, answer, flavor).usage;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

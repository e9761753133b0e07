/** What the answers of a provider say of its state, from statuses, headers and the words of its errors. */
import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import { NO_SIGNS, type ProviderSigns } from "../agents/provider-signs.ts";
import type { Seen } from "./answer.ts";

/** The providers' words in those by which signs are judged. */
const WORDS: { [word: string]: string } = {
  api_error: "server_error",
  authentication_error: "authentication_failed",
  billing_error: "billing_error",
  not_found_error: "model_not_found",
  overloaded_error: "overloaded",
  rate_limit_error: "rate_limit",
  timeout_error: "server_error",
  billing_hard_limit_reached: "billing_error",
  insufficient_quota: "billing_error",
  invalid_api_key: "authentication_failed",
  model_not_found: "model_not_found",
  rate_limit_exceeded: "rate_limit",
  server_error: "server_error",
  server_is_overloaded: "overloaded",
  slow_down: "overloaded",
  usage_limit_reached: "rate_limit",
  INTERNAL: "server_error",
  NOT_FOUND: "model_not_found",
  RESOURCE_EXHAUSTED: "rate_limit",
  UNAUTHENTICATED: "authentication_failed",
  UNAVAILABLE: "overloaded",
  API_KEY_INVALID: "authentication_failed",
};

const Word = z.string().nullish().catch(null);
const Failure = z.object({
  error: z.object({
    type: Word,
    code: Word,
    status: Word,
    resets_in_seconds: z.number().nonnegative().nullish().catch(null),
    details: z
      .array(z.object({ reason: Word, retryDelay: Word }))
      .nullish()
      .catch(null),
  }),
});

/** A model answered. Its own error in the middle and its refusal are signs too. */
export function signsOfAnswer({ error, isRefusal }: Seen, headers: IncomingHttpHeaders): ProviderSigns {
  const limit = planLimit(headers);
  if (error !== null) return { ...NO_SIGNS, word: WORDS[error] ?? "server_error", limit };
  return { ...NO_SIGNS, isRefusal, limit };
}

/** The provider refused. `body`: the beginning of what it said. */
export function signsOfFailure(
  status: number,
  { headers, body, now }: { headers: IncomingHttpHeaders; body: string; now: Date },
): ProviderSigns {
  const read = parseJson(body);
  // Google's answers that are streams without being events are lists, with their error as the first element.
  const failure = Failure.safeParse(Array.isArray(read) ? read[0] : read);
  const error = failure.success ? failure.data.error : null;
  const reasons = error?.details?.map(({ reason }) => reason) ?? [];
  const words = [...reasons, error?.code, error?.type, error?.status].map((word) => WORDS[word ?? ""]);
  const word = words.find((one) => one !== undefined) ?? null;
  if (status !== 429) return { ...NO_SIGNS, status, word };
  const delay = error?.details?.map(({ retryDelay }) => retryDelay).find((one) => typeof one === "string");
  const seconds = error?.resets_in_seconds ?? retryAfter(headers, now) ?? secondsOf(delay);
  const plan = planLimit(headers);
  const resetAt = plan?.resetAt ?? (seconds === null ? null : at(now.getTime() + seconds * 1000));
  return { ...NO_SIGNS, status, word, limit: { isRejected: true, resetAt } };
}

/** The provider could not be reached, or broke the connection. */
export function signsOfSilence(): ProviderSigns {
  return { ...NO_SIGNS, word: "server_error" };
}

/** Anthropic tells the limit of a subscription's plan with each answer: its state and the Unix second of its reset. */
function planLimit(headers: IncomingHttpHeaders): ProviderSigns["limit"] {
  const status = headers["anthropic-ratelimit-unified-status"];
  const reset = Number(headers["anthropic-ratelimit-unified-reset"]);
  if (typeof status !== "string") return null;
  return { isRejected: status === "rejected", resetAt: reset > 0 ? at(reset * 1000) : null };
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(headers: IncomingHttpHeaders, now: Date): number | null {
  const value = headers["retry-after"];
  if (value === undefined) return null;
  if (/^\d{1,9}(?:\.\d+)?$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, (date - now.getTime()) / 1000);
}

/** Google's form of a duration: `37s`, `1.5s`. */
function secondsOf(duration: string | null | undefined): number | null {
  const found = /^(\d{1,9}(?:\.\d+)?)s$/.exec(duration ?? "");
  return found === null ? null : Number(found[1]);
}

function at(milliseconds: number): string | null {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

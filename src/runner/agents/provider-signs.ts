/** What the stream says about the model's provider, from its structured fields alone: the text of an answer counts for nothing. */
import { z } from "zod";
import type { AttemptEnd } from "../../domain/task.ts";

/** The newest signs of trouble; an answer of the model clears them, but not the limit. */
export interface ProviderSigns {
  /** HTTP status of the provider's refusal; null: none is known, as for a lost connection. */
  status: number | null;
  /** Claude Code's word for it: `rate_limit`, `server_error`, `authentication_failed`, … */
  word: string | null;
  /** The model stopped with the reason `refusal`. */
  isRefusal: boolean;
  /** The newest word on the plan's usage limit, which only a subscription's token brings. */
  limit: { isRejected: boolean; resetAt: string | null } | null;
}

export interface ProviderTrouble {
  end: Extract<AttemptEnd, "provider_unavailable" | "provider_refused" | "quota">;
  /** One sentence for people. */
  why: string;
  /** ISO instant at which a quota begins anew; null: the provider did not tell. */
  resetAt: string | null;
}

export const NO_SIGNS: ProviderSigns = { status: null, word: null, isRefusal: false, limit: null };

/** What an answer's line names as its model when Claude Code wrote it itself, to show an error. */
export const SYNTHETIC = "<synthetic>";

const Word = z.string().regex(/^[a-z_]{1,40}$/);
const Status = z.number().int().min(100).max(599);

const Answer = z.object({
  type: z.literal("assistant"),
  error: Word.nullish().catch(null),
  message: z.object({ model: z.string().nullish() }),
});
/** Claude Code tries again by itself (ten times, unless `CLAUDE_CODE_MAX_RETRIES` says otherwise) and says so each time. */
const Retry = z.object({
  type: z.literal("system"),
  subtype: z.literal("api_retry"),
  error_status: Status.nullish().catch(null),
  error: Word.nullish().catch(null),
});
const Refusal = z.object({ type: z.literal("system"), subtype: z.literal("model_refusal_no_fallback") });
const RateLimit = z.object({
  type: z.literal("rate_limit_event"),
  rate_limit_info: z.object({
    status: z.string(),
    /** Unix seconds. */
    resetsAt: z.number().positive().max(8_640_000_000_000).nullish().catch(null),
    isUsingOverage: z.boolean().default(false),
  }),
});
/** `subtype` is `success` for the provider's errors too; `is_error` and the status tell them. */
const Result = z.object({
  type: z.literal("result"),
  is_error: z.boolean().default(false),
  api_error_status: Status.nullish().catch(null),
  stop_reason: z.string().nullish().catch(null),
});
const Line = z.union([Answer, Retry, Refusal, RateLimit, Result]);

/** The signs after one more line of the stream, as JSON. */
export function takeSigns(signs: ProviderSigns, line: unknown): ProviderSigns {
  const parsed = Line.safeParse(line);
  if (!parsed.success) return signs;
  const { data } = parsed;
  if (data.type === "rate_limit_event") return { ...signs, limit: limitOf(data.rate_limit_info) };
  if (data.type === "result") {
    if (!data.is_error) return { ...NO_SIGNS, limit: signs.limit };
    const isRefusal = signs.isRefusal || data.stop_reason === "refusal";
    return { ...signs, isRefusal, status: data.api_error_status ?? signs.status };
  }
  if (data.type === "assistant") {
    if (data.message.model !== SYNTHETIC) return { ...NO_SIGNS, limit: signs.limit };
    return { ...signs, word: data.error ?? signs.word };
  }
  if (data.subtype === "model_refusal_no_fallback") return { ...signs, isRefusal: true };
  return { ...signs, status: data.error_status ?? null, word: data.error ?? null };
}

function limitOf(info: z.infer<typeof RateLimit>["rate_limit_info"]): ProviderSigns["limit"] {
  const resetAt = typeof info.resetsAt === "number" ? new Date(info.resetsAt * 1000).toISOString() : null;
  // Beyond its limit a plan can go on at a price; then the agent is served.
  return { isRejected: info.status === "rejected" && !info.isUsingOverage, resetAt };
}

/** Words for what waiting does not mend: no valid key, no money, no such model. */
const REFUSED_WORDS = new Set([
  "authentication_failed",
  "oauth_org_not_allowed",
  "billing_error",
  "model_not_found",
]);
const REFUSED_STATUSES = new Set([401, 402, 403, 404]);
const UNAVAILABLE_WORDS = new Set(["server_error", "overloaded"]);

/** Whose fault an end with an error was, if it was the provider's; null: these signs do not say so. */
export function troubleOf(signs: ProviderSigns): ProviderTrouble | null {
  const { status, word, isRefusal, limit } = signs;
  if (isRefusal) return trouble("provider_refused", "The model refused to answer (stop reason refusal).");
  const evidence = word === null || word === "unknown" ? "" : ` (${word})`;
  const said =
    status === null
      ? `The model's provider could not be asked${evidence}.`
      : `The model's provider answered ${status}${evidence}.`;
  if (word !== null && REFUSED_WORDS.has(word)) return trouble("provider_refused", said);
  if (status === 429 || (status === null && (word === "rate_limit" || limit?.isRejected === true))) {
    return quota(status, limit);
  }
  if (status !== null && REFUSED_STATUSES.has(status)) return trouble("provider_refused", said);
  if (status !== null && (status >= 500 || status === 408)) return trouble("provider_unavailable", said);
  const isDown = status === null && word !== null && UNAVAILABLE_WORDS.has(word);
  return isDown ? trouble("provider_unavailable", said) : null;
}

function quota(status: number | null, limit: ProviderSigns["limit"]): ProviderTrouble {
  // An earlier, allowed limit's reset says nothing about this one.
  const resetAt = limit?.isRejected === true ? limit.resetAt : null;
  const until = resetAt === null ? "and did not say until when" : `until ${resetAt}`;
  return {
    end: "quota",
    why: `The model's provider refuses more use (${status ?? "rate_limit"}) ${until}.`,
    resetAt,
  };
}

function trouble(end: ProviderTrouble["end"], why: string): ProviderTrouble {
  return { end, why, resetAt: null };
}

/** What Claude Code 2.1 prints when the model's provider gives no answer, as it was seen against an endpoint that answers so. */
import { randomUUID } from "node:crypto";
import { SYNTHETIC } from "./provider-signs.ts";
import type { Step } from "./script.ts";

type Provider = Extract<Step, { provider: unknown }>["provider"];

/** The lines before the result, and what the result has instead of an answer. Its subtype is `success` all the same. */
export interface Trouble {
  lines: Record<string, unknown>[];
  result: { api_error_status: number | null; stop_reason: string; result: string };
}

/** Words of `api_retry`, which stands before each new try. */
const RETRY_WORDS: { [status: number]: string } = {
  401: "authentication_failed",
  429: "rate_limit",
  529: "overloaded",
};
/** Words of the answer that shows the error. */
const LAST_WORDS: { [status: number]: string } = {
  401: "authentication_failed",
  403: "authentication_failed",
  404: "model_not_found",
  429: "rate_limit",
};

/** A key without a plan tells of no reset; a subscription's token does, and its limit is not tried again. */
export function providerTrouble({ status, reset_in: resetIn }: Provider): Trouble {
  const told = resetIn === undefined ? null : rateLimit(resetIn);
  const isTriedAgain = told === null && (status === null || status >= 500 || [401, 429].includes(status));
  const before = [...(isTriedAgain ? [retry(status, 1), retry(status, 2)] : []), ...(told ? [told] : [])];
  const isServers = status === null || status >= 500;
  const word = isServers ? "server_error" : (LAST_WORDS[status] ?? "unknown");
  const text = status === null ? "API Error: Unable to connect to API (ECONNRESET)" : `API Error: ${status}`;
  return {
    lines: [...before, syntheticAnswer({ text, word, stopReason: "stop_sequence" })],
    result: { api_error_status: status, stop_reason: "stop_sequence", result: text },
  };
}

export function refusalTrouble(): Trouble {
  const text = "API Error: Claude Code is unable to respond to this request.";
  const refused = {
    type: "system",
    subtype: "model_refusal_no_fallback",
    original_model: "script",
    request_id: null,
    api_refusal_category: null,
    api_refusal_explanation: null,
    content: "",
  };
  return {
    lines: [refused, syntheticAnswer({ text, word: "invalid_request", stopReason: "refusal" })],
    result: { api_error_status: null, stop_reason: "refusal", result: text },
  };
}

function retry(status: number | null, attempt: number): Record<string, unknown> {
  const word = status === null ? "unknown" : (RETRY_WORDS[status] ?? "server_error");
  return {
    type: "system",
    subtype: "api_retry",
    attempt,
    max_retries: 2,
    retry_delay_ms: 0,
    error_status: status,
    error: word,
  };
}

function rateLimit(resetIn: number): Record<string, unknown> {
  const resetsAt = Math.floor(Date.now() / 1000) + resetIn;
  return {
    type: "rate_limit_event",
    rate_limit_info: { status: "rejected", resetsAt, rateLimitType: "five_hour", isUsingOverage: false },
  };
}

function syntheticAnswer(said: { text: string; word: string; stopReason: string }): Record<string, unknown> {
  const message = {
    id: randomUUID(),
    type: "message",
    role: "assistant",
    model: SYNTHETIC,
    content: [{ type: "text", text: said.text }],
    stop_reason: said.stopReason,
    usage: { input_tokens: 0, output_tokens: 0 },
  };
  return { type: "assistant", message, parent_tool_use_id: null, error: said.word };
}

/** What the newest answers say of a provider's state, and what comes of it when an agent gives up. */
import { expect, it } from "vitest";
import { troubleOf } from "../../../src/runner/agents/provider-signs.ts";
import {
  anthropicAccess,
  ask,
  googleAccess,
  MESSAGE,
  openaiAccess,
  openTestGateway,
} from "./opened-gateway.ts";
import { event, json, messages, startUpstream, stream, type Answer } from "./scripted-upstream.ts";

const RESET = 1_900_000_000;
const RESET_AT = new Date(RESET * 1000).toISOString();
const USAGE = { usage: { input_tokens: 10, output_tokens: 1 }, last: { output_tokens: 5 } };

type Path = "anthropic" | "openai" | "google";
const CALLS = {
  anthropic: MESSAGE,
  openai: { path: "/openai/responses", body: { model: "m", stream: true, input: "Hi" } },
  google: { path: "/google/v1beta/models/m:generateContent", body: { contents: [] } },
};

function anthropicError(type: string): object {
  return { type: "error", error: { type, message: "no" } };
}

it.each<[string, Path, Answer, object, string]>([
  [
    "a wrong key",
    "anthropic",
    json(anthropicError("authentication_error"), 401),
    { status: 401, word: "authentication_failed" },
    "provider_refused",
  ],
  [
    "a wrong key, in a list",
    "google",
    json(
      [{ error: { code: 400, status: "INVALID_ARGUMENT", details: [{ reason: "API_KEY_INVALID" }] } }],
      400,
    ),
    { status: 400, word: "authentication_failed" },
    "provider_refused",
  ],
  [
    "a cloud's word in the middle of an answer",
    "anthropic",
    stream(
      event({ type: "message_start", message: { model: "claude-sonnet-4-5", usage: USAGE.usage } }),
      event({ error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "no" } }, false),
    ),
    { word: "rate_limit" },
    "quota",
  ],
  [
    "an unknown model",
    "anthropic",
    json(anthropicError("not_found_error"), 404),
    { status: 404, word: "model_not_found" },
    "provider_refused",
  ],
  [
    "an overload",
    "anthropic",
    json(anthropicError("overloaded_error"), 529),
    { status: 529, word: "overloaded" },
    "provider_unavailable",
  ],
  [
    "a plan that is used up",
    "anthropic",
    json(anthropicError("rate_limit_error"), 429, {
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-reset": String(RESET),
      "retry-after": "5",
    }),
    { status: 429, word: "rate_limit", limit: { isRejected: true, resetAt: RESET_AT } },
    "quota",
  ],
  [
    "a date to come back at",
    "anthropic",
    json(anthropicError("rate_limit_error"), 429, { "retry-after": new Date(RESET * 1000).toUTCString() }),
    { status: 429, limit: { isRejected: true, resetAt: RESET_AT } },
    "quota",
  ],
  [
    "no money left",
    "openai",
    json({ error: { message: "no", type: "insufficient_quota", code: "insufficient_quota" } }, 429),
    { status: 429, word: "billing_error" },
    "provider_refused",
  ],
  [
    "a wrong key for OpenAI",
    "openai",
    json({ error: { message: "no", type: "invalid_request_error", code: "invalid_api_key" } }, 401),
    { status: 401, word: "authentication_failed" },
    "provider_refused",
  ],
  [
    "an error without words",
    "openai",
    json("oops", 500),
    { status: 500, word: null },
    "provider_unavailable",
  ],
  [
    "a wrong key for Google",
    "google",
    json({ error: { code: 400, status: "INVALID_ARGUMENT", details: [{ reason: "API_KEY_INVALID" }] } }, 400),
    { status: 400, word: "authentication_failed" },
    "provider_refused",
  ],
  [
    "an overload at Google",
    "google",
    json({ error: { code: 503, status: "UNAVAILABLE" } }, 503),
    { status: 503, word: "overloaded" },
    "provider_unavailable",
  ],
  [
    "an error in the middle",
    "anthropic",
    stream(event({ type: "error", error: { type: "overloaded_error", message: "no" } })),
    { status: null, word: "overloaded" },
    "provider_unavailable",
  ],
  [
    "a failed response",
    "openai",
    stream(event({ type: "response.failed", response: { error: { code: "server_error" }, usage: null } })),
    { status: null, word: "server_error" },
    "provider_unavailable",
  ],
  [
    "a refusal",
    "anthropic",
    stream(...messages({ ...USAGE, stop: "refusal" })),
    { isRefusal: true },
    "provider_refused",
  ],
])("tell of %s", async (_, protocol, answer, signs, end) => {
  const upstream = await startUpstream(answer);
  const { base } = upstream;
  const gateway = await openTestGateway([anthropicAccess(base), openaiAccess(base), googleAccess(base)]);

  await ask(gateway, CALLS[protocol]);

  expect(gateway.facts().signs).toMatchObject(signs);
  expect(troubleOf(gateway.facts().signs)?.end).toBe(end);
});

it.each([
  ["seconds", { "retry-after": "90" }, { error: {} }, 90],
  [
    "Google's duration",
    {},
    { error: { status: "RESOURCE_EXHAUSTED", details: [{ retryDelay: "37.5s" }] } },
    37.5,
  ],
  ["OpenAI's seconds", {}, { error: { type: "usage_limit_reached", resets_in_seconds: 120 } }, 120],
])("tell the reset from %s", async (_, headers, body, seconds) => {
  const upstream = await startUpstream(json(body, 429, headers as Record<string, string>));
  const gateway = await openTestGateway([googleAccess(upstream.base)]);
  const before = Date.now();
  await ask(gateway, CALLS.google);
  const after = Date.now();

  const reset = Date.parse(gateway.facts().signs.limit?.resetAt ?? "");
  expect(reset).toBeGreaterThanOrEqual(before + seconds * 1000);
  expect(reset).toBeLessThanOrEqual(after + seconds * 1000);
});

it("are cleared by an answer, which tells of the plan's limit anew", async () => {
  const upstream = await startUpstream(
    json(anthropicError("rate_limit_error"), 429, { "retry-after": "90" }),
    stream(...messages(USAGE)),
    (response) => {
      response.writeHead(200, {
        "content-type": "text/event-stream",
        "anthropic-ratelimit-unified-status": "allowed_warning",
        "anthropic-ratelimit-unified-reset": String(RESET),
      });
      response.end(messages(USAGE).join(""));
    },
  );
  const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

  await ask(gateway, MESSAGE);
  await ask(gateway, MESSAGE);
  expect(gateway.facts().signs).toEqual({ status: null, word: null, isRefusal: false, limit: null });

  await ask(gateway, MESSAGE);
  expect(gateway.facts().signs.limit).toEqual({ isRejected: false, resetAt: RESET_AT });
});

it("count nothing for an answer that was an error from its beginning", async () => {
  const upstream = await startUpstream(
    stream(event({ type: "error", error: { type: "overloaded_error", message: "no" } })),
  );
  const gateway = await openTestGateway([anthropicAccess(upstream.base)]);

  expect((await ask(gateway, MESSAGE)).status).toBe(200);
  expect(gateway.facts().usage.requests).toBe(0);
});

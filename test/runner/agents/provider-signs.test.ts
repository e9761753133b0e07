/** The provider's troubles, by the lines that Claude Code 2.1.197 printed against an endpoint that answered so. */
import { expect, it } from "vitest";
import { endOf } from "../../../src/runner/agents/agent-end.ts";
import { readStream } from "../../../src/runner/agents/stream-json.ts";
import type { StreamState } from "../../../src/runner/agents/stream.ts";

const REFUSAL = { type: "system", subtype: "model_refusal_no_fallback", api_refusal_category: null };
const FAILED = { code: 1, signal: null, failure: null };

function retry(status: number | null, error: string): unknown {
  return {
    type: "system",
    subtype: "api_retry",
    attempt: 1,
    max_retries: 2,
    retry_delay_ms: 595.4,
    error_status: status,
    error,
  };
}

function shownError(error: string, stopReason = "stop_sequence"): unknown {
  const content = [{ type: "text", text: "API Error: rate limit, overloaded, authentication_failed" }];
  const message = { id: "e4", model: "<synthetic>", role: "assistant", stop_reason: stopReason, content };
  return { type: "assistant", message, parent_tool_use_id: null, error, request_id: "req_x" };
}

function result(status: number | null, more: object = {}): unknown {
  return {
    type: "result",
    subtype: "success",
    is_error: true,
    api_error_status: status,
    num_turns: 1,
    result: "API Error",
    stop_reason: "stop_sequence",
    total_cost_usd: 0,
    terminal_reason: "completed",
    ...more,
  };
}

function rateLimit(info: object): unknown {
  return { type: "rate_limit_event", rate_limit_info: { isUsingOverage: false, ...info } };
}

function answer(id = "msg_1"): unknown {
  return { type: "assistant", message: { id, model: "m", content: [{ type: "text", text: "Hi." }] } };
}

function stateAfter(lines: readonly unknown[]): StreamState {
  const stream = readStream();
  stream.push(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
  stream.end();
  return stream.state;
}

const RESET = { resetsAt: 1795259516, rateLimitType: "five_hour" };
const RESET_AT = "2026-11-21T11:11:56.000Z";

it.each<[string, unknown[], string, string, string | null]>([
  [
    "401",
    [retry(401, "authentication_failed"), shownError("authentication_failed"), result(401)],
    "provider_refused",
    "The model's provider answered 401 (authentication_failed).",
    null,
  ],
  ["403", [shownError("authentication_failed"), result(403)], "provider_refused", "403", null],
  ["402", [shownError("unknown"), result(402)], "provider_refused", "answered 402.", null],
  ["no money", [shownError("billing_error"), result(400)], "provider_refused", "billing_error", null],
  ["no such model", [shownError("model_not_found"), result(404)], "provider_refused", "404", null],
  [
    "a refusal",
    [REFUSAL, shownError("invalid_request", "refusal"), result(null, { stop_reason: "refusal" })],
    "provider_refused",
    "refused to answer",
    null,
  ],
  [
    "429 with a key",
    [retry(429, "rate_limit"), shownError("rate_limit"), result(429)],
    "quota",
    "The model's provider refuses more use (429) and did not say until when.",
    null,
  ],
  [
    "429 with a subscription's token",
    [rateLimit({ status: "rejected", ...RESET }), shownError("rate_limit"), result(429)],
    "quota",
    `The model's provider refuses more use (429) until ${RESET_AT}.`,
    RESET_AT,
  ],
  [
    "429 with a token, without a reset",
    [rateLimit({ status: "rejected" }), shownError("rate_limit"), result(429)],
    "quota",
    "429",
    null,
  ],
  [
    "429 while the plan's own limit is not reached",
    [rateLimit({ status: "allowed", ...RESET }), shownError("rate_limit"), result(429)],
    "quota",
    "429",
    null,
  ],
  [
    "529",
    [answer(), retry(529, "overloaded"), shownError("server_error"), result(529)],
    "provider_unavailable",
    "The model's provider answered 529 (server_error).",
    null,
  ],
  [
    "500",
    [retry(500, "server_error"), shownError("server_error"), result(500)],
    "provider_unavailable",
    "500",
    null,
  ],
  [
    "a lost connection",
    [retry(null, "unknown"), shownError("server_error"), result(null)],
    "provider_unavailable",
    "The model's provider could not be asked (server_error).",
    null,
  ],
  [
    "a crash after 529",
    [retry(529, "overloaded"), shownError("server_error")],
    "provider_unavailable",
    "529",
    null,
  ],
  [
    "400",
    [shownError("unknown"), result(400)],
    "agent_gave_up",
    "The agent ended with an error (400).",
    null,
  ],
  [
    "an answer that is too long",
    [answer(), shownError("max_output_tokens"), result(null)],
    "agent_gave_up",
    "max_output_tokens",
    null,
  ],
  ["an error without a name", [answer(), result(null)], "agent_gave_up", "(without a name)", null],
  [
    "a session that is gone",
    [
      {
        type: "result",
        subtype: "error_during_execution",
        is_error: true,
        num_turns: 0,
        errors: ["No conversation"],
      },
    ],
    "agent_gave_up",
    "error_during_execution",
    null,
  ],
  [
    "an error of its own after an overload that went by",
    [retry(529, "overloaded"), answer(), result(null, { subtype: "error_during_execution" })],
    "agent_gave_up",
    "error_during_execution",
    null,
  ],
  [
    "use beyond the plan that is paid for",
    [
      rateLimit({ status: "rejected", isUsingOverage: true, ...RESET }),
      answer(),
      result(null, { subtype: "error_during_execution" }),
    ],
    "agent_gave_up",
    "error_during_execution",
    null,
  ],
  ["a crash after an answer", [answer()], "infrastructure", "exit 1", null],
])("reads %s", (_, lines, end, why, resetAt) => {
  const ending = endOf(FAILED, stateAfter(lines), null);

  expect(ending).toMatchObject({ end, resetAt });
  expect(ending.why).toContain(why);
});

it("completes in spite of trouble that went by", () => {
  const lines = [
    retry(529, "overloaded"),
    answer(),
    result(null, { is_error: false, stop_reason: "end_turn" }),
  ];

  expect(endOf({ ...FAILED, code: 0 }, stateAfter(lines), null).end).toBe("completed");
});

it("takes errors shown as answers for no turns", () => {
  const state = stateAfter([answer(), shownError("server_error"), result(529)]);

  expect(state).toMatchObject({ turns: 1, requests: 1, model: "", lastWords: "Hi.", broken: 0 });
});

it.each([
  [{ type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt: 1e300 } }],
  [{ type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt: "soon" } }],
  [retry(99_999, "Do what I say!")],
  [{ type: "assistant", error: { deep: [1] }, message: { id: "m", model: "<synthetic>", content: [] } }],
])("is not led astray by %j", (line) => {
  const ending = endOf(FAILED, stateAfter([line, result(null)]), null);

  expect(ending.resetAt).toBeNull();
  expect(ending.why).not.toContain("Do what");
});

it("repeats no subtype that is no word", () => {
  const ending = endOf(FAILED, stateAfter([result(null, { subtype: "error](http://example.com)" })]), null);

  expect(ending.why).not.toContain("example.com");
});

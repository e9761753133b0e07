/** How the gateway says no, in the shape that the client of each protocol reads, so that it shows the words and does not try for minutes. */
import type { ServerResponse } from "node:http";
import type { Protocol } from "./gateway.ts";

/** 400 and 402: asking again changes nothing; 403: the gateway does not let this out; 502: the provider cannot be reached. */
export type RefusalStatus = 400 | 402 | 403 | 413 | 502 | 503;

const ANTHROPIC_TYPES: Record<RefusalStatus, string> = {
  400: "invalid_request_error",
  402: "billing_error",
  403: "permission_error",
  413: "request_too_large",
  502: "api_error",
  503: "overloaded_error",
};
const GOOGLE_STATUSES: Record<RefusalStatus, string> = {
  400: "FAILED_PRECONDITION",
  402: "FAILED_PRECONDITION",
  403: "PERMISSION_DENIED",
  413: "INVALID_ARGUMENT",
  502: "UNAVAILABLE",
  503: "UNAVAILABLE",
};

/**
 * With what a call is answered after the gateway has stopped. Claude Code 2.1 asks once where it is told 402, six times with changed
 * requests where it is told 400, and for minutes where it is told 429; the clients of the others take 400 for final.
 */
export const STOPPED_STATUS: Record<Protocol, RefusalStatus> = { anthropic: 402, openai: 400, google: 400 };

/** `protocol`: null where none is spoken. Says nothing if an answer has begun. */
export function refuse(
  response: ServerResponse,
  { protocol, status, why }: { protocol: Protocol | null; status: RefusalStatus; why: string },
): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify(errorOf(protocol, status, `GZA's gateway: ${why}`));
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    // The clients of Anthropic and OpenAI go by it before they look at the status.
    ...(status < 500 ? { "x-should-retry": "false" } : {}),
  });
  response.end(body);
}

function errorOf(protocol: Protocol | null, status: RefusalStatus, message: string): unknown {
  if (protocol === "anthropic") return { type: "error", error: { type: ANTHROPIC_TYPES[status], message } };
  if (protocol === "google") return { error: { code: status, message, status: GOOGLE_STATUSES[status] } };
  return { error: { message, type: ANTHROPIC_TYPES[status], param: null, code: null } };
}

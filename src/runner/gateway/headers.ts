/** Which headers go to a model's provider and which come back, and the credential that the gateway sets itself. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Shown } from "./credential.ts";
import type { ModelAccess } from "./gateway.ts";

/** All others stay behind, whatever they say: credentials, cookies, the client's organisation. */
const PASSED = ["accept", "anthropic-beta", "anthropic-version", "openai-beta", "user-agent"];
/** What an answer may be; one in any other form could not be counted. */
const ACCEPTED = new Set(["application/json", "text/event-stream", "*/*"]);
/** With a subscription's login Anthropic answers only where this beta is named. */
const LOGIN_BETA = "oauth-2025-04-20";
const LONGEST = 2000;

/** Those of one connection (RFC 9110, 7.6.1), and what tells of the account behind the credential. */
const DROPPED = new Set([
  "alt-svc",
  "anthropic-organization-id",
  "connection",
  "keep-alive",
  "openai-organization",
  "openai-project",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "set-cookie",
  "set-cookie2",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export function requestHeaders(
  headers: IncomingHttpHeaders,
  { protocol, credential }: ModelAccess,
  shown: Shown,
): OutgoingHttpHeaders {
  const passed = PASSED.flatMap((name): [string, string][] => {
    const value = headers[name];
    if (typeof value !== "string" || value.length > LONGEST) return [];
    return name === "accept" && !ACCEPTED.has(value) ? [] : [[name, value]];
  });
  // A compressed answer could be counted only after its stream was opened up.
  const kept: OutgoingHttpHeaders = { ...Object.fromEntries(passed), "accept-encoding": "identity" };
  if (credential.kind === "login" && protocol === "anthropic") {
    const named = passed.find(([name]) => name === "anthropic-beta")?.[1].split(",") ?? [];
    const betas = [...named.map((beta) => beta.trim()).filter((beta) => beta !== ""), LOGIN_BETA];
    kept["anthropic-beta"] = [...new Set(betas)].join(",");
  }
  return { ...kept, [shown.header]: `${shown.scheme}${shown.secret}` };
}

/** As pairs of name and value, so that a repeated header stays repeated. */
export function responseHeaders(rawHeaders: readonly string[], headers: IncomingHttpHeaders): string[] {
  // A header that `connection` names belongs to the connection too.
  const named = new Set((headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
  return rawHeaders.flatMap((name, index) => {
    const lower = name.toLowerCase();
    if (index % 2 === 1 || DROPPED.has(lower) || named.has(lower)) return [];
    return [name, rawHeaders[index + 1] ?? ""];
  });
}

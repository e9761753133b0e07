/** Which requests to a model's provider pass: a method and a path of each protocol, and what they are. Everything else is refused. */
import { PROTOCOLS, type Protocol } from "./gateway.ts";
import type { Shape } from "./answer.ts";

export interface Route {
  method: "GET" | "POST";
  /** Behind `/<protocol>`; the first group, if there is one, names the model. */
  path: RegExp;
  /** How the body is shaped; null: there is none. */
  shape: Shape | null;
  /** Whether a model answers, which costs money. */
  isAnswer: boolean;
  /** The path itself asks for a stream. */
  isStream?: true;
}

interface Routes {
  /** Before which the path stands at the provider, if its address has no path of its own. */
  version: string;
  routes: readonly Route[];
  /** Parameters of the address that go on with such values; others, such as a key, are dropped. */
  query: { [name: string]: RegExp };
}

const MODEL = String.raw`([A-Za-z0-9][A-Za-z0-9._-]{0,99})`;
const WORD = /^[\w.=-]{1,200}$/;
const LISTED = String.raw`(?:/[A-Za-z0-9][A-Za-z0-9._/:-]{0,99})?`;

/**
 * The base inside the sandbox is `/anthropic`, `/google` or `/openai`, each with or without the version behind it, as clients want it.
 * The provider's own address is what its clients' settings want: without a version for Anthropic and Google, with it for OpenAI
 * (`https://api.openai.com/v1`, `https://openrouter.ai/api/v1`); an OpenAI address without any path gets `/v1`.
 */
const ROUTES: Record<Protocol, Routes> = {
  anthropic: {
    version: "",
    routes: [
      { method: "POST", path: /^\/v1\/messages$/, shape: "messages", isAnswer: true },
      { method: "POST", path: /^\/v1\/messages\/count_tokens$/, shape: "messages", isAnswer: false },
      { method: "GET", path: new RegExp(`^/v1/models${LISTED}$`), shape: null, isAnswer: false },
    ],
    query: { beta: WORD, limit: WORD, before_id: WORD, after_id: WORD },
  },
  openai: {
    version: "/v1",
    routes: [
      { method: "POST", path: /^\/responses$/, shape: "responses", isAnswer: true },
      { method: "POST", path: /^\/chat\/completions$/, shape: "chat", isAnswer: true },
      { method: "GET", path: new RegExp(`^/models${LISTED}$`), shape: null, isAnswer: false },
    ],
    query: { "api-version": WORD },
  },
  google: {
    version: "",
    routes: [
      {
        method: "POST",
        path: new RegExp(`^/v1(?:beta)?/models/${MODEL}:generateContent$`),
        shape: "generate",
        isAnswer: true,
      },
      {
        method: "POST",
        path: new RegExp(`^/v1(?:beta)?/models/${MODEL}:streamGenerateContent$`),
        shape: "generate",
        isAnswer: true,
        isStream: true,
      },
      {
        method: "POST",
        path: new RegExp(`^/v1(?:beta)?/models/${MODEL}:countTokens$`),
        shape: "generate",
        isAnswer: false,
      },
      { method: "GET", path: new RegExp(`^/v1(?:beta)?/models${LISTED}$`), shape: null, isAnswer: false },
    ],
    // An answer in another form could not be counted.
    query: { alt: /^(?:sse|json)$/, pageSize: WORD, pageToken: WORD },
  },
};

export type Target =
  | { kind: "route"; protocol: Protocol; route: Route; model: string | null; path: string }
  /** No route of this protocol. */
  | { kind: "unknown"; protocol: Protocol }
  /** Not a model's. */
  | { kind: "other" };

/** What a request asks of whom. Paths are compared as they were sent: nothing is decoded or made shorter. */
export function targetOf(method: string, address: string): Target {
  const [whole = "", query = ""] = address.split(/\?(.*)/s);
  const protocol = PROTOCOLS.find((one) => whole === `/${one}` || whole.startsWith(`/${one}/`));
  if (protocol === undefined) return { kind: "other" };
  const { routes, version, query: allowed } = ROUTES[protocol];
  const behind = whole.slice(protocol.length + 1);
  const path = version !== "" && behind.startsWith(`${version}/`) ? behind.slice(version.length) : behind;
  for (const route of routes) {
    const found = route.method === method ? route.path.exec(path) : null;
    if (found === null || /\.\.|\/\//.test(path)) continue;
    return {
      kind: "route",
      protocol,
      route,
      model: found[1] ?? null,
      path: `${path}${keptQuery(query, allowed)}`,
    };
  }
  return { kind: "unknown", protocol };
}

/** Where a path of a protocol is at the provider. */
export function upstreamOf(protocol: Protocol, base: string, path: string): URL {
  const isBare = new URL(base).pathname === "/";
  return new URL(`${base.replace(/\/+$/, "")}${isBare ? ROUTES[protocol].version : ""}${path}`);
}

function keptQuery(query: string, allowed: Routes["query"]): string {
  const kept = [...new URLSearchParams(query)].filter(
    ([name, value]) => Object.hasOwn(allowed, name) && allowed[name]?.test(value) === true,
  );
  return kept.length === 0 ? "" : `?${new URLSearchParams(kept).toString()}`;
}

/** Asks a registry on behalf of the sandbox: by an address that was judged, with few headers, and with its token for its own host alone. */
import http, { type ClientRequest, type IncomingMessage } from "node:http";
import type { LookupAddress } from "node:dns";
import https from "node:https";
import { isGitHubHost, isModelHost } from "./barred-host.ts";
import type { Registry } from "./gateway.ts";
import { literalOf, resolveHost, type AddressKind, type Resolved } from "./public-address.ts";
import { failureOf, lookupIn, openWaysOut, proxyFor } from "./way-out.ts";

export interface Ask {
  registry: Registry;
  url: URL;
  method: "GET" | "HEAD";
  headers: Record<string, string>;
  /** Given when whoever asked has gone. */
  signal: AbortSignal;
}

export type Asked =
  | { kind: "answer"; response: IncomingMessage; url: URL; hosts: string[] }
  /** The gateway does not go there. */
  | { kind: "refused"; host: string; why: string }
  /** The registry cannot be reached. */
  | { kind: "failed"; host: string; why: string };

export interface MirrorUpstream {
  ask(ask: Ask): Promise<Asked>;
  close(): void;
}

const MOST_REDIRECTS = 3;

/** Milliseconds without a byte. */
const IDLE = 120_000;

/** Connections to one host at a time; further requests wait for one. */
const MOST_SOCKETS = 16;

const USER_AGENT = "gza-gateway";

export function openMirrorUpstream(): MirrorUpstream {
  const options = { keepAlive: true, maxSockets: MOST_SOCKETS, maxFreeSockets: 4, timeout: IDLE };
  const ways = openWaysOut(options);

  async function ask(first: Ask): Promise<Asked> {
    const hosts: string[] = [];
    let { url } = first;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const why = refusal(first, url);
      if (why !== null) return { kind: "refused", host: url.host, why };
      const resolved = await addressesOf(first, url);
      if (resolved.kind === "refused") return { kind: "refused", host: url.host, why: resolved.why };
      hosts.push(url.host);
      const response = await once(first, url, resolved.addresses);
      if (response instanceof Error) return { kind: "failed", host: url.host, why: failureOf(response, url) };
      const { location } = response.headers;
      if (!isRedirect(response) || location === undefined) return { kind: "answer", response, url, hosts };
      response.destroy();
      const next = URL.parse(location, url.href);
      if (next === null) return { kind: "failed", host: url.host, why: "it redirects to no address" };
      url = next;
    }
    return { kind: "refused", host: url.host, why: `it lies behind more than ${MOST_REDIRECTS} redirects` };
  }

  function once(
    { registry, method, headers, signal }: Ask,
    url: URL,
    addresses: readonly LookupAddress[] | null,
  ): Promise<IncomingMessage | Error> {
    return new Promise((done) => {
      const request: ClientRequest = (url.protocol === "https:" ? https : http).request(url, {
        method,
        agent: ways.agentFor(url),
        signal,
        headers: { ...headers, "user-agent": USER_AGENT, ...authorizationFor(registry, url) },
        ...(addresses === null ? {} : { lookup: lookupIn(addresses) }),
      });
      request.setTimeout(IDLE, () => request.destroy(new Error("it says nothing for two minutes")));
      request.on("error", (error) => done(error));
      request.on("response", (response) => done(response));
      request.end();
    });
  }

  return {
    ask,
    close: () => ways.close(),
  };
}

/** The addresses that may be connected to; null: a proxy finds out where the name leads, so that only an address itself can be judged. */
async function addressesOf(
  first: Ask,
  url: URL,
): Promise<
  { kind: "addresses"; addresses: LookupAddress[] | null } | Extract<Resolved, { kind: "refused" }>
> {
  const isDirect = proxyFor(url) === null;
  if (!isDirect && literalOf(url.hostname) === null) return { kind: "addresses", addresses: null };
  const resolved = await resolveHost(url.hostname, addressesFor(first, url));
  return isDirect || resolved.kind === "refused" ? resolved : { kind: "addresses", addresses: null };
}

/** The token of a private registry is shown to that registry alone, never to where it redirects. */
export function authorizationFor(registry: Registry, url: URL): Record<string, string> {
  const isOwn = url.origin === new URL(registry.base).origin;
  return isOwn && registry.authorization !== null ? { authorization: registry.authorization } : {};
}

/** Why an address is not gone to, whatever its name resolves to; null: it is. */
function refusal({ registry, url: first }: Ask, url: URL): string | null {
  if (url.username !== "" || url.password !== "") return "the address carries a name or a password";
  if (isModelHost(url.hostname)) return "models answer only through the gateway's own routes";
  if (isGitHubHost(url.hostname)) return "GitHub is not reached through a registry";
  const own = [new URL(registry.base).origin, first.origin];
  if (url.protocol === "https:" || own.includes(url.origin)) return null;
  return `${url.protocol}// is no way to redirect to`;
}

/** An organisation's registry may lie in its own network, and one on this machine on loopback; what they point to is public. */
function addressesFor({ registry, url: first }: Ask, url: URL): AddressKind[] {
  const base = new URL(registry.base);
  const isLocal = base.protocol === "http:";
  if (url.origin === base.origin) return isLocal ? ["loopback"] : ["public", "private"];
  // A file beside the registry, at an address that the registry itself has named.
  if (isLocal && url.origin === first.origin) return ["loopback", "public"];
  return ["public"];
}

function isRedirect({ statusCode }: IncomingMessage): boolean {
  return [301, 302, 303, 307, 308].includes(statusCode ?? 0);
}

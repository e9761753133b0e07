/** How the gateway itself goes out: directly, or through the proxy that the machine's environment names, as Actions runners do. */
import type { LookupAddress } from "node:dns";
import http from "node:http";
import https from "node:https";
import { connect, type LookupFunction, type Socket } from "node:net";
import { getProxyUrl } from "@actions/http-client/lib/proxy";
import { resolveHost } from "./public-address.ts";

export type Dialled = { kind: "socket"; socket: Socket } | { kind: "refused"; why: string };

/** Agents of Node's own, one for each way. */
export interface WaysOut {
  agentFor(url: URL): http.Agent;
  close(): void;
}

/** Milliseconds until there is a connection. */
const CONNECT = 30_000;

/**
 * The proxy for this address, by `https_proxy`, `http_proxy` and `no_proxy` in small letters or else in capitals; null: it is gone to
 * directly, as loopback always is.
 */
export function proxyFor(url: URL): URL | null {
  const proxy = getProxyUrl(url);
  return proxy?.protocol === "http:" || proxy?.protocol === "https:" ? proxy : null;
}

export function openWaysOut(options: http.AgentOptions): WaysOut {
  const agents = new Map<string, http.Agent>();
  return {
    agentFor(url) {
      const proxy = proxyFor(url)?.href ?? "";
      const way = `${url.protocol} ${proxy}`;
      const known = agents.get(way);
      if (known !== undefined) return known;
      const proxyEnv = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy };
      const agent =
        url.protocol === "https:"
          ? new https.Agent({ ...options, proxyEnv })
          : new http.Agent({ ...options, proxyEnv });
      agents.set(way, agent);
      return agent;
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** What went wrong on the way to an address. Node's own words about a proxy have its address, and the password in it. */
export function failureOf(error: NodeJS.ErrnoException, url: URL): string {
  if (proxyFor(url) === null) return error.message;
  return `the machine's proxy does not lead there (${error.code ?? error.name})`;
}

/** Opens a connection to port 443 of a host: to the very address that was judged, or through the proxy, which finds the address itself. */
export async function dialPublic(host: string): Promise<Dialled> {
  const proxy = proxyFor(new URL(`https://${host}`));
  if (proxy !== null) return dialThrough(proxy, `${host}:443`);
  const resolved = await resolveHost(host, ["public"]);
  if (resolved.kind === "refused") return resolved;
  const socket = connect({
    host,
    port: 443,
    timeout: CONNECT,
    lookup: lookupIn(resolved.addresses),
  });
  return new Promise((done) => {
    socket.once("connect", () => done({ kind: "socket", socket }));
    socket.once("timeout", () => socket.destroy(new Error("it does not answer")));
    socket.once("error", (error) => done({ kind: "refused", why: `it cannot be reached: ${error.message}` }));
  });
}

/** Whatever the name says a moment later: only what was judged is connected to. */
export function lookupIn(addresses: readonly LookupAddress[]): LookupFunction {
  const [one] = addresses;
  return (_, options, found) => {
    if (options.all === true) found(null, [...addresses]);
    else found(null, one?.address ?? "", one?.family);
  };
}

function dialThrough(proxy: URL, target: string): Promise<Dialled> {
  const { username, password } = proxy;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const asked = (proxy.protocol === "https:" ? https : http).request(proxy.origin, {
    method: "CONNECT",
    path: target,
    headers: { host: target, ...(username === "" ? {} : { "proxy-authorization": authorization }) },
    agent: false,
    timeout: CONNECT,
  });
  return new Promise((done) => {
    const refused = (why: string): void => done({ kind: "refused", why: `the machine's proxy ${why}` });
    asked.on("connect", ({ statusCode }, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      if (statusCode === 200) return done({ kind: "socket", socket });
      socket.destroy();
      refused(`answers ${statusCode}`);
    });
    asked.on("response", (response) => {
      response.destroy();
      refused(`answers ${response.statusCode}`);
    });
    asked.on("timeout", () => refused("does not answer"));
    asked.on("error", (error: NodeJS.ErrnoException) =>
      refused(`cannot be asked (${error.code ?? error.name})`),
    );
    asked.end();
  });
}

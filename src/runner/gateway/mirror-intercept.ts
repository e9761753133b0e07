/** Answers for the registries' own hosts: some package managers keep to the addresses in their lock files, whatever they are set to. */
import { createServer } from "node:http";
import { createSecureContext, TLSSocket } from "node:tls";
import { hostsOf } from "./mirror-hosts.ts";
import type { Mirror } from "./mirror.ts";
import type { Place } from "./place.ts";
import { createAuthority } from "./registry-authority.ts";
import type { Intercept } from "./tunnel.ts";

export interface MirrorIntercept extends Intercept {
  /** The certificate that the sandbox must trust for it, as PEM; null: there are no such hosts. */
  certificate: string | null;
}

/** Milliseconds without a byte. */
const IDLE = 5 * 60_000;

export function openIntercept(place: Place, mirror: Mirror): MirrorIntercept {
  const hosts = hostsOf(place.registries);
  if (hosts.length === 0)
    return { certificate: null, takes: () => false, open: (_, socket) => socket.destroy() };
  const authority = createAuthority(hosts);
  const secureContext = createSecureContext(authority.server);
  /** Which host each connection was opened for; what a request claims in its header `host` does not count. */
  const hostBy = new WeakMap<object, string>();
  const server = createServer((request, response) => {
    void mirror.answerAs(hostBy.get(request.socket) ?? "", request, response);
  });
  return {
    certificate: authority.certificate,
    takes: (host) => hosts.includes(host),
    open: (host, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ["http/1.1"] });
      hostBy.set(secure, host);
      // A client that does not trust the certificate breaks off: that is its word to whoever started it.
      secure.on("error", () => socket.destroy());
      secure.setTimeout(IDLE, () => socket.destroy());
      server.emit("connection", secure);
    },
  };
}

/** Tunnels to the hosts that the config names in `network.tunnel`, and to no other: what goes through them nobody reads. */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isModelHost } from "./barred-host.ts";
import type { Place } from "./place.ts";
import { dialPublic, type Dialled } from "./way-out.ts";

export interface Tunnels {
  /** Answers a CONNECT; never throws, whatever was asked. `head`: bytes that came with it. */
  open(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  close(): void;
}

/** Takes over what is meant for a registry's own host. */
export interface Intercept {
  takes(host: string): boolean;
  open(host: string, socket: Duplex, head: Buffer): void;
}

/** Opens a connection to port 443 of a host. */
export type Dial = (host: string) => Promise<Dialled>;

const MOST_TUNNELS = 64;

const ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

/** Milliseconds. */
const IDLE = 5 * 60_000;

/** `dial` is the network's own, but for tests of what lies behind it. */
export function openTunnels(
  place: Place,
  { intercept = null, dial = dialPublic }: { intercept?: Intercept | null; dial?: Dial } = {},
): Tunnels {
  const open = new Set<Duplex>();

  async function tunnel(target: string, socket: Duplex, head: Buffer): Promise<void> {
    const refused = refusal(target);
    if (refused !== null) return refuse(socket, target, refused);
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    const host = target.replace(/:443$/, "").toLowerCase();
    if (isTaken(host)) {
      socket.write(ESTABLISHED);
      intercept?.open(host, socket, head);
      return;
    }
    const dialled = await dial(host);
    if (dialled.kind === "refused") return refuse(socket, target, dialled.why);
    place.record.tunnelled(host);
    join(socket, dialled.socket, head);
  }

  /** What a person has named as a tunnel is one. */
  function isTaken(host: string): boolean {
    return intercept !== null && !place.tunnel.includes(host) && intercept.takes(host);
  }

  function refusal(target: string): string | null {
    const host = target.replace(/:\d+$/, "").toLowerCase();
    if (isModelHost(host)) return "models answer only through the gateway's own routes";
    if (!place.isOpen()) return "the network is closed in this part of the attempt";
    if (!place.tunnel.includes(host) && !isTaken(host))
      return "it is not in network.tunnel of .github/gza.yml";
    if (!target.endsWith(":443")) return "only port 443 is tunnelled";
    return open.size >= MOST_TUNNELS ? `there are ${MOST_TUNNELS} tunnels already` : null;
  }

  function refuse(socket: Duplex, target: string, why: string): void {
    place.record.refused(target, why);
    const line = `${target} is refused: ${why}`.replace(/[^\x20-\x7e]/g, "?").slice(0, 300);
    socket.end(
      `HTTP/1.1 403 GZA's gateway: ${line}\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nGZA's gateway: ${line}\n`,
    );
  }

  return {
    open: async (request, socket, head) => {
      const target = request.url ?? "";
      socket.on("error", () => socket.destroy());
      try {
        await tunnel(target, socket, head);
      } catch (error) {
        refuse(socket, target, String(error));
      }
    },
    close: () => {
      for (const socket of open) socket.destroy();
    },
  };
}

/** Each end closes the other, and so does silence. */
function join(inner: Duplex, outer: Socket, head: Buffer): void {
  outer.removeAllListeners("timeout");
  outer.setTimeout(IDLE, () => outer.destroy());
  outer.on("error", () => outer.destroy());
  outer.on("close", () => inner.destroy());
  inner.on("close", () => outer.destroy());
  if (inner.destroyed) {
    outer.destroy();
    return;
  }
  inner.write(ESTABLISHED);
  if (head.length > 0) outer.write(head);
  inner.pipe(outer);
  outer.pipe(inner);
}

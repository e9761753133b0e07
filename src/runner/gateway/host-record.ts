/** Which hosts the gateway reached, and which it refused and why; bounded, for the agent chooses the names. */
import type { GatewayFacts } from "./gateway.ts";

/** Names of each list; what comes later is not kept. */
const MOST_NAMES = 100;
const MOST_CHARACTERS = 200;

export interface HostRecord {
  /** `host`, or `host:port` where the port is not that of https. */
  used(host: string): void;
  tunnelled(host: string): void;
  refused(host: string, reason: string): void;
  hosts(): GatewayFacts["hosts"];
}

export function openHostRecord(): HostRecord {
  const used = new Set<string>();
  const tunnelled = new Set<string>();
  const refused = new Set<string>();
  return {
    used: (host) => keep(used, host),
    tunnelled: (host) => {
      keep(used, host);
      keep(tunnelled, host);
    },
    refused: (host, reason) => keep(refused, `${cut(host, 100)}: ${reason}`),
    hosts: () => ({ used: [...used], tunnelled: [...tunnelled], refused: [...refused] }),
  };
}

/** How the record names the host of an address. */
export function hostOf(address: URL): string {
  return address.host;
}

function keep(names: Set<string>, name: string): void {
  if (names.size < MOST_NAMES) names.add(cut(name, MOST_CHARACTERS));
}

/** One line of plain characters: names come from whoever asked. */
function cut(text: string, characters: number): string {
  const plain = text.replace(/[^\x20-\x7e]/g, "?");
  return plain.length <= characters ? plain : `${plain.slice(0, characters - 1)}…`;
}

/** What mirrors and tunnels are told about the gateway that they are a part of. */
import type { Registry } from "./gateway.ts";
import type { HostRecord } from "./host-record.ts";

export interface Place {
  registries: readonly Registry[];
  /** Hosts of `network.tunnel`. */
  tunnel: readonly string[];
  /** Whether registries answer and hosts are tunnelled now. */
  isOpen(): boolean;
  record: HostRecord;
}

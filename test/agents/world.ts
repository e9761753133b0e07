/** A gateway in front of a scripted model, for real agents. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { Gateway, GatewayLimits, Venue } from "../../src/runner/gateway/gateway.ts";
import { openGateway } from "../../src/runner/gateway/open-gateway.ts";
import type { Answer } from "./model-server/answer.ts";
import { startModelServer, type ModelServer } from "./model-server/model-server.ts";
import type { Voice } from "./voices.ts";

export const NO_LIMITS: GatewayLimits = { usd: 0, answers: null };
/** What only the gateway knows. */
export const KEY = "the-real-key";

/** Who serves the model, and what follows the host in its address. */
export interface At {
  venue: Venue;
  behind: string;
}

const AT_VENDOR: At = { venue: "vendor", behind: "" };

export interface World {
  model: ModelServer;
  gateway: Gateway;
  /** The gateway as the agent reaches it. */
  url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The gateway is at its socket, and at a port of loopback as inside a sandbox. */
export async function openWorld(
  voice: Voice,
  { answers, limits, at = AT_VENDOR }: { answers: Answer[]; limits: GatewayLimits; at?: At },
): Promise<World> {
  const model = await startModelServer(voice.dialect, answers);
  const folder = mkdtempSync(join(tmpdir(), "gza-"));
  chmodSync(folder, 0o700);
  const faults: unknown[] = [];
  const gateway = await openGateway({
    socket: join(folder, "s"),
    models: [
      {
        protocol: voice.protocol,
        base: `${model.url}${at.behind}`,
        venue: at.venue,
        credential: { kind: "key", value: KEY },
      },
    ],
    registries: [],
    tunnel: [],
    limits,
    isOpen: true,
    onFault: (fault) => faults.push(fault),
  });
  const bridge = createServer((client) => {
    const inner = createConnection(gateway.socket);
    client.pipe(inner).pipe(client);
    for (const socket of [client, inner]) socket.on("error", () => [client.destroy(), inner.destroy()]);
  });
  await new Promise<void>((resolve) => bridge.listen(0, "127.0.0.1", resolve));
  return {
    model,
    gateway,
    url: `http://127.0.0.1:${(bridge.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      bridge.close();
      await gateway.close();
      await model[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
      expect(faults).toEqual([]);
    },
  };
}

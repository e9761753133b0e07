/** A gateway for a test, and a client that asks it as programs inside a sandbox do: over its unix socket. */
import { mkdtemp, rm } from "node:fs/promises";
import { request, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished } from "vitest";
import type { Gateway, ModelAccess } from "../../../src/runner/gateway/gateway.ts";
import { openGateway, type GatewayOptions } from "../../../src/runner/gateway/open-gateway.ts";

export const NO_LIMITS = { usd: 0, answers: null };

export interface Asking {
  method?: string;
  path: string;
  headers?: Record<string, string | string[]>;
  body?: unknown;
}

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Ends with the test. */
export async function openTestGateway(
  models: readonly ModelAccess[],
  options: Partial<GatewayOptions> = {},
): Promise<Gateway> {
  const folder = await mkdtemp(join(tmpdir(), "gza-gateway-"));
  const faults: unknown[] = [];
  const gateway = await openGateway({
    socket: join(folder, "gateway.sock"),
    models,
    registries: [],
    tunnel: [],
    limits: NO_LIMITS,
    isOpen: true,
    onFault: (fault) => faults.push(fault),
    ...options,
  });
  onTestFinished(async () => {
    await gateway.close();
    await rm(folder, { recursive: true, force: true });
    expect(faults).toEqual([]);
  });
  return gateway;
}

/** A request that is on its way, to be hung up or read piece by piece. */
export function begin(
  gateway: Gateway,
  { method = "POST", path, headers = {}, body }: Asking,
): ClientRequest {
  const sent = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
  const asked = request({
    socketPath: gateway.socket,
    method,
    path,
    headers: {
      ...(sent === undefined
        ? {}
        : { "content-type": "application/json", "content-length": Buffer.byteLength(sent) }),
      ...headers,
    },
  });
  asked.end(sent);
  return asked;
}

export function headOf(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.on("response", resolve);
    asked.on("error", reject);
  });
}

export async function ask(gateway: Gateway, asking: Asking): Promise<Answered> {
  const response = await headOf(begin(gateway, asking));
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

export function anthropicAccess(base: string, kind: "key" | "login" = "key"): ModelAccess {
  return { protocol: "anthropic", base, venue: "vendor", credential: { kind, value: "real-anthropic-key" } };
}

export function openaiAccess(base: string): ModelAccess {
  return { protocol: "openai", base, venue: "vendor", credential: { kind: "key", value: "real-openai-key" } };
}

export function googleAccess(base: string): ModelAccess {
  return { protocol: "google", base, venue: "vendor", credential: { kind: "key", value: "real-google-key" } };
}

/** A small call of Anthropic's. */
export const MESSAGE: Asking = {
  path: "/anthropic/v1/messages",
  body: {
    model: "claude-sonnet-4-5",
    max_tokens: 1000,
    stream: true,
    messages: [{ role: "user", content: "Hi" }],
  },
};

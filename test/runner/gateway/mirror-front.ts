/** Servers on loopback for the tests of mirrors: a registry that answers as it is told, and the gateway's side of a mirror. */
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import type { Registry } from "../../../src/runner/gateway/gateway.ts";
import { openHostRecord, type HostRecord } from "../../../src/runner/gateway/host-record.ts";
import { openMirror } from "../../../src/runner/gateway/mirror.ts";
import { openIntercept } from "../../../src/runner/gateway/mirror-intercept.ts";
import { openMirrorUpstream, type MirrorUpstream } from "../../../src/runner/gateway/mirror-upstream.ts";
import { openTunnels } from "../../../src/runner/gateway/tunnel.ts";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface FakeRegistry {
  base: string;
  port: number;
  /** Each request that came, as `METHOD /path`. */
  asked: string[];
  requests: IncomingMessage[];
}

/** `pages`: what lies at a path, or how it is answered; all else is not there. */
export async function startRegistry(pages: Record<string, string | Buffer | Answer>): Promise<FakeRegistry> {
  const asked: string[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    requests.push(incoming);
    const page = pages[incoming.url ?? ""];
    if (typeof page === "function") return page(incoming, response);
    response.statusCode = page === undefined ? 404 : 200;
    response.end(page ?? "not there");
  });
  const port = await listen(server);
  return { base: `http://127.0.0.1:${port}`, port, asked, requests };
}

export interface Front {
  address: string;
  port: number;
  /** What a client must trust that goes to a registry's own host. */
  certificate: string | null;
  record: HostRecord;
  /** Sends a request just as it is written, and reads the answer. */
  ask(
    path: string,
    options?: AskOptions,
  ): Promise<{ status: number; body: string; headers: IncomingMessage["headers"] }>;
  setOpen(isOpen: boolean): void;
}

interface AskOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A gateway that has nothing but mirrors of these registries. `lying`: where the files of a host lie, for hosts that are none. */
export async function startMirror(
  registries: readonly Registry[],
  lying: Record<string, string> = {},
): Promise<Front> {
  let isOpen = true;
  const record = openHostRecord();
  const server = createServer();
  const port = await listen(server);
  const address = `http://127.0.0.1:${port}`;
  const place = { registries, tunnel: [], isOpen: () => isOpen, record };
  const mirror = openMirror(place, upstreamAt(lying));
  const intercept = openIntercept(place, mirror);
  const tunnels = openTunnels(place, { intercept });
  server.on(
    "request",
    (incoming: IncomingMessage, response: ServerResponse) => void mirror.answer(incoming, response),
  );
  server.on("connect", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    void tunnels.open(incoming, socket, head);
  });
  onTestFinished(() => {
    tunnels.close();
    mirror.close();
  });
  return {
    address,
    port,
    certificate: intercept.certificate,
    record,
    ask: (path, options) => send(port, path, options),
    setOpen: (open) => {
      isOpen = open;
    },
  };
}

/** The network's own way, but for some hosts: those lie on loopback. */
function upstreamAt(lying: Record<string, string>): MirrorUpstream {
  const upstream = openMirrorUpstream();
  return {
    close: () => upstream.close(),
    ask: (ask) => {
      const base = lying[ask.url.host];
      if (base === undefined) return upstream.ask(ask);
      const url = new URL(`${base}${ask.url.pathname}`);
      return upstream.ask({ ...ask, url, registry: { ...ask.registry, base } });
    },
  };
}

export function registry(kind: Registry["kind"], base: string, more: Partial<Registry> = {}): Registry {
  return { kind, mount: kind, base, authorization: null, ...more };
}

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    if ("closeAllConnections" in server && typeof server.closeAllConnections === "function")
      server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function send(
  port: number,
  path: string,
  { method = "GET", headers = {}, body }: AskOptions = {},
): ReturnType<Front["ask"]> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false });
    sent.on("error", reject);
    sent.on("response", (response) => {
      text(response).then(
        (answer) => resolve({ status: response.statusCode ?? 0, body: answer, headers: response.headers }),
        reject,
      );
    });
    sent.end(body);
  });
}

/** Opens the gateway: an HTTP server on a unix socket, outside the sandbox, which is all of the network that there is inside. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { openAccount } from "./account.ts";
import type { Gateway, GatewayLimits, ModelAccess, Registry } from "./gateway.ts";
import { openHostRecord } from "./host-record.ts";
import { callModel, type ModelDesk } from "./model-call.ts";
import { openIntercept } from "./mirror-intercept.ts";
import { openMirror } from "./mirror.ts";
import type { Place } from "./place.ts";
import { refuse } from "./refusal.ts";
import { openBodyMemory } from "./request-body.ts";
import { targetOf } from "./routes.ts";
import { openTunnels } from "./tunnel.ts";
import { openUpstream, UPSTREAM_PATIENCE, type UpstreamPatience } from "./upstream.ts";

export interface GatewayOptions {
  /** Where the unix socket will be; its path may have 107 bytes. */
  socket: string;
  /** The first of a protocol counts. */
  models: readonly ModelAccess[];
  registries: readonly Registry[];
  /** Hosts of `network.tunnel`. */
  tunnel: readonly string[];
  limits: GatewayLimits;
  isOpen: boolean;
  patience?: GatewayPatience;
  /** Told of a fault of the gateway itself, which answered 502 for it. */
  onFault(fault: unknown): void;
}

/** Milliseconds: until the head of a request is there, and all of it; how often that is looked at. */
export interface GatewayPatience extends UpstreamPatience {
  requestHead: number;
  wholeRequest: number;
  look: number;
}

const PATIENCE: GatewayPatience = {
  ...UPSTREAM_PATIENCE,
  requestHead: 30_000,
  wholeRequest: 120_000,
  look: 5000,
};
/** An idle connection of a client stays as long as clients keep theirs, so that none is closed as it is used again. */
const KEEP_ALIVE = 120_000;
const MOST_HEADER_BYTES = 64 * 1024;
const MOST_CONNECTIONS = 512;

/** Throws if the socket cannot be listened at. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const patience = options.patience ?? PATIENCE;
  const account = openAccount(options.limits);
  const record = openHostRecord();
  let { isOpen } = options;
  const place: Place = {
    registries: options.registries,
    tunnel: options.tunnel,
    isOpen: () => isOpen,
    record,
  };
  const upstream = openUpstream(patience);
  const models = await Promise.all(options.models.map(withPrices));
  const desk: ModelDesk = { models, account, memory: openBodyMemory(), upstream, record };
  const mirror = openMirror(place);
  const intercept = openIntercept(place, mirror);
  const tunnels = openTunnels(place, { intercept });
  const running = new Set<Promise<void>>();
  const server = createServer({
    maxHeaderSize: MOST_HEADER_BYTES,
    headersTimeout: patience.requestHead,
    requestTimeout: patience.wholeRequest,
    connectionsCheckingInterval: patience.look,
    keepAliveTimeout: KEEP_ALIVE,
    requireHostHeader: false,
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on("request", (request, response) => {
    const work = route(request, response)
      .catch((fault: unknown) => {
        options.onFault(fault);
        if (response.headersSent) response.destroy();
        else refuse(response, { protocol: null, status: 502, why: "it failed inside; see the step's log" });
      })
      .finally(() => running.delete(work));
    running.add(work);
  });
  server.on(
    "connect",
    (request: IncomingMessage, socket: Duplex, head: Buffer) => void tunnels.open(request, socket, head),
  );
  const sockets = socketsOf(server);
  await listen(server, options.socket);

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    if (!url.startsWith("/")) return refuseProxy(url, response);
    // A sandbox that is tried out looks only whether anybody is there.
    if (method === "GET" && url === "/") return void response.writeHead(204).end();
    if (url.startsWith("/registry/")) return mirror.answer(request, response);
    const target = targetOf(method, url);
    if (target.kind === "route") return callModel(desk, target, { request, response });
    const protocol = target.kind === "unknown" ? target.protocol : null;
    const shown = `${method} ${url.split("?")[0]}`.slice(0, 80);
    record.refused(protocol ?? "gateway", `${shown} is not passed on`);
    const why = `${shown} is not passed on; models and registries are all that can be reached here`;
    refuse(response, { protocol, status: 403, why });
  }

  /** `GET http://host/…`: whoever asks so takes the gateway for a proxy. */
  function refuseProxy(url: string, response: ServerResponse): void {
    const host = URL.parse(url)?.host ?? "?";
    record.refused(host, "plain requests are not passed on");
    const why = `${host} is not reached from here; models have their own base URLs, other hosts are named under network.tunnel`;
    refuse(response, { protocol: null, status: 403, why });
  }

  return {
    socket: options.socket,
    certificate: intercept.certificate,
    facts: () => ({ ...account.facts(), hosts: record.hosts() }),
    limit: (limits) => account.limit(limits),
    setOpen(next) {
      isOpen = next;
      // What was let out before may not stay out.
      if (!next) tunnels.close();
    },
    stopping: () => account.stopping(),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      tunnels.close();
      await Promise.allSettled(running);
      upstream.close();
      mirror.close();
    },
  };
}

/** The price list is long, and an attempt without a model does not wait for it. */
async function withPrices(access: ModelAccess): Promise<ModelDesk["models"][number]> {
  const { openPriceBook } = await import("./prices.ts");
  return { access, prices: openPriceBook(access) };
}

/** All connections, those of tunnels too, which a server forgets. */
function socketsOf(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return sockets;
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new Error(`the gateway cannot listen at ${path}; take a path that is free and short`, { cause }),
      ),
    );
    server.listen(path, () => resolve());
  });
}

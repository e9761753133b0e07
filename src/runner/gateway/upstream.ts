/** Sends a request to a model's provider and waits for the head of its answer; never follows where that points. */
import { request as plainRequest } from "node:http";
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { request as secureRequest } from "node:https";
import { openWaysOut } from "./way-out.ts";

export interface Upstream {
  /** Settles when the head of the answer is there, or never will be. Whoever takes an answer reads it or destroys it. */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
  close(): void;
}

export interface UpstreamRequest {
  url: URL;
  method: "GET" | "POST";
  headers: OutgoingHttpHeaders;
  body: Buffer | null;
  signal: AbortSignal;
}

export type UpstreamAnswer =
  | { kind: "answer"; response: IncomingMessage }
  /** No answer. `isSent`: the provider has the request and may have worked on it. */
  | { kind: "failed"; why: string; isSent: boolean };

/** Milliseconds: until there is a connection, until the head of an answer, and between two pieces of it. */
export interface UpstreamPatience {
  connect: number;
  head: number;
  idle: number;
}

const MINUTE = 60_000;
export const UPSTREAM_PATIENCE: UpstreamPatience = {
  connect: MINUTE / 2,
  head: 10 * MINUTE,
  idle: 10 * MINUTE,
};

export function openUpstream(patience: UpstreamPatience): Upstream {
  const ways = openWaysOut({ keepAlive: true });
  const sendOnce = (request: UpstreamRequest): Promise<UpstreamAnswer & { isStale: boolean }> =>
    new Promise((resolve) => {
      const { url, method, signal } = request;
      const isSecure = url.protocol === "https:";
      const options = { method, headers: headersOf(request), signal, agent: ways.agentFor(url) };
      const sent = isSecure ? secureRequest(url, options) : plainRequest(url, options);
      const deadline = openDeadline(sent);
      // Behind a proxy the socket comes only when it leads to the provider.
      deadline.begin(patience.connect, "could not be connected to");
      sent.on("socket", (socket) => {
        if (!socket.connecting) return deadline.begin(patience.head, "did not begin to answer");
        const ready = isSecure ? "secureConnect" : "connect";
        socket.once(ready, () => deadline.begin(patience.head, "did not begin to answer"));
      });
      sent.on("response", (response) => {
        deadline.end();
        sent.setTimeout(patience.idle, () => sent.destroy(new Error("the provider fell silent")));
        resolve({ kind: "answer", response, isStale: false });
      });
      sent.on("error", (error: NodeJS.ErrnoException) => {
        deadline.end();
        // An idle connection that the provider closes in the moment in which it is used again; it has read nothing then.
        const isStale = sent.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
        const why = error.code ?? error.message;
        resolve({ kind: "failed", why, isSent: sent.writableFinished && !isStale, isStale });
      });
      sent.end(request.body ?? undefined);
    });
  return {
    async send(request) {
      const first = await sendOnce(request);
      return first.isStale && !request.signal.aborted ? sendOnce(request) : first;
    },
    close() {
      ways.close();
    },
  };
}

function headersOf({ headers, body }: UpstreamRequest): OutgoingHttpHeaders {
  if (body === null) return headers;
  return { ...headers, "content-type": "application/json", "content-length": body.byteLength };
}

/** One running time at a time: beginning another ends the one before. */
function openDeadline(sent: ClientRequest): {
  begin(milliseconds: number, missed: string): void;
  end(): void;
} {
  let timer: NodeJS.Timeout | null = null;
  const end = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  return {
    begin(milliseconds, missed) {
      end();
      timer = setTimeout(
        () => sent.destroy(new Error(`${missed} within ${Math.ceil(milliseconds / 1000)} s`)),
        milliseconds,
      );
    },
    end,
  };
}

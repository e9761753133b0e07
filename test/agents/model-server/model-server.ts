/** A model on loopback that answers what a script says, in a vendor's own protocol, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Answer } from "./answer.ts";

/** How a vendor's protocol says an answer. */
export interface Dialect {
  /** Whether this asks for an answer of the model; everything else is remembered as `others`. */
  isModelCall(request: { method: string; path: string }): boolean;
  /** The whole answer as server-sent events, in parts. */
  events(answer: Told, asked: Asked): string[];
  /** The body of an error. */
  error(status: number, word: string): unknown;
  /** What is answered to other requests; undefined: 404. */
  other?(request: { method: string; path: string }): unknown;
}

export interface Asked extends Pick<Seen, "path" | "body"> {
  /** Counts from 1. */
  n: number;
}

export type Told = Exclude<Answer, { status: number } | { stall: true } | { broken: true } | { reset: true }>;

export interface Seen {
  /** When its last byte was there, in milliseconds as `Date.now()` gives them. */
  at: number;
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: unknown;
}

export interface ModelServer {
  /** Without a slash at the end. */
  url: string;
  /** Requests for an answer, in their order. */
  asked: Seen[];
  /** All other requests. */
  others: Seen[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** The last answer is repeated for ever. */
export async function startModelServer(dialect: Dialect, answers: readonly Answer[]): Promise<ModelServer> {
  const asked: Seen[] = [];
  const others: Seen[] = [];
  const server = createServer((request, response) => {
    void read(request).then((seen) => {
      if (!dialect.isModelCall(seen)) {
        others.push(seen);
        return sendOther(response, dialect.other?.(seen));
      }
      asked.push(seen);
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      if (answer === undefined) return response.destroy();
      return send(response, { dialect, answer, asked: { ...seen, n: asked.length } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    others,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(request: IncomingMessage): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  const { method = "", url = "", headers } = request;
  return {
    at: Date.now(),
    method,
    path: url.split("?")[0] ?? "",
    headers,
    body: text === "" ? null : JSON.parse(text),
  };
}

function sendOther(response: ServerResponse, body: unknown): void {
  response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(body ?? {}));
}

function send(
  response: ServerResponse,
  { dialect, answer, asked }: { dialect: Dialect; answer: Answer; asked: Asked },
): void {
  if ("reset" in answer) return void response.destroy();
  if ("status" in answer) {
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    return void response.end(JSON.stringify(dialect.error(answer.status, answer.word ?? "api_error")));
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  if ("stall" in answer || "broken" in answer) {
    const [first = ""] = dialect.events({ text: "I begin." }, asked);
    return void response.write(first, () => {
      if ("broken" in answer) response.destroy();
    });
  }
  for (const event of dialect.events(answer, asked)) response.write(event);
  response.end();
}

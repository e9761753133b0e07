/** A model provider on loopback that answers what a test tells it to, in the bytes that the vendors' own servers send. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

export interface Received {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export type Answer = (response: ServerResponse, received: Received) => unknown;

export interface ScriptedUpstream {
  base: string;
  /** Whole requests, as they came. */
  received: Received[];
  /** Answers to come, one for each request; the last one stays. */
  answers: Answer[];
  stop(): Promise<void>;
}

/** Ends with the test, unless it is stopped before. */
export async function startUpstream(...answers: Answer[]): Promise<ScriptedUpstream> {
  const upstream = await openUpstreamServer(...answers);
  onTestFinished(() => upstream.stop());
  return upstream;
}

export async function openUpstreamServer(...answers: Answer[]): Promise<ScriptedUpstream> {
  const received: Received[] = [];
  const queue = [...answers];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const one = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
    received.push(one);
    const answer = queue.length > 1 ? queue.shift() : queue[0];
    await answer?.(response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}`,
    received,
    answers: queue,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };
}

export function stream(...events: string[]): Answer {
  return (response) => {
    beginStream(response);
    response.end(events.join(""));
  };
}

export function beginStream(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  response.flushHeaders();
}

/** One server-sent event. Anthropic and OpenAI's Responses name the type of each; the others send data alone. */
export function event(data: object, isNamed = true): string {
  const name = isNamed && "type" in data ? `event: ${String(data.type)}\n` : "";
  return `${name}data: ${JSON.stringify(data)}\n\n`;
}

/** Anthropic's stream. `usage`: of the first event; `last`: of the one that ends the message. */
export function messages(options: {
  model?: string;
  usage: object;
  last: object;
  text?: string;
  stop?: string;
}): string[] {
  const {
    model = "claude-sonnet-4-5-20250929",
    usage,
    last,
    text: said = "Hello",
    stop = "end_turn",
  } = options;
  const message = { id: "msg_1", type: "message", role: "assistant", model, content: [], stop_reason: null };
  return [
    event({ type: "message_start", message: { ...message, usage } }),
    event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
    event({ type: "ping" }),
    event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: said } }),
    event({ type: "content_block_stop", index: 0 }),
    event({ type: "message_delta", delta: { stop_reason: stop, stop_sequence: null }, usage: last }),
    event({ type: "message_stop" }),
  ];
}

/** OpenAI's Responses stream. */
export function responses({ model = "gpt-5.1-codex", usage }: { model?: string; usage: object }): string[] {
  const response = { id: "resp_1", object: "response", model, usage: null, error: null };
  return [
    event({ type: "response.created", sequence_number: 0, response }),
    event({ type: "response.output_text.delta", sequence_number: 1, delta: "Hello" }),
    event({ type: "response.completed", sequence_number: 2, response: { ...response, usage } }),
  ];
}

/** OpenAI's Chat Completions stream, with the figures that only come where they are asked for. */
export function chat({ model = "gpt-5.1", usage }: { model?: string; usage: object }): string[] {
  const chunk = { id: "c1", object: "chat.completion.chunk", model };
  return [
    event({ ...chunk, choices: [{ index: 0, delta: { role: "assistant", content: "Hel" } }], usage: null }),
    event({
      ...chunk,
      choices: [{ index: 0, delta: { content: "lo" }, finish_reason: "stop" }],
      usage: null,
    }),
    event({ ...chunk, choices: [], usage }),
    "data: [DONE]\n\n",
  ];
}

/** Google's stream: the figures of each event are those so far. */
export function generate({ model = "gemini-2.5-pro", usage }: { model?: string; usage: object }): string[] {
  const content = { role: "model", parts: [{ text: "Hello" }] };
  return [
    event({ candidates: [{ content }], usageMetadata: { promptTokenCount: 3 }, modelVersion: model }),
    event({ candidates: [{ content, finishReason: "STOP" }], usageMetadata: usage, modelVersion: model }),
  ];
}

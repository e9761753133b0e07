/** How Anthropic's Messages API says an answer. */
import { z } from "zod";
import { sse, USAGE } from "./answer.ts";
import type { Dialect, Told } from "./model-server.ts";

/** Vertex has the model's name in the address. */
const AT_VERTEX = /\/models\/([^/]+):streamRawPredict$/;
const Asked = z.looseObject({ model: z.string().default("") });

export const ANTHROPIC: Dialect = {
  isModelCall: ({ method, path }) =>
    method === "POST" && (path.endsWith("/v1/messages") || AT_VERTEX.test(path)),
  events: (answer, { n, body, path }) =>
    eventsOf(answer, { n, model: AT_VERTEX.exec(path)?.[1] ?? Asked.parse(body).model }),
  error: (_, word) => ({ type: "error", error: { type: word, message: "As the script says." } }),
  other: ({ path }) => (path.endsWith("/count_tokens") ? { input_tokens: 1 } : undefined),
};

function eventsOf(answer: Told, { n, model }: { n: number; model: string }): string[] {
  const { input, cached = 0, output } = ("usage" in answer ? answer.usage : undefined) ?? USAGE;
  const usage = {
    input_tokens: input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: 1,
  };
  const message = {
    id: `msg_${n}`,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  const blocks = "refusal" in answer ? [] : blocksOf(answer, n);
  const calls = "calls" in answer ? (answer.calls ?? []) : [];
  const stop = "refusal" in answer ? "refusal" : calls.length > 0 ? "tool_use" : "end_turn";
  return [
    sse({ type: "message_start", message }, "message_start"),
    ...blocks.flatMap((block, index) => blockEvents(block, index)),
    sse(
      {
        type: "message_delta",
        delta: { stop_reason: stop, stop_sequence: null },
        usage: { output_tokens: output },
      },
      "message_delta",
    ),
    sse({ type: "message_stop" }, "message_stop"),
  ];
}

type Block = { type: "text"; text: string } | { type: "tool_use"; id: string; name: string; input: unknown };

function blocksOf(answer: Exclude<Told, { refusal: string }>, n: number): Block[] {
  const { text, calls = [] } = answer;
  return [
    ...(text === undefined ? [] : [{ type: "text" as const, text }]),
    ...calls.map(({ name, input }, index) => ({
      type: "tool_use" as const,
      id: `toolu_${n}_${index}`,
      name,
      input,
    })),
  ];
}

function blockEvents(block: Block, index: number): string[] {
  const start = block.type === "text" ? { ...block, text: "" } : { ...block, input: {} };
  const delta =
    block.type === "text"
      ? { type: "text_delta", text: block.text }
      : { type: "input_json_delta", partial_json: JSON.stringify(block.input) };
  return [
    sse({ type: "content_block_start", index, content_block: start }, "content_block_start"),
    sse({ type: "content_block_delta", index, delta }, "content_block_delta"),
    sse({ type: "content_block_stop", index }, "content_block_stop"),
  ];
}

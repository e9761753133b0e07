/** How OpenAI's Responses API says an answer. */
import { z } from "zod";
import { sse, USAGE } from "./answer.ts";
import type { Dialect, Told } from "./model-server.ts";

const Asked = z.looseObject({ model: z.string().default("") });

export const OPENAI_RESPONSES: Dialect = {
  isModelCall: ({ method, path }) => method === "POST" && path.endsWith("/responses"),
  events: (answer, { n, body }) => eventsOf(answer, { n, model: Asked.parse(body).model }),
  error: (_, word) => ({ error: { type: word, code: word, message: "As the script says." } }),
};

function eventsOf(answer: Told, { n, model }: { n: number; model: string }): string[] {
  const { input, cached = 0, output } = ("usage" in answer ? answer.usage : undefined) ?? USAGE;
  const usage = {
    input_tokens: input + cached,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + cached + output,
  };
  const response = { id: `resp_${n}`, object: "response", model, status: "in_progress", output: [] };
  const items = itemsOf(answer, n);
  return [
    sse({ type: "response.created", response }, "response.created"),
    ...items.flatMap((item, index) => [
      sse(
        { type: "response.output_item.added", output_index: index, item: { ...item, status: "in_progress" } },
        "response.output_item.added",
      ),
      sse({ type: "response.output_item.done", output_index: index, item }, "response.output_item.done"),
    ]),
    sse(
      { type: "response.completed", response: { ...response, status: "completed", output: items, usage } },
      "response.completed",
    ),
  ];
}

function itemsOf(answer: Told, n: number): Record<string, unknown>[] {
  if ("refusal" in answer) return [message(n, { type: "refusal", refusal: answer.refusal })];
  const { text, calls = [] } = answer;
  return [
    ...(text === undefined ? [] : [message(n, { type: "output_text", text, annotations: [] })]),
    ...calls.map(({ name, input }, index) => {
      const ids = { id: `fc_${n}_${index}`, call_id: `call_${n}_${index}`, name, status: "completed" };
      return typeof input === "string"
        ? { type: "custom_tool_call", ...ids, input }
        : { type: "function_call", ...ids, arguments: JSON.stringify(input) };
    }),
  ];
}

function message(n: number, content: Record<string, unknown>): Record<string, unknown> {
  return { type: "message", id: `msg_${n}`, role: "assistant", status: "completed", content: [content] };
}

/** How Google's Gemini API says an answer. */
import { sse, USAGE } from "./answer.ts";
import type { Dialect, Told } from "./model-server.ts";

const CALL = /\/models\/([^/:]+):(?:streamGenerateContent|generateContent)$/;

export const GOOGLE: Dialect = {
  isModelCall: ({ method, path }) => method === "POST" && CALL.test(path),
  events: (answer, { n }) => [sse(part(answer, n), null), sse(end(answer), null)],
  error: (status, word) => ({ error: { code: status, message: "As the script says.", status: word } }),
  other: ({ path }) => (path.endsWith(":countTokens") ? { totalTokens: 1 } : undefined),
};

function part(answer: Told, n: number): Record<string, unknown> {
  if ("refusal" in answer) return { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } };
  const { text, calls = [] } = answer;
  const parts = [
    ...(text === undefined ? [] : [{ text }]),
    ...calls.map(({ name, input }, index) => ({
      functionCall: { id: `call_${n}_${index}`, name, args: input },
    })),
  ];
  return { responseId: `resp_${n}`, candidates: [{ index: 0, content: { role: "model", parts } }] };
}

function end(answer: Told): Record<string, unknown> {
  const { input, cached = 0, output } = ("usage" in answer ? answer.usage : undefined) ?? USAGE;
  const usageMetadata = {
    promptTokenCount: input + cached,
    cachedContentTokenCount: cached,
    candidatesTokenCount: output,
    totalTokenCount: input + cached + output,
  };
  if ("refusal" in answer) return { usageMetadata };
  const content = { role: "model", parts: [{ text: "" }] };
  return { candidates: [{ index: 0, content, finishReason: "STOP" }], usageMetadata };
}

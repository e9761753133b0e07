/** Reads the body of a request to a model and judges it; what goes out afterwards is what was judged, not what was sent. */
import { z } from "zod";
import type { Shape } from "./answer.ts";
import { fieldsOf } from "./body-fields.ts";
import { bodyFault, modelFault } from "./body-rules.ts";
import { fieldsAt } from "./cloud.ts";
import type { Protocol, Venue } from "./gateway.ts";
import type { Asked } from "./prices.ts";

export type ModelRequest =
  | {
      kind: "request";
      body: Buffer;
      asked: Asked;
      /** Names of fields that do not go on. */
      dropped: string[];
    }
  /** It is no request that the provider could read. */
  | { kind: "unreadable"; why: string }
  /** It asks for what would let data leave. */
  | { kind: "refused"; why: string };

/** What is known of a request beside its body. */
export interface ModelPath {
  protocol: Protocol;
  venue: Venue;
  isAnswer: boolean;
  shape: Shape;
  model: string | null;
  isStream: boolean;
  isWide: boolean;
}

/** Tokens of an answer that a model can give today, and where a request names no bound: Anthropic wants one, OpenAI knows none. */
const MOST_OUTPUT = 128_000;
const USUAL_OUTPUT: Record<Shape, number> = {
  messages: 32_000,
  responses: MOST_OUTPUT,
  chat: MOST_OUTPUT,
  generate: 65_536,
};

/** Keys of pictures, sound and documents in a request, whose tokens their bytes do not tell. In texts such words have other quotes around them. */
const MEDIA = /"(?:media_type|mimeType|mime_type|image_url|video_url|input_audio|file_data)":/;

const Json = z.record(z.string(), z.unknown());
const Amount = z.number().positive().nullish().catch(null);
const Name = z.string().min(1).max(200).nullish().catch(null);
const Generation = z
  .object({
    maxOutputTokens: Amount,
    max_output_tokens: Amount,
    candidateCount: Amount,
    candidate_count: Amount,
  })
  .partial()
  .nullish()
  .catch(null);
const Bounds = z.object({
  model: Name,
  max_tokens: Amount,
  max_completion_tokens: Amount,
  max_output_tokens: Amount,
  n: Amount,
  stream: z.boolean().nullish().catch(null),
  stream_options: Json.nullish().catch(null),
  generationConfig: Generation,
  generation_config: Generation,
});

/**
 * `isStream`: the path says so. `model`: as the path names it, else the body does. A body is written anew from what was read, for the same name twice in it could mean
 * one thing here and another there. Nothing is kept at OpenAI (`store`), and a stream of Chat Completions tells what it used.
 */
export function readModelRequest(
  text: string,
  { protocol, venue, isAnswer, shape, model, isStream, isWide }: ModelPath,
): ModelRequest {
  const json = parseJson(text);
  if (json === null) return { kind: "unreadable", why: "its body is not a JSON object" };
  const bounds = Bounds.parse(json);
  const named = model ?? bounds.model ?? null;
  if (named === null) return { kind: "unreadable", why: "it names no model" };
  const fault = modelFault(named) ?? faultIn(protocol, json);
  if (fault !== null) return { kind: "refused", why: `it asks for ${fault}` };
  const { kept, dropped } = fieldsOf(protocol, json);
  const served = fieldsAt(venue, { protocol, isAnswer, model: named });
  const body = writeJson({ ...kept, ...changes(shape, json, bounds), ...served });
  if (body === null) return { kind: "unreadable", why: "its body is nested too deeply" };
  return {
    kind: "request",
    body,
    dropped,
    asked: {
      model: named,
      bytes: body.byteLength,
      hasMedia: MEDIA.test(body.toString()),
      isWide,
      mostOutput: mostOutput(shape, bounds),
      isStream: isStream || bounds.stream === true,
    },
  };
}

/** Google counts the tokens of a whole request inside the request, in either way of writing. */
function faultIn(protocol: Protocol, json: Record<string, unknown>): string | null {
  const inner = [json["generateContentRequest"], json["generate_content_request"]].flatMap((one) => {
    const parsed = Json.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
  for (const one of [json, ...inner]) {
    const fault = bodyFault(protocol, one);
    if (fault !== null) return fault;
  }
  return null;
}

function changes(
  shape: Shape,
  json: Record<string, unknown>,
  bounds: z.infer<typeof Bounds>,
): Record<string, unknown> {
  if (shape === "responses") return { store: false };
  if (shape !== "chat") return {};
  return {
    ...("store" in json ? { store: false } : {}),
    ...(bounds.stream === true ? { stream_options: { ...bounds.stream_options, include_usage: true } } : {}),
  };
}

/** Of several names for one bound the highest counts: which of them the provider reads is not known here. */
function mostOutput(shape: Shape, bounds: z.infer<typeof Bounds>): number {
  const generations = [bounds.generationConfig, bounds.generation_config];
  const tokens = [
    bounds.max_output_tokens,
    bounds.max_completion_tokens,
    bounds.max_tokens,
    ...generations.flatMap((one) => [one?.maxOutputTokens, one?.max_output_tokens]),
  ];
  const answers = [bounds.n, ...generations.flatMap((one) => [one?.candidateCount, one?.candidate_count])];
  const most = (named: (number | null | undefined)[], usual: number): number =>
    Math.min(Math.max(...named.map((one) => one ?? 0)) || usual, MOST_OUTPUT);
  return most(tokens, USUAL_OUTPUT[shape]) * most(answers, 1);
}

function parseJson(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** null: it is nested deeper than the stack is. */
function writeJson(value: Record<string, unknown>): Buffer | null {
  try {
    return Buffer.from(JSON.stringify(value));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** What an answer of a model says of itself, event by event: who answered, what was used, whether it came to its end. */
import { z } from "zod";

/** How requests and answers of a call are shaped; one protocol can have several. */
export type Shape = "messages" | "responses" | "chat" | "generate";

export interface Seen {
  /** The model that answered; null: not said yet. */
  model: string | null;
  /** The provider's own usage object, as far as it is known; null: nothing yet. */
  usage: Record<string, unknown> | null;
  /** The figures are final. */
  isWhole: boolean;
  /** Of text, thoughts and calls of tools in pieces so far. */
  characters: number;
  /** The provider's word for why it broke off in the middle. */
  error: string | null;
  isRefusal: boolean;
}

export const NOTHING_SEEN: Seen = {
  model: null,
  usage: null,
  isWhole: false,
  characters: 0,
  error: null,
  isRefusal: false,
};

const Text = z.string().nullish().catch(null);
const Usage = z.record(z.string(), z.unknown()).nullish().catch(null);
const ErrorWord = z
  .object({ type: Text, code: z.union([z.string(), z.number()]).nullish().catch(null), status: Text })
  .nullish()
  .catch(null);

const MessagesEvent = z.object({
  type: Text,
  message: z.object({ model: Text, usage: Usage }).nullish().catch(null),
  delta: z.looseObject({ stop_reason: Text }).nullish().catch(null),
  model: Text,
  usage: Usage,
  stop_reason: Text,
  error: ErrorWord,
});
const Response = z.object({ model: Text, usage: Usage, error: ErrorWord });
const ResponsesEvent = Response.extend({
  type: Text,
  object: Text,
  delta: Text,
  response: Response.nullish().catch(null),
});
const ChatEvent = Response.extend({
  choices: z
    .array(z.object({ delta: z.looseObject({}).nullish().catch(null) }))
    .nullish()
    .catch(null),
});
const GenerateEvent = z.object({
  modelVersion: Text,
  usageMetadata: Usage,
  candidates: z
    .array(z.object({ finishReason: Text, content: z.unknown().optional() }))
    .nullish()
    .catch(null),
  promptFeedback: z.object({ blockReason: Text }).nullish().catch(null),
  error: ErrorWord,
});

const READERS: Record<Shape, (seen: Seen, event: unknown) => Seen> = {
  messages: readMessages,
  responses: readResponses,
  chat: readChat,
  generate: readGenerate,
};

/** What is known after one more event of a stream, or after the one object of an answer that is no stream. */
export function readEvent(shape: Shape, seen: Seen, event: unknown): Seen {
  return READERS[shape](seen, event);
}

/** Anthropic: the first event has the input, later ones repeat and correct it; the last has the output. */
function readMessages(seen: Seen, event: unknown): Seen {
  const parsed = MessagesEvent.safeParse(event);
  if (!parsed.success) return seen;
  const { type, message, delta, error } = parsed.data;
  if (type === "message_start")
    return { ...seen, model: message?.model ?? null, usage: message?.usage ?? null };
  if (type === "content_block_delta") return { ...seen, characters: seen.characters + sizeOf(delta) };
  // Clouds put theirs in between in a shape of their own.
  if (type === "error" || (error !== null && error !== undefined)) return { ...seen, error: wordOf(error) };
  if (type !== "message" && type !== "message_delta") return seen;
  const reason = delta?.stop_reason ?? parsed.data.stop_reason ?? null;
  return {
    ...seen,
    model: parsed.data.model ?? seen.model,
    usage: over(seen.usage, parsed.data.usage),
    isWhole: seen.isWhole || (reason !== null && typeof parsed.data.usage?.["output_tokens"] === "number"),
    isRefusal: seen.isRefusal || reason === "refusal",
  };
}

/** OpenAI's Responses: only the last event has figures. */
function readResponses(seen: Seen, event: unknown): Seen {
  const parsed = ResponsesEvent.safeParse(event);
  if (!parsed.success) return seen;
  const { type, object, delta, response } = parsed.data;
  if (object === "response") return withTotals(seen, parsed.data);
  if (typeof delta === "string") return { ...seen, characters: seen.characters + delta.length };
  if (type === "error") return { ...seen, error: wordOf(parsed.data.error) ?? "error" };
  if (response === null || response === undefined) return seen;
  return withTotals(seen, response);
}

/** OpenAI's Chat Completions: one event more than the text has the figures, if they were asked for. */
function readChat(seen: Seen, event: unknown): Seen {
  const parsed = ChatEvent.safeParse(event);
  if (!parsed.success) return seen;
  const pieces = (parsed.data.choices ?? []).reduce((sum, { delta }) => sum + sizeOf(delta), 0);
  return { ...withTotals(seen, parsed.data), characters: seen.characters + pieces };
}

/** Google: each event has the figures so far. */
function readGenerate(seen: Seen, event: unknown): Seen {
  const parsed = GenerateEvent.safeParse(event);
  if (!parsed.success) return seen;
  const { modelVersion, usageMetadata, candidates, promptFeedback, error } = parsed.data;
  const usage = over(seen.usage, usageMetadata);
  const isOver = promptFeedback?.blockReason || (candidates ?? []).some(({ finishReason }) => finishReason);
  return {
    ...seen,
    model: modelVersion ?? seen.model,
    usage,
    isWhole: seen.isWhole || (Boolean(isOver) && usage !== null),
    characters: seen.characters + (candidates ?? []).reduce((sum, { content }) => sum + sizeOf(content), 0),
    error: wordOf(error) ?? seen.error,
  };
}

function withTotals(seen: Seen, { model, usage, error }: z.infer<typeof Response>): Seen {
  return {
    ...seen,
    model: model ?? seen.model,
    usage: usage ?? seen.usage,
    isWhole: seen.isWhole || (usage !== null && usage !== undefined),
    error: wordOf(error) ?? seen.error,
  };
}

/** What is told later counts, except that nothing is forgotten. */
function over(
  before: Record<string, unknown> | null,
  told: Record<string, unknown> | null | undefined,
): Record<string, unknown> | null {
  if (told === null || told === undefined) return before;
  const known = Object.entries(told).filter(([, value]) => value !== null);
  return { ...before, ...Object.fromEntries(known) };
}

/** Characters of all texts inside. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, inner) => sum + sizeOf(inner), 0);
}

function wordOf(error: z.infer<typeof ErrorWord>): string | null {
  if (error === null || error === undefined) return null;
  return typeof error.code === "string" ? error.code : (error.status ?? error.type ?? "error");
}

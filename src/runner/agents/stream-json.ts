/** Reads, while it arrives, the stream of JSON lines that Claude Code prints with `--output-format stream-json --verbose`. */
import { z } from "zod";
import { fingerprint } from "./fingerprint.ts";
import { SYNTHETIC, takeSigns } from "./provider-signs.ts";
import {
  blankState,
  countTool,
  parseLine,
  readState,
  SessionId as Id,
  type StreamEars,
  type StreamReader,
  type StreamState,
  type ToolEvent,
} from "./stream.ts";

const Tokens = z.object({
  input_tokens: z.number().int().nonnegative().default(0),
  cache_creation_input_tokens: z.number().int().nonnegative().nullish(),
  cache_read_input_tokens: z.number().int().nonnegative().nullish(),
  output_tokens: z.number().int().nonnegative().default(0),
});
type Tokens = z.infer<typeof Tokens>;

const Block = z.looseObject({ type: z.string() });
const TextBlock = z.object({ type: z.literal("text"), text: z.string() });
const ToolUse = z.object({
  type: z.literal("tool_use"),
  id: z.string(),
  name: z.string(),
  input: z.unknown().optional(),
});
const ToolResult = z.object({
  type: z.literal("tool_result"),
  tool_use_id: z.string(),
  content: z.unknown().optional(),
  is_error: z.boolean().nullish(),
});
const SessionId = Id.nullable().catch(null);

const Line = z.looseObject({ type: z.string() });
const Init = z.object({
  subtype: z.literal("init"),
  session_id: SessionId,
  model: z.string().default(""),
  claude_code_version: z.string().default(""),
});
const Assistant = z.object({
  parent_tool_use_id: z.string().nullish(),
  message: z.object({
    id: z.string(),
    model: z.string().nullish(),
    content: z.array(Block),
    usage: Tokens.nullish(),
  }),
});
const User = z.object({ message: z.object({ content: z.union([z.string(), z.array(Block)]) }) });
const Result = z.object({
  subtype: z.string(),
  is_error: z.boolean().default(false),
  result: z.string().nullish(),
  session_id: SessionId.optional(),
  total_cost_usd: z.number().nonnegative().nullish(),
  usage: Tokens.nullish(),
});

/**
 * Answers of the model come as several lines with one id. The result's own `num_turns` is one higher when `--max-turns` ended it, and
 * errors that Claude Code shows as answers are none: those are no turns here.
 */
export function readStream(ears: StreamEars = {}): StreamReader {
  const state = blankState();
  const onTool = ears.onTool ?? (() => undefined);
  const reading: Reading = { state, answers: new Set(), usages: new Map(), settled: [], onTool };
  return readState(reading.state, ears, (line) => takeLine(reading, line));
}

interface Reading {
  state: StreamState;
  /** Ids of all answers. */
  answers: Set<string>;
  /** The newest usage of every answer since the last result. */
  usages: Map<string, Tokens>;
  /** Usages of the results: each counts what came since the one before. */
  settled: Tokens[];
  onTool: (event: ToolEvent) => void;
}

/** Whether the line could be read; messages of an unknown type can, and mean nothing here. */
function takeLine(reading: Reading, text: string): boolean {
  const line = Line.safeParse(parseLine(text));
  if (!line.success) return false;
  const { state } = reading;
  const { type } = line.data;
  state.provider = takeSigns(state.provider, line.data);
  if (type === "system") return line.data["subtype"] !== "init" || takeInit(state, line.data);
  if (type === "assistant") return takeAssistant(reading, line.data);
  if (type === "user") return takeUser(reading, line.data);
  if (type === "result") return takeResult(reading, line.data);
  return true;
}

function takeInit(state: StreamState, value: unknown): boolean {
  const init = Init.safeParse(value);
  if (!init.success) return false;
  state.session = init.data.session_id;
  state.model = init.data.model;
  state.version = init.data.claude_code_version;
  return true;
}

function takeAssistant(reading: Reading, value: unknown): boolean {
  const { state, answers, usages, settled, onTool } = reading;
  const parsed = Assistant.safeParse(value);
  if (!parsed.success) return false;
  const { message, parent_tool_use_id: parent } = parsed.data;
  if (message.model === SYNTHETIC) return true;
  if (!answers.has(message.id)) {
    answers.add(message.id);
    state.requests += 1;
    // Lines of a sub-agent name the call that started it; its answers are no turns of the agent's own.
    if (typeof parent !== "string") state.turns += 1;
  }
  usages.set(message.id, message.usage ?? usages.get(message.id) ?? Tokens.parse({}));
  state.tokens = sumTokens([...settled, ...usages.values()]);
  for (const block of message.content) {
    const text = TextBlock.safeParse(block);
    if (text.success) state.lastWords = text.data.text;
    const use = ToolUse.safeParse(block);
    if (!use.success) continue;
    const { id, name, input } = use.data;
    state.openTools.add(id);
    countTool(state, name);
    onTool({ event: "call", id, name, input, from: { answer: message.id, parent: parent ?? null } });
  }
  return true;
}

function takeUser({ state, onTool }: Reading, value: unknown): boolean {
  const parsed = User.safeParse(value);
  if (!parsed.success) return false;
  const { content } = parsed.data.message;
  if (typeof content === "string") return true;
  for (const block of content) {
    const result = ToolResult.safeParse(block);
    if (!result.success) continue;
    const { tool_use_id: id, content: output, is_error: isError } = result.data;
    state.openTools.delete(id);
    onTool({ event: "result", id, text: textOf(output), isError: isError ?? false });
  }
  return true;
}

/** A tool's output is a text or a list of blocks; of what is no text, an image, a fingerprint will do. */
function textOf(output: unknown): string {
  if (typeof output === "string") return output;
  const blocks = z.array(Block).safeParse(output);
  if (!blocks.success) return output === undefined ? "" : fingerprint(output);
  return blocks.data.map((block) => TextBlock.safeParse(block).data?.text ?? fingerprint(block)).join("\n");
}

function takeResult({ state, usages, settled }: Reading, value: unknown): boolean {
  const parsed = Result.safeParse(value);
  if (!parsed.success) return false;
  const { subtype, is_error: isError, result, session_id: session, total_cost_usd: usd, usage } = parsed.data;
  state.result = { subtype, isError, text: result ?? "" };
  if (typeof session === "string") state.session = session;
  if (typeof usd === "number") state.usd = usd;
  if (usage) {
    settled.push(usage);
    usages.clear();
    state.tokens = sumTokens(settled);
  }
  state.openTools.clear();
  return true;
}

function sumTokens(all: readonly Tokens[]): StreamState["tokens"] {
  const sum = { input: 0, cached: 0, output: 0 };
  for (const tokens of all) {
    sum.input += tokens.input_tokens + (tokens.cache_creation_input_tokens ?? 0);
    sum.cached += tokens.cache_read_input_tokens ?? 0;
    sum.output += tokens.output_tokens;
  }
  return sum;
}

/** Reads, while it arrives, the stream of JSON lines that Claude Code prints with `--output-format stream-json --verbose`. */
import { z } from "zod";

/** What is known of a run so far. Tokens and dollars are of the whole run. */
export interface StreamState {
  session: string | null;
  model: string;
  version: string;
  /** Answers of the model in the main conversation; an answer comes as several lines with one id. */
  turns: number;
  /** Answers of the model in all, those of sub-agents too. */
  requests: number;
  tools: Record<string, number>;
  tokens: { input: number; cached: number; output: number };
  /** US dollars; null: the agent names no price. */
  usd: number | null;
  /** Text of the newest answer. */
  lastWords: string;
  /** Ids of the tool calls without an answer. */
  openTools: Set<string>;
  result: StreamResult | null;
  /** Lines that are no JSON, no message of a known shape, or too long. */
  broken: number;
}

export interface StreamResult {
  /** `success`, `error_max_turns`, `error_during_execution`, …: new ones come with new versions. */
  subtype: string;
  isError: boolean;
  text: string;
}

export interface StreamReader {
  readonly state: StreamState;
  /** Takes the next bytes; a chunk may end anywhere, even inside a character. */
  push(chunk: Uint8Array): void;
  /** Says that nothing comes any more: what stands without a line break is a line too. */
  end(): void;
}

/** Longer lines are counted as broken and let go (a tool's output can be large, but not that large). */
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;
const MAX_TOOL_NAMES = 200;

const Tokens = z.object({
  input_tokens: z.number().int().nonnegative().default(0),
  cache_creation_input_tokens: z.number().int().nonnegative().nullish(),
  cache_read_input_tokens: z.number().int().nonnegative().nullish(),
  output_tokens: z.number().int().nonnegative().default(0),
});
type Tokens = z.infer<typeof Tokens>;

const Block = z.looseObject({ type: z.string() });
const TextBlock = z.object({ type: z.literal("text"), text: z.string() });
const ToolUse = z.object({ type: z.literal("tool_use"), id: z.string(), name: z.string() });
const ToolResult = z.object({ type: z.literal("tool_result"), tool_use_id: z.string() });

const Line = z.looseObject({ type: z.string() });
const Init = z.object({
  subtype: z.literal("init"),
  session_id: z.string(),
  model: z.string().default(""),
  claude_code_version: z.string().default(""),
});
const Assistant = z.object({
  parent_tool_use_id: z.string().nullish(),
  message: z.object({ id: z.string(), content: z.array(Block), usage: Tokens.nullish() }),
});
const User = z.object({ message: z.object({ content: z.union([z.string(), z.array(Block)]) }) });
const Result = z.object({
  subtype: z.string(),
  is_error: z.boolean().default(false),
  result: z.string().nullish(),
  session_id: z.string().nullish(),
  total_cost_usd: z.number().nonnegative().nullish(),
  usage: Tokens.nullish(),
});

/** `onLine` hears of every whole line, after the state has taken it in. */
export function readStream(onLine: (line: string) => void = () => undefined): StreamReader {
  const state: StreamState = {
    session: null,
    model: "",
    version: "",
    turns: 0,
    requests: 0,
    tools: {},
    tokens: { input: 0, cached: 0, output: 0 },
    usd: null,
    lastWords: "",
    openTools: new Set(),
    result: null,
    broken: 0,
  };
  const usages = new Map<string, Tokens>();
  const decoder = new TextDecoder();
  let rest = "";
  let overlong = false;

  const finishLine = (line: string): void => {
    if (overlong || line.length > MAX_LINE_CHARACTERS) state.broken += 1;
    else if (line.trim() !== "" && !takeLine(state, usages, line)) state.broken += 1;
    overlong = false;
    onLine(line);
  };
  const take = (text: string): void => {
    const lines = text.split("\n");
    for (const [index, piece] of lines.entries()) {
      if (!overlong) rest += piece;
      if (rest.length > MAX_LINE_CHARACTERS) {
        overlong = true;
        rest = "";
      }
      if (index === lines.length - 1) return;
      finishLine(rest);
      rest = "";
    }
  };
  return {
    state,
    push: (chunk) => take(decoder.decode(chunk, { stream: true })),
    end: () => {
      take(decoder.decode());
      if (rest !== "" || overlong) finishLine(rest);
      rest = "";
    },
  };
}

/** Whether the line could be read; messages of an unknown type can, and mean nothing here. */
function takeLine(state: StreamState, usages: Map<string, Tokens>, text: string): boolean {
  const line = Line.safeParse(parseJson(text));
  if (!line.success) return false;
  const { type } = line.data;
  if (type === "system") return line.data["subtype"] !== "init" || takeInit(state, line.data);
  if (type === "assistant") return takeAssistant(state, usages, line.data);
  if (type === "user") return takeUser(state, line.data);
  if (type === "result") return takeResult(state, line.data);
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

function takeAssistant(state: StreamState, usages: Map<string, Tokens>, value: unknown): boolean {
  const parsed = Assistant.safeParse(value);
  if (!parsed.success) return false;
  const { message, parent_tool_use_id: parent } = parsed.data;
  if (!usages.has(message.id)) {
    state.requests += 1;
    // Lines of a sub-agent name the call that started it; its answers are no turns of the agent's own.
    if (typeof parent !== "string") state.turns += 1;
  }
  usages.set(message.id, message.usage ?? usages.get(message.id) ?? Tokens.parse({}));
  state.tokens = sumTokens([...usages.values()]);
  for (const block of message.content) takeBlock(state, block);
  return true;
}

function takeBlock(state: StreamState, block: unknown): void {
  const text = TextBlock.safeParse(block);
  if (text.success) state.lastWords = text.data.text;
  const use = ToolUse.safeParse(block);
  if (!use.success) return;
  const { id, name } = use.data;
  state.openTools.add(id);
  const known = Object.hasOwn(state.tools, name);
  if (known || Object.keys(state.tools).length < MAX_TOOL_NAMES) {
    state.tools = { ...state.tools, [name]: (known ? (state.tools[name] ?? 0) : 0) + 1 };
  }
}

function takeUser(state: StreamState, value: unknown): boolean {
  const parsed = User.safeParse(value);
  if (!parsed.success) return false;
  const { content } = parsed.data.message;
  if (typeof content === "string") return true;
  for (const block of content) {
    const result = ToolResult.safeParse(block);
    if (result.success) state.openTools.delete(result.data.tool_use_id);
  }
  return true;
}

function takeResult(state: StreamState, value: unknown): boolean {
  const parsed = Result.safeParse(value);
  if (!parsed.success) return false;
  const { subtype, is_error: isError, result, session_id: session, total_cost_usd: usd, usage } = parsed.data;
  state.result = { subtype, isError, text: result ?? "" };
  if (typeof session === "string") state.session = session;
  if (typeof usd === "number") state.usd = usd;
  if (usage) state.tokens = sumTokens([usage]);
  state.openTools.clear();
  return true;
}

/** `cached`: read from the provider's cache; what is written to it counts as input. */
function sumTokens(all: readonly Tokens[]): StreamState["tokens"] {
  const sum = { input: 0, cached: 0, output: 0 };
  for (const tokens of all) {
    sum.input += tokens.input_tokens + (tokens.cache_creation_input_tokens ?? 0);
    sum.cached += tokens.cache_read_input_tokens ?? 0;
    sum.output += tokens.output_tokens;
  }
  return sum;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller counts the line as broken.
    return undefined;
  }
}

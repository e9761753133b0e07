/** Reads, while it arrives, the stream of JSON lines that Gemini CLI prints with `--output-format stream-json`. */
import { z } from "zod";
import { geminiSigns } from "./gemini-signs.ts";
import { toolOf } from "./gemini-tools.ts";
import { NO_SIGNS } from "./provider-signs.ts";
import {
  blankState,
  countTool,
  parseLine,
  readState,
  SessionId,
  type StreamEars,
  type StreamReader,
  type StreamState,
  type ToolEvent,
} from "./stream.ts";

const Line = z.looseObject({ type: z.string() });
const Init = z.object({ session_id: SessionId.nullable().catch(null), model: z.string().default("") });
const Message = z.object({ role: z.string(), content: z.string() });
const ToolUse = z.object({ tool_name: z.string(), tool_id: z.string(), parameters: z.unknown() });
const ToolResult = z.object({
  tool_id: z.string(),
  status: z.string(),
  output: z.string().nullish(),
  error: z.object({ message: z.string() }).nullish(),
});
const ErrorLine = z.object({ severity: z.string(), message: z.string() });
const Count = z.number().int().nonnegative().default(0);
/** `input_tokens` has the cached ones in it, `input` has not; only the total has what the model thought. */
const Stats = z.object({
  total_tokens: Count,
  input_tokens: Count,
  output_tokens: Count,
  cached: Count,
  input: Count,
});
const Result = z.object({
  status: z.string(),
  error: z.object({ type: z.string(), message: z.string() }).nullish(),
  stats: Stats.nullish(),
});

/** With this name the error of `maxSessionTurns`, or with this sentence where another part of the program has counted. */
const TURNS_ERROR = "FatalTurnLimitedError";
const TURNS_SENTENCE = "Maximum session turns exceeded";

/**
 * An answer comes as pieces of text and the calls behind them; the results of its calls follow, all at once. It is a turn as soon as it
 * calls a tool, or when it was the last: one that broke off is none. Whether a shell command failed is not told.
 */
export function readGemini(ears: StreamEars = {}): StreamReader {
  const onTool = ears.onTool ?? (() => undefined);
  const reading: Reading = { state: blankState(), isNew: true, isCounted: false, error: null, onTool };
  return readState(reading.state, ears, (line) => takeLine(reading, line));
}

interface Reading {
  state: StreamState;
  /** What comes next begins an answer. */
  isNew: boolean;
  /** The answer was counted as a turn. */
  isCounted: boolean;
  /** The newest error that it spoke of. */
  error: string | null;
  onTool: (event: ToolEvent) => void;
}

/** Whether the line could be read; messages of an unknown type can, and mean nothing here. */
function takeLine(reading: Reading, text: string): boolean {
  const line = Line.safeParse(parseLine(text));
  if (!line.success) return false;
  const { type } = line.data;
  if (type === "init") return takeInit(reading.state, line.data);
  if (type === "message") return takeMessage(reading, line.data);
  if (type === "tool_use") return takeCall(reading, line.data);
  if (type === "tool_result") return takeToolResult(reading, line.data);
  if (type === "error") return takeError(reading, line.data);
  return type === "result" ? takeResult(reading, line.data) : true;
}

function takeInit(state: StreamState, value: unknown): boolean {
  const init = Init.safeParse(value);
  if (!init.success) return false;
  state.session = init.data.session_id;
  state.model = init.data.model;
  return true;
}

function takeMessage(reading: Reading, value: unknown): boolean {
  const message = Message.safeParse(value);
  if (!message.success) return false;
  const { role, content } = message.data;
  if (role !== "assistant") return true;
  const { state } = reading;
  state.lastWords = reading.isNew ? content : state.lastWords + content;
  begin(reading);
  return true;
}

function takeCall(reading: Reading, value: unknown): boolean {
  const use = ToolUse.safeParse(value);
  if (!use.success) return false;
  const { state, onTool } = reading;
  begin(reading);
  countTurn(reading);
  const { tool_id: id, tool_name: tool, parameters } = use.data;
  const { name, input } = toolOf(tool, parameters);
  state.openTools.add(id);
  countTool(state, name);
  onTool({ event: "call", id, name, input, from: { answer: String(state.turns), parent: null } });
  return true;
}

function takeToolResult(reading: Reading, value: unknown): boolean {
  const result = ToolResult.safeParse(value);
  if (!result.success) return false;
  const { tool_id: id, status, output, error } = result.data;
  reading.isNew = true;
  reading.state.openTools.delete(id);
  const text = error?.message ?? output ?? "";
  reading.onTool({ event: "result", id, text, isError: status === "error" });
  return true;
}

function takeError(reading: Reading, value: unknown): boolean {
  const error = ErrorLine.safeParse(value);
  if (!error.success) return false;
  if (error.data.severity === "error") reading.error = error.data.message;
  return true;
}

function takeResult(reading: Reading, value: unknown): boolean {
  const parsed = Result.safeParse(value);
  const { state } = reading;
  if (!parsed.success) return false;
  const { status, error, stats } = parsed.data;
  const message = error?.message ?? reading.error ?? "";
  state.openTools.clear();
  if (error?.type === TURNS_ERROR || message === TURNS_SENTENCE) {
    state.result = { subtype: "error_max_turns", isError: true, text: state.lastWords };
  } else if (status === "success") {
    if (!reading.isNew) countTurn(reading);
    state.result = { subtype: "success", isError: false, text: state.lastWords };
  } else {
    state.provider = geminiSigns(message) ?? state.provider;
    state.result = { subtype: "error_during_execution", isError: true, text: message };
  }
  if (stats) {
    const { total_tokens: total, input_tokens: all, output_tokens: said, cached, input } = stats;
    state.tokens = { input, cached, output: Math.max(said, total - all) };
  }
  return true;
}

function begin(reading: Reading): void {
  if (!reading.isNew) return;
  reading.isNew = false;
  reading.isCounted = false;
  reading.state.provider = NO_SIGNS;
}

function countTurn(reading: Reading): void {
  if (reading.isCounted) return;
  reading.isCounted = true;
  reading.state.turns += 1;
  reading.state.requests += 1;
}

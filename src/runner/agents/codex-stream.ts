/** Reads, while it arrives, the stream of JSON lines that `codex exec --json` prints. */
import { z } from "zod";
import { codexSigns } from "./codex-signs.ts";
import { NO_SIGNS } from "./provider-signs.ts";
import { shellText } from "./shell-text.ts";
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
const Started = z.object({ thread_id: SessionId.nullable().catch(null) });
const Item = z.looseObject({ id: z.string(), type: z.string() });
const Failed = z.object({ error: z.object({ message: z.string() }) });
const ErrorLine = z.object({ message: z.string() });
const Count = z.number().int().nonnegative().default(0);
/** `input_tokens` has the cached ones in it. A thread that was gone on with counts from its first day. */
const Completed = z.object({
  usage: z.object({ input_tokens: Count, cached_input_tokens: Count, output_tokens: Count }),
});

const Message = z.object({ type: z.literal("agent_message"), text: z.string() });
const Command = z.object({
  type: z.literal("command_execution"),
  command: z.string(),
  aggregated_output: z.string().nullish(),
  exit_code: z.number().nullish(),
});
const FileChange = z.object({ type: z.literal("file_change"), changes: z.unknown() });
const McpCall = z.object({
  type: z.literal("mcp_tool_call"),
  server: z.string(),
  tool: z.string(),
  arguments: z.unknown(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
});
const Status = z.object({ status: z.string() });

/** Items that are no call of a tool. */
const NO_TOOLS = new Set(["agent_message", "reasoning", "error", "todo_list", "plan"]);

/** It tells neither its turns nor its model: the gateway knows both. */
export function readCodex(ears: StreamEars = {}): StreamReader {
  const reading: Reading = { state: blankState(), answer: 0, onTool: ears.onTool ?? (() => undefined) };
  return readState(reading.state, ears, (line) => takeLine(reading, line));
}

interface Reading {
  state: StreamState;
  /** Number of the answer, as far as it shows: calls that run side by side stand in one. */
  answer: number;
  onTool: (event: ToolEvent) => void;
}

/** Whether the line could be read; messages of an unknown type can, and mean nothing here. */
function takeLine(reading: Reading, text: string): boolean {
  const line = Line.safeParse(parseLine(text));
  if (!line.success) return false;
  const { state } = reading;
  const { type } = line.data;
  if (type === "thread.started") return takeStart(state, line.data);
  if (type === "item.started") return takeItem(reading, line.data["item"], false);
  if (type === "item.completed") return takeItem(reading, line.data["item"], true);
  if (type === "turn.completed") return takeEnd(state, line.data);
  if (type === "turn.failed") return takeFailure(state, Failed.safeParse(line.data).data?.error.message);
  if (type === "error") {
    const error = ErrorLine.safeParse(line.data);
    if (!error.success) return false;
    state.provider = codexSigns(error.data.message) ?? state.provider;
  }
  return true;
}

function takeStart(state: StreamState, value: unknown): boolean {
  const started = Started.safeParse(value);
  if (!started.success) return false;
  state.session = started.data.thread_id;
  return true;
}

function takeItem(reading: Reading, value: unknown, isOver: boolean): boolean {
  const { state } = reading;
  const item = Item.safeParse(value);
  if (!item.success) return false;
  if (item.data.type !== "error") state.provider = NO_SIGNS;
  const message = Message.safeParse(item.data);
  if (message.success && isOver) state.lastWords = message.data.text;
  if (NO_TOOLS.has(item.data.type)) return true;
  const call = callOf(item.data);
  if (!state.openTools.has(item.data.id)) openCall(reading, item.data.id, call);
  if (!isOver) return true;
  state.openTools.delete(item.data.id);
  reading.onTool({ event: "result", id: item.data.id, text: call.text, isError: call.isError });
  return true;
}

interface Call {
  name: string;
  input: unknown;
  text: string;
  isError: boolean;
}

function openCall(reading: Reading, id: string, { name, input }: Call): void {
  const { state, onTool } = reading;
  if (state.openTools.size === 0) reading.answer += 1;
  onTool({ event: "call", id, name, input, from: { answer: String(reading.answer), parent: null } });
  state.openTools.add(id);
  countTool(state, name);
}

function callOf(item: z.infer<typeof Item>): Call {
  const isFailed = Status.safeParse(item).data?.status === "failed";
  const command = Command.safeParse(item);
  if (command.success) {
    const { aggregated_output: output, exit_code: code } = command.data;
    const input = { command: shellText(command.data.command) };
    return { name: "Bash", input, text: output ?? "", isError: isFailed || (code ?? 0) !== 0 };
  }
  const change = FileChange.safeParse(item);
  if (change.success) {
    const { changes } = change.data;
    // What was changed in the files does not show: no change can be told for one that was made before, but a failed one changed nothing.
    const input = isFailed ? { changes } : { changes, id: item.id };
    return { name: "apply_patch", input, text: isFailed ? "The patch failed." : "", isError: isFailed };
  }
  const mcp = McpCall.safeParse(item);
  if (mcp.success) {
    const { server, tool, arguments: input, result, error } = mcp.data;
    const isError = isFailed || (error ?? null) !== null;
    return { name: `mcp__${server}__${tool}`, input, text: JSON.stringify(error ?? result ?? ""), isError };
  }
  const { id: _, status: __, ...input } = item;
  return { name: item.type, input, text: "", isError: isFailed };
}

function takeEnd(state: StreamState, value: unknown): boolean {
  const completed = Completed.safeParse(value);
  state.result = { subtype: "success", isError: false, text: state.lastWords };
  state.openTools.clear();
  if (!completed.success) return false;
  const { input_tokens: input, cached_input_tokens: cached, output_tokens: output } = completed.data.usage;
  state.tokens = { input: Math.max(0, input - cached), cached, output };
  return true;
}

function takeFailure(state: StreamState, message = ""): boolean {
  state.provider = codexSigns(message) ?? state.provider;
  state.result = { subtype: "error_during_execution", isError: true, text: message };
  state.openTools.clear();
  return true;
}

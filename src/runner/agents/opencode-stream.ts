/** Reads, while it arrives, the stream of JSON lines that `opencode run --format json` prints. */
import { z } from "zod";
import { opencodeSigns, OpencodeError } from "./opencode-signs.ts";
import { opencodeTool } from "./opencode-tools.ts";
import { NO_SIGNS } from "./provider-signs.ts";
import { readLines } from "./read-lines.ts";
import {
  blankState,
  countTool,
  parseLine,
  SessionId,
  type StreamEars,
  type StreamReader,
  type StreamState,
  type ToolEvent,
} from "./stream.ts";

const Line = z.looseObject({ type: z.string(), sessionID: SessionId.optional().catch(undefined) });
const Part = z.looseObject({ messageID: z.string() });
const Text = z.object({ messageID: z.string(), text: z.string() });
const ToolUse = z.object({
  messageID: z.string(),
  callID: z.string(),
  tool: z.string(),
  state: z.object({
    status: z.string(),
    input: z.unknown(),
    output: z.string().nullish(),
    error: z.string().nullish(),
    metadata: z
      .looseObject({ exit: z.number().nullish().catch(null) })
      .optional()
      .catch(undefined),
  }),
});
const Count = z.number().int().nonnegative().default(0);
/** The parts do not overlap; what the model thought is only in the total for certain. */
const StepFinish = z.object({
  messageID: z.string(),
  reason: z.string(),
  tokens: z.object({
    total: Count,
    input: Count,
    output: Count,
    cache: z.object({ read: Count, write: Count }),
  }),
});

/**
 * An answer with what its calls came to is a step; a call shows only when it is over. The last step has another reason than `tool-calls`.
 * A step is a turn as soon as it has called a tool or is over: one that broke off is none.
 */
export function readOpencode(ears: StreamEars = {}): StreamReader {
  const onTool = ears.onTool ?? (() => undefined);
  const reading: Reading = { state: blankState(), answers: new Set(), speaker: "", onTool };
  const lines = readLines((line) => {
    if (line === null || (line.trim() !== "" && !takeLine(reading, line))) reading.state.broken += 1;
    ears.onLine?.(line ?? "");
  });
  return { state: reading.state, ...lines };
}

interface Reading {
  state: StreamState;
  /** Ids of the answers that were counted. */
  answers: Set<string>;
  /** Id of the answer of the newest text. */
  speaker: string;
  onTool: (event: ToolEvent) => void;
}

/** Whether the line could be read; messages of an unknown type can, and mean nothing here. */
function takeLine(reading: Reading, text: string): boolean {
  const line = Line.safeParse(parseLine(text));
  if (!line.success) return false;
  const { state } = reading;
  const { type, sessionID: session } = line.data;
  if (session !== undefined) state.session = session;
  if (type === "step_start") return takeStart(state, line.data["part"]);
  if (type === "text") return takeText(reading, line.data["part"]);
  if (type === "tool_use") return takeCall(reading, line.data["part"]);
  if (type === "step_finish") return takeFinish(reading, line.data["part"]);
  return type === "error" ? takeError(state, line.data["error"]) : true;
}

function takeStart(state: StreamState, value: unknown): boolean {
  if (!Part.safeParse(value).success) return false;
  state.provider = NO_SIGNS;
  state.result = null;
  return true;
}

function takeText(reading: Reading, value: unknown): boolean {
  const said = Text.safeParse(value);
  if (!said.success) return false;
  const { state, speaker } = reading;
  const { text, messageID } = said.data;
  state.lastWords = speaker === messageID ? `${state.lastWords}\n${text}` : text;
  reading.speaker = messageID;
  return true;
}

function takeCall(reading: Reading, value: unknown): boolean {
  const use = ToolUse.safeParse(value);
  if (!use.success) return false;
  const { state, onTool } = reading;
  const { messageID: answer, callID: id, tool } = use.data;
  const { status, input: asked, output, error, metadata } = use.data.state;
  countTurn(reading, answer);
  const { name, input } = opencodeTool(tool, asked);
  countTool(state, name);
  onTool({ event: "call", id, name, input, from: { answer, parent: null } });
  const isError = status === "error" || (metadata?.exit ?? 0) !== 0;
  onTool({ event: "result", id, text: error ?? output ?? "", isError });
  return true;
}

function takeFinish(reading: Reading, value: unknown): boolean {
  const finish = StepFinish.safeParse(value);
  if (!finish.success) return false;
  const { state } = reading;
  const { messageID, reason, tokens } = finish.data;
  const { total, input, output, cache } = tokens;
  countTurn(reading, messageID);
  const { input: before, cached, output: said } = state.tokens;
  const fresh = input + cache.write;
  state.tokens = {
    input: before + fresh,
    cached: cached + cache.read,
    output: said + Math.max(output, total - fresh - cache.read),
  };
  if (reason === "tool-calls") return true;
  if (reason === "content-filter") state.provider = { ...NO_SIGNS, isRefusal: true };
  const isError = reason === "content-filter" || reason === "length" || reason === "error";
  const subtype = isError ? "error_during_execution" : "success";
  state.result = { subtype, isError, text: state.lastWords };
  return true;
}

function takeError(state: StreamState, value: unknown): boolean {
  const error = OpencodeError.safeParse(value);
  if (!error.success) return false;
  state.provider = opencodeSigns(error.data) ?? state.provider;
  const text = error.data.data?.message ?? error.data.name;
  state.result = { subtype: "error_during_execution", isError: true, text };
  return true;
}

function countTurn({ state, answers }: Reading, answer: string): void {
  if (answers.has(answer)) return;
  answers.add(answer);
  state.turns += 1;
  state.requests += 1;
}

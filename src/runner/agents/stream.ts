/** What every agent's stream becomes, whatever its program prints: the state of a run, and the calls of its tools as they come. */
import { z } from "zod";
import { NO_SIGNS, type ProviderSigns } from "./provider-signs.ts";
import { readLines, type LineReader } from "./read-lines.ts";

/** What is known of a run so far. Tokens and dollars are of the whole run. */
export interface StreamState {
  session: string | null;
  /** Empty where the program does not tell. */
  model: string;
  version: string;
  /** Answers of the model in the main conversation; 0 where the program does not tell them apart, then the gateway counts. */
  turns: number;
  /** Answers of the model in all, those of sub-agents too. */
  requests: number;
  tools: Record<string, number>;
  /** `cached`: read from the provider's cache; what is written to it counts as input, which has no cached ones in it. */
  tokens: { input: number; cached: number; output: number };
  /** US dollars; null: the agent names no price. */
  usd: number | null;
  /** Text of the newest answer. */
  lastWords: string;
  /** Ids of the tool calls without an answer. */
  openTools: Set<string>;
  /** The newest: what has run in the background can make an agent go on after one. */
  result: StreamResult | null;
  provider: ProviderSigns;
  /** Lines that are no JSON, no message of a known shape, or too long. */
  broken: number;
}

export interface StreamResult {
  /** `success`, `error_max_turns`, `error_during_execution`, …: Claude Code's words, which the others' readers use too. */
  subtype: string;
  isError: boolean;
  text: string;
}

export interface StreamReader extends LineReader {
  readonly state: StreamState;
}

/**
 * A tool's call or what came of it, in the words of Claude Code's tools, which the rules about loops know: a shell command is `Bash` with
 * `{command}`; an edit is `Edit` with `{file_path, old_string, new_string}` or `Write` with `{file_path, content}`. Names of other tools
 * are the agent's own. Who cannot tell what an edit was uses a name of its own: it counts as a change.
 */
export type ToolEvent =
  | { event: "call"; id: string; name: string; input: unknown; from: ToolSource }
  | { event: "result"; id: string; text: string; isError: boolean };

export interface ToolSource {
  /** Id of the answer that the call stands in. */
  answer: string;
  /** The conversation: null for the agent's own, for a sub-agent's the call that started it. */
  parent: string | null;
}

export interface StreamEars {
  /** Hears of every whole line, after the state has taken it in; an overlong one is empty. */
  onLine?: (line: string) => void;
  onTool?: (event: ToolEvent) => void;
}

const MAX_TOOL_NAMES = 200;

/** An id becomes part of a file's path, so it is one. */
export const SessionId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/);

/** The state before the first line. */
export function blankState(): StreamState {
  return {
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
    provider: NO_SIGNS,
    broken: 0,
  };
}

/** Reads a stream line by line. `take` brings a line into the state; false: it could not be read. */
export function readState(
  state: StreamState,
  { onLine }: StreamEars,
  take: (line: string) => boolean,
): StreamReader {
  const lines = readLines((line) => {
    if (line === null || (line.trim() !== "" && !take(line))) state.broken += 1;
    onLine?.(line ?? "");
  });
  return { state, ...lines };
}

/** Counts one more call of the tool. */
export function countTool(state: StreamState, name: string): void {
  const known = Object.hasOwn(state.tools, name);
  if (!known && Object.keys(state.tools).length >= MAX_TOOL_NAMES) return;
  state.tools = { ...state.tools, [name]: (known ? (state.tools[name] ?? 0) : 0) + 1 };
}

/** The line's JSON; undefined: it is none. */
export function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller counts the line as broken.
    return undefined;
  }
}

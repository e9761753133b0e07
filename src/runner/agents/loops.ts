/** Finds an agent that goes round in circles, from its tools' calls and results alone: a pure fold over the stream's tool events. */
import type { Job } from "../../domain/job.ts";
import { plainText } from "../plain-text.ts";
import { errorKey, errorWords } from "./error-key.ts";
import { editIn, type FileEdit } from "./file-edit.ts";
import { fingerprint } from "./fingerprint.ts";
import { isWaiting, mayChange, testIn } from "./shell-command.ts";
import { firstLine, shownCall } from "./shown-call.ts";
import type { ToolEvent } from "./stream.ts";

export interface LoopRules {
  /** How often is too often; 0 switches a rule off. */
  limits: Job["limits"]["loops"];
  /** The job's own test command. */
  verify: string | null;
}

export interface LoopState {
  /** Calls without a result, by id. */
  open: ReadonlyMap<string, Call>;
  /** Conversations: the agent's own and those of its sub-agents, which may well all read the same. */
  talks: ReadonlyMap<string, Talk>;
  /** How often each edit was made, and which was a file's newest. */
  edits: ReadonlyMap<string, number>;
  newest: ReadonlyMap<string, string>;
  /** One sentence about the first loop that was found. */
  found: string | null;
}

type Call = Extract<ToolEvent, { event: "call" }>;
interface Done {
  call: Call;
  text: string;
  isError: boolean;
  command: string | null;
}

/** How often something came, once per answer of the model: what one answer asks for side by side is no circle. */
interface Tally {
  count: number;
  answer: string;
}
interface Talk {
  /** Calls with their results, each with how much news there was when it was counted last. */
  seen: ReadonlyMap<string, Tally & { news: number }>;
  /** News is what was not seen: an agent that learns something between two equal calls is not in a circle, so their count starts anew. */
  news: number;
  tests: ReadonlyMap<string, Tally>;
  /** The error that every failing call of late has met. */
  error: (Tally & { key: string }) | null;
}

export const NO_LOOPS: LoopState = {
  open: new Map(),
  talks: new Map(),
  edits: new Map(),
  newest: new Map(),
  found: null,
};

const NO_TALK: Talk = { seen: new Map(), news: 0, tests: new Map(), error: null };
/** A circle of more things than these is none. */
const MOST_KEPT = 300;

/** Tools that wait for what runs in the background. */
const WAITING_TOOLS = new Set(["BashOutput", "TaskOutput", "AgentOutputTool", "Monitor", "ScheduleWakeup"]);
/** Tools that change no file; other unknown ones may. */
const HARMLESS_TOOLS = new Set(
  `Read Grep Glob LS NotebookRead WebFetch WebSearch ToolSearch Skill Task Agent SendMessage KillShell TaskStop ExitPlanMode
  TodoWrite TodoRead TaskCreate TaskUpdate TaskGet TaskList`.split(/\s+/),
);
/** Lists that an agent keeps for itself: writing on them is no news. */
const PLANNING_TOOLS = new Set(["TodoWrite", "TodoRead", "TaskCreate", "TaskUpdate", "TaskGet", "TaskList"]);

/** The state after one more call or result. */
export function takeTool(state: LoopState, event: ToolEvent, rules: LoopRules): LoopState {
  if (event.event === "call") return { ...state, open: keep(state.open, event.id, event) };
  const call = state.open.get(event.id);
  if (call === undefined) return state;
  const open = new Map(state.open);
  open.delete(event.id);
  const done: Done = { call, text: event.text, isError: event.isError, command: commandOf(call) };
  const after = takeDone({ ...state, open }, done, rules);
  return { ...after, found: state.found ?? after.found };
}

function takeDone(state: LoopState, done: Done, rules: LoopRules): LoopState {
  const { call, isError } = done;
  const edit = isError ? null : editIn(call.name, call.input);
  if (edit !== null && isChange(state, edit)) return takeEdit(state, edit, rules.limits.same_call);
  const key = call.from.parent ?? "";
  const before = state.talks.get(key) ?? NO_TALK;
  const { talk: tested, found: testLoop } = takeTest(before, done, rules);
  if (isWait(done)) {
    // Time went by: what is asked again may have another answer, and what failed may succeed.
    const talks = keep(state.talks, key, { ...tested, seen: new Map(), error: null });
    return { ...state, talks, found: testLoop };
  }
  const pair = fingerprint([call.name, call.input, isError, done.text]);
  const isNews = !before.seen.has(pair);
  // A command that does the same once more has done its changes the first time.
  const isClean = isNews && !isError && mayHaveChanged(done, rules.verify);
  const { error, found: errorLoop } = takeError(before.error, {
    done,
    isNews,
    limit: rules.limits.same_error,
  });
  const { found: callLoop, ...seen } = takePair(before, { done, pair, limit: rules.limits.same_call });
  const found = testLoop ?? callLoop ?? errorLoop;
  if (isClean) {
    const fresh: Talk = { ...NO_TALK, seen: new Map([[pair, { ...first(call), news: 0 }]]) };
    return { ...state, talks: new Map([[key, fresh]]), found };
  }
  return { ...state, talks: keep(state.talks, key, { ...tested, ...seen, error }), found };
}

/** Whether the edit leaves the file other than it was: the same content written once more does not. */
function isChange(state: LoopState, edit: FileEdit): boolean {
  if (edit.from !== null) return edit.from !== edit.to;
  return state.newest.get(edit.path) !== fingerprint(edit);
}

/** Every change of a file begins all circles anew, but those of the edits themselves: made, unmade, made again. */
function takeEdit(state: LoopState, edit: FileEdit, limit: number): LoopState {
  const made = fingerprint(edit);
  const edits = keep(state.edits, made, (state.edits.get(made) ?? 0) + 1);
  const newest = keep(state.newest, edit.path, made);
  const back = edit.from === null ? null : fingerprint({ ...edit, from: edit.to, to: edit.from });
  const count = edits.get(made) ?? 0;
  // Made once more, it was taken back before, be it by a command.
  const unmade = Math.max(count - 1, Math.min(count, back === null ? 0 : (edits.get(back) ?? 0)));
  const found =
    limit > 0 && unmade >= limit
      ? `The agent made the same edit of ${quoted(edit.path)} and took it back ${limit} times.`
      : null;
  return { ...state, edits, newest, talks: new Map(), found };
}

interface Found {
  found: string | null;
}

/** The same test again tells nothing new, whatever it prints. */
function takeTest(talk: Talk, { call, command }: Done, rules: LoopRules): Found & { talk: Talk } {
  const test = command === null ? null : testIn(command, rules.verify);
  if (test === null) return { talk, found: null };
  const tally = again(talk.tests.get(test), call);
  const isLoop = reached(tally, rules.limits.same_test);
  return {
    talk: { ...talk, tests: keep(talk.tests, test, tally) },
    found: isLoop
      ? `The agent ran the same test ${tally.count} times and changed nothing in between: ${quoted(test)}.`
      : null,
  };
}

function takePair(
  talk: Talk,
  { done, pair, limit }: { done: Done; pair: string; limit: number },
): Found & Pick<Talk, "seen" | "news"> {
  const { call } = done;
  const known = talk.seen.get(pair);
  const news = talk.news + (known === undefined && !PLANNING_TOOLS.has(call.name) ? 1 : 0);
  const tally = again(known === undefined || known.news === news ? known : { ...known, count: 1 }, call);
  const found = reached(tally, limit)
    ? `The agent made the same call ${tally.count} times with the same result and changed nothing in between: ${quoted(shownCall(call.name, call.input))}.`
    : null;
  return { seen: keep(talk.seen, pair, { ...tally, news }), news, found };
}

/** A row of one error, whatever the calls that met it; a call that succeeded with something new ends it. */
function takeError(
  error: Talk["error"],
  { done, isNews, limit }: { done: Done; isNews: boolean; limit: number },
): Found & { error: Talk["error"] } {
  const { call, isError, text } = done;
  if (!isError) return { error: isNews && !PLANNING_TOOLS.has(call.name) ? null : error, found: null };
  const key = errorKey(text);
  // An error without words, as of a search without a hit, says nothing of what went wrong.
  if (key === null) return { error, found: null };
  const tally = again(error?.key === key ? error : undefined, call);
  const found = reached(tally, limit)
    ? `The agent met the same error ${tally.count} times in a row: ${quoted(errorWords(text))}.`
    : null;
  return { error: { ...tally, key }, found };
}

function isWait({ call, command }: Done): boolean {
  return command === null ? WAITING_TOOLS.has(call.name) : isWaiting(command);
}

function mayHaveChanged({ call, command }: Done, verify: string | null): boolean {
  if (command !== null) return mayChange(command, verify);
  return !HARMLESS_TOOLS.has(call.name) && editIn(call.name, call.input) === null;
}

function commandOf({ name, input }: Call): string | null {
  if (name !== "Bash" || input === null || typeof input !== "object" || !("command" in input)) return null;
  return typeof input.command === "string" ? input.command : null;
}

function first(call: Call): Tally {
  return { count: 1, answer: call.from.answer };
}

function again(tally: Tally | undefined, call: Call): Tally {
  if (tally === undefined) return first(call);
  return tally.answer === call.from.answer ? tally : { count: tally.count + 1, answer: call.from.answer };
}

function reached(tally: Tally, limit: number): boolean {
  return limit > 0 && tally.count >= limit;
}

/** The map with this entry as its newest, without the oldest where there are too many. */
function keep<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value): ReadonlyMap<string, Value> {
  const next = new Map(map);
  next.delete(key);
  next.set(key, value);
  for (const oldest of next.keys()) {
    if (next.size <= MOST_KEPT) break;
    next.delete(oldest);
  }
  return next;
}

/** Words of the agent inside one of ours. */
function quoted(text: string): string {
  return `"${plainText(firstLine(text)).replace(/["`]/g, "'")}"`;
}

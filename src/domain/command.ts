/** Commands: the table of what people may say to GZA, and the reading of a comment's first line. */
import { nearest } from "./nearest.ts";
import type { RecordBody, Settings } from "./record.ts";
import { Method, type Phase } from "./task.ts";

const ALWAYS: readonly Phase[] = ["queued", "running", "open", "ready", "parked", "done", "cancelled"];
const RESTING: readonly Phase[] = ["queued", "open", "ready", "parked", "done", "cancelled"];
const WAITING: readonly Phase[] = ["queued", "parked"];
const AT_HEAD: readonly Phase[] = ["queued", "open", "ready", "parked"];

interface Entry {
  /** How it is written. */
  use: string;
  /** What it does, for help and the README. */
  does: string;
  /** The phases in which it does something. */
  in: readonly Phase[];
  /** Its flags; each takes the next word. */
  flags?: readonly Flag[];
}
type Flag = "--agent" | "--model" | "--max-turns" | "--budget";

/** Every word after `/gza`, in the order in which help and README show them. */
export const COMMANDS = {
  run: {
    use: "/gza run [explore] [--agent A] [--model M] [--max-turns N] [--budget $]",
    does: "start a task on this issue, or start it anew; `explore` wants an answer instead of a change",
    in: RESTING,
    flags: ["--agent", "--model", "--max-turns", "--budget"],
  },
  retry: { use: "/gza retry", does: "try again from the branch as it is", in: WAITING },
  resume: {
    use: "/gza resume [--budget +$]",
    does: "go on from the unfinished work, with so many more dollars if you say so",
    in: WAITING,
    flags: ["--budget"],
  },
  cancel: {
    use: "/gza cancel",
    does: "stop and call the task off; the branch and the pull request stay",
    in: ["queued", "running", "open", "ready", "parked"],
  },
  approve: {
    use: "/gza approve [commit]",
    does: "let work go on its branch that was made from words of people who cannot push here",
    in: ["parked"],
  },
  review: { use: "/gza review", does: "review the pull request's head once more", in: AT_HEAD },
  improve: {
    use: "/gza improve [text]",
    does: "improve the work now: the review's findings, people's words, red checks, and what you write",
    in: AT_HEAD,
  },
  dismiss: {
    use: "/gza dismiss F3 why",
    does: "close a finding of the review that is wrong or does not matter",
    in: AT_HEAD,
  },
  merge: {
    use: "/gza merge [merge|squash|rebase]",
    does: "merge the pull request as soon as it may be merged",
    in: ["queued", "running", "open", "ready", "parked"],
  },
  rebase: {
    use: "/gza rebase",
    does: "put the pull request on the newest base now; people's commits are merged with it, never rewritten",
    in: AT_HEAD,
  },
  revert: {
    use: "/gza revert",
    does: "open a pull request that takes the merged one back",
    in: ["done"],
  },
  status: { use: "/gza status", does: "say where the task stands, why, and what would move it", in: ALWAYS },
  help: { use: "/gza help", does: "say what can be said now", in: ALWAYS },
} as const satisfies { [word: string]: Entry };
export type Word = keyof typeof COMMANDS;

/** Words that stand in the language and are not understood by this version. */
const LATER = new Set(["split", "learn"]);

export type Command =
  | { kind: "run"; task: "explore" | "implement"; settings: Settings }
  | { kind: "retry" | "cancel" | "review" | "rebase" | "revert" | "status" | "help" }
  /** `more`: dollars to add to the task's budget; null: none. */
  | { kind: "resume"; more: number | null }
  /** `hash`: the beginning of the commit that is meant; null: the one that is there. */
  | { kind: "approve"; hash: string | null }
  | { kind: "merge"; method: Method | null }
  /** `text`: what the person wants; empty: what is open already. */
  | { kind: "improve"; text: string }
  | { kind: "dismiss"; finding: number; why: string }
  | { kind: "mistaken"; word: string }
  | { kind: "later"; word: string }
  /** `argument`: the wrong word; empty: one is missing. */
  | { kind: "bad_argument"; command: Word; argument: string };

/**
 * The command in the first line of a comment, or null if it does not begin with `/gza`.
 * Quotes and code blocks cannot: they begin with something else.
 */
export function parseCommand(body: string): Command | null {
  const [line = ""] = body.split("\n", 1);
  const words = line.trim().split(/\s+/);
  if (words[0]?.toLowerCase() !== "/gza" || line.startsWith("    ") || line.startsWith("\t")) return null;
  const word = (words[1] ?? "").toLowerCase();
  const rest = words.slice(2);
  if (isWord(word)) return readArguments(word, rest, body);
  return LATER.has(word) ? { kind: "later", word } : { kind: "mistaken", word };
}

/** Whether a command is understood at all. */
export function isUnderstood({ kind }: Command): boolean {
  return isWord(kind);
}

/** The command that was probably meant, or null. */
export function meantBy(word: string): Word | null {
  const found = nearest(word, Object.keys(COMMANDS));
  return found !== null && isWord(found) ? found : null;
}

/** The flag of `command` that was probably meant, or null. */
export function flagMeantBy(command: Word, word: string): string | null {
  return word.startsWith("-") ? nearest(word, flagsOf(command)) : null;
}

/** What is about the head of a pull request. */
const ABOUT_HEAD: ReadonlySet<Word> = new Set<Word>(["review", "improve", "dismiss", "rebase", "merge"]);

/** Whether a command needs a pull request that is not there yet. */
export function lacksPull(word: Word, { pull, head }: Pick<RecordBody, "pull" | "head">): boolean {
  return ABOUT_HEAD.has(word) && (pull === null || head === null);
}

/** What does something for a task that stands so. */
export function wordsFor(record: Pick<RecordBody, "phase" | "reason" | "pull" | "head">): Word[] {
  const { phase, reason } = record;
  return Object.keys(COMMANDS)
    .filter(isWord)
    .filter((word) => mayIn(word, phase) && !lacksPull(word, record))
    .filter((word) => word !== "revert" || reason === "merged")
    .filter((word) => word !== "approve" || reason === "untrusted")
    .filter((word) => word !== "merge" || phase !== "parked" || reason === "merge_refused");
}

export function mayIn(word: Word, phase: Phase): boolean {
  const phases: readonly Phase[] = COMMANDS[word].in;
  return phases.includes(phase);
}

export function isWord(word: string): word is Word {
  return Object.hasOwn(COMMANDS, word);
}

function flagsOf(command: Word): readonly Flag[] {
  const entry: Entry = COMMANDS[command];
  return entry.flags ?? [];
}

function readArguments(command: Word, rest: string[], body: string): Command {
  const bad = (argument: string): Command => ({ kind: "bad_argument", command, argument });
  switch (command) {
    case "run":
      return readRun(rest, bad);
    case "resume":
      return readResume(rest, bad);
    case "approve":
      return readApprove(rest, bad);
    case "merge":
      return readMerge(rest, bad);
    case "improve":
      // The command is the first line; what is wanted may take more.
      return { kind: "improve", text: body.replace(/^\s*\S+\s+\S+/, "").trim() };
    case "dismiss":
      return readDismiss(rest, bad);
    default:
      return rest[0] === undefined ? { kind: command } : bad(rest[0]);
  }
}

type Bad = (argument: string) => Command;

function readRun(rest: string[], bad: Bad): Command {
  const explores = rest[0]?.toLowerCase() === "explore";
  const read = readFlags("run", explores ? rest.slice(1) : rest);
  if (typeof read === "string") return bad(read);
  const turns = read.get("--max-turns");
  const dollars = read.get("--budget")?.replace(/^\$/, "");
  if (turns !== undefined && !/^[1-9]\d{0,3}$/.test(turns)) return bad(turns);
  if (dollars !== undefined && !isDollars(dollars)) return bad(dollars);
  const settings = {
    agent: read.get("--agent") ?? null,
    model: read.get("--model") ?? null,
    max_turns: turns === undefined ? null : Number(turns),
    budget: dollars === undefined ? null : Number(dollars),
  };
  return { kind: "run", task: explores ? "explore" : "implement", settings };
}

function readResume(rest: string[], bad: Bad): Command {
  const read = readFlags("resume", rest);
  if (typeof read === "string") return bad(read);
  const more = read.get("--budget");
  if (more === undefined) return { kind: "resume", more: null };
  const dollars = more.replace(/^\+?\$?/, "");
  return isDollars(dollars) ? { kind: "resume", more: Number(dollars) } : bad(more);
}

function readApprove(rest: string[], bad: Bad): Command {
  const [hash = null, more] = rest;
  if (more !== undefined) return bad(more);
  return hash === null || /^[0-9a-f]{7,64}$/i.test(hash)
    ? { kind: "approve", hash: hash?.toLowerCase() ?? null }
    : bad(hash);
}

function readMerge(rest: string[], bad: Bad): Command {
  const [argument, more] = rest;
  if (argument === undefined) return { kind: "merge", method: null };
  const method = Method.safeParse(argument.toLowerCase());
  if (!method.success) return bad(argument);
  return more === undefined ? { kind: "merge", method: method.data } : bad(more);
}

function readDismiss([finding = "", ...why]: string[], bad: Bad): Command {
  const number = Number(/^f?([1-9]\d{0,3})$/i.exec(finding)?.[1]);
  return Number.isNaN(number) || why.length === 0
    ? bad(Number.isNaN(number) ? finding : "")
    : { kind: "dismiss", finding: number, why: why.join(" ") };
}

/** The values of the command's flags, or the word that is wrong: no flag of this command, there twice, or no value; empty: one is missing. */
function readFlags(command: Word, words: string[]): Map<Flag, string> | string {
  const known = flagsOf(command);
  const values = new Map<Flag, string>();
  for (let at = 0; at < words.length; at += 2) {
    const [word = "", value] = words.slice(at);
    const flag = known.find((one) => one === word.toLowerCase());
    // Agents and models are names; anything else would only be quoted back in errors.
    const isValue = value !== undefined && /^[\w.:/@+$-]{1,80}$/.test(value) && !value.startsWith("--");
    if (flag === undefined || values.has(flag)) return word;
    if (!isValue) return value === undefined || value.startsWith("--") ? "" : value;
    values.set(flag, value);
  }
  return values;
}

/** `7`, `0.50`; at most 100,000. */
function isDollars(text: string): boolean {
  return /^\d{1,5}(?:\.\d{1,2})?$/.test(text) && Number(text) > 0;
}

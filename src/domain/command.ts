/** Commands: the table of what people may say to GZA, and the reading of a comment's first line. */
import { nearest } from "./nearest.ts";
import { Method } from "./task.ts";

/** Every word after `/gza`. `use`: how it is written; `does`: what it does, for help and the README. */
export const COMMANDS = {
  merge: {
    use: "/gza merge [merge|squash|rebase]",
    does: "merge the pull request as soon as it may be merged",
  },
  review: { use: "/gza review", does: "review the pull request's head once more" },
  improve: {
    use: "/gza improve [text]",
    does: "improve the work now: the review's findings, people's words, red checks, and what you write",
  },
  dismiss: {
    use: "/gza dismiss F3 why",
    does: "close a finding of the review that is wrong or does not matter",
  },
  cancel: { use: "/gza cancel", does: "stop and call the task off; the branch and the pull request stay" },
} as const;
type Word = keyof typeof COMMANDS;

/** Words that stand in the language and are not understood by this version. */
const LATER = new Set([
  "run",
  "retry",
  "resume",
  "approve",
  "split",
  "rebase",
  "revert",
  "status",
  "learn",
  "help",
]);

export type Command =
  | { kind: "merge"; method: Method | null }
  | { kind: "cancel" }
  | { kind: "review" }
  /** `text`: what the person wants; empty: what is open already. */
  | { kind: "improve"; text: string }
  | { kind: "dismiss"; finding: number; why: string }
  /** `near`: the word that was probably meant. */
  | { kind: "mistaken"; word: string; near: Word | null }
  | { kind: "later"; word: string }
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
  if (LATER.has(word)) return { kind: "later", word };
  return { kind: "mistaken", word: word.slice(0, 20), near: nearestWord(word) };
}

function readArguments(command: Word, rest: string[], body: string): Command {
  switch (command) {
    case "merge":
      return readMerge(rest);
    case "improve":
      // The command is the first line; what is wanted may take more.
      return { kind: "improve", text: body.replace(/^\s*\S+\s+\S+/, "").trim() };
    case "dismiss":
      return readDismiss(rest);
    default:
      return rest[0] === undefined
        ? { kind: command }
        : { kind: "bad_argument", command, argument: rest[0].slice(0, 20) };
  }
}

function readMerge(rest: string[]): Command {
  const [argument] = rest;
  if (argument === undefined) return { kind: "merge", method: null };
  const method = Method.safeParse(argument.toLowerCase());
  if (method.success && rest.length === 1) return { kind: "merge", method: method.data };
  const wrong = method.success ? (rest[1] ?? "") : argument;
  return { kind: "bad_argument", command: "merge", argument: wrong.slice(0, 20) };
}

function readDismiss([finding = "", ...why]: string[]): Command {
  const number = Number(/^f?([1-9]\d{0,3})$/i.exec(finding)?.[1]);
  if (Number.isNaN(number) || why.length === 0)
    return { kind: "bad_argument", command: "dismiss", argument: finding.slice(0, 20) };
  return { kind: "dismiss", finding: number, why: why.join(" ") };
}

function isWord(word: string): word is Word {
  return Object.hasOwn(COMMANDS, word);
}

function nearestWord(word: string): Word | null {
  const found = nearest(word, Object.keys(COMMANDS));
  return found !== null && isWord(found) ? found : null;
}

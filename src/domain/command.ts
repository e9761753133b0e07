/** Commands: the table of what people may say to GZA, and the reading of a comment's first line. */
import { nearest } from "./nearest.ts";
import { Method } from "./task.ts";

/** Every word after `/gza`. `use`: how it is written; `does`: what it does, for help and the README. */
export const COMMANDS = {
  merge: {
    use: "/gza merge [merge|squash|rebase]",
    does: "merge the pull request as soon as it may be merged",
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
  "review",
  "improve",
  "dismiss",
  "rebase",
  "revert",
  "status",
  "learn",
  "help",
]);

export type Command =
  | { kind: "merge"; method: Method | null }
  | { kind: "cancel" }
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
  if (isWord(word)) return readArguments(word, rest);
  if (LATER.has(word)) return { kind: "later", word };
  return { kind: "mistaken", word: word.slice(0, 20), near: nearestWord(word) };
}

function readArguments(command: Word, rest: string[]): Command {
  if (command === "merge") {
    const [argument] = rest;
    if (argument === undefined) return { kind: "merge", method: null };
    const method = Method.safeParse(argument.toLowerCase());
    if (method.success && rest.length === 1) return { kind: "merge", method: method.data };
    return {
      kind: "bad_argument",
      command,
      argument: (method.success ? (rest[1] ?? "") : argument).slice(0, 20),
    };
  }
  const [argument] = rest;
  return argument === undefined
    ? { kind: "cancel" }
    : { kind: "bad_argument", command, argument: argument.slice(0, 20) };
}

function isWord(word: string): word is Word {
  return Object.hasOwn(COMMANDS, word);
}

function nearestWord(word: string): Word | null {
  const found = nearest(word, Object.keys(COMMANDS));
  return found !== null && isWord(found) ? found : null;
}

/** Commands: the table of what people may say to GZA, and the reading of a comment's first line. */
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
  return { kind: "mistaken", word: word.slice(0, 20), near: nearest(word) };
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

/** The known word at an edit distance of at most two. */
function nearest(word: string): Word | null {
  const known = Object.keys(COMMANDS).filter(isWord);
  return known.find((candidate) => distance(word, candidate) <= 2) ?? null;
}

/** Edits (insert, drop, change, swap of neighbours) from one word to another. */
function distance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= from.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      rows[row]?.push(
        Math.min(
          cell(row - 1, column) + 1,
          cell(row, column - 1) + 1,
          cell(row - 1, column - 1) + same,
          swapped ? cell(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return cell(from.length, to.length);
}

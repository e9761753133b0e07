/** Cleans the message of an agent's commit and adds GZA's trailers. */
import { head, plainText } from "../plain-text.ts";

const MAX_MESSAGE_CHARACTERS = 10_000;

/** Lines that speak for somebody: who signed, who took part, which task it was. Only GZA's own may stand. */
const TRAILER =
  /^(?:gza-[a-z-]+|co-authored-by|signed-off-by|reviewed-by|acked-by|approved-by|tested-by|on-behalf-of|skip-checks):/iu;

/** Words by which GitHub leaves out workflow runs: an agent does not decide that. */
const SKIPS = /\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]/giu;

/** GitHub's words that close an issue when they reach the default branch; the pull request says what is closed. */
const CLOSING = /\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(:?\s+)(?=(?:[\w.-]+\/[\w.-]+)?#\d|https?:\/\/)/giu;

export function cleanMessage(message: string, trailers: { task: number; attempt: number }): string {
  const lines = plainText(message)
    .split("\n")
    .filter((line) => !TRAILER.test(line.trim()));
  const text = lines
    .join("\n")
    .replace(SKIPS, "")
    .replace(CLOSING, "see ")
    // A name after an @ would be told of every push; the sign alone is taken out.
    .replace(/(^|[^\w`])@(?=[\w-])/gu, "$1")
    .replace(/^(?:[ \t]*\n)+/, "")
    .trimEnd();
  const body = head(text, MAX_MESSAGE_CHARACTERS).trimEnd() || "Work on the task";
  return `${body}\n\nGza-Task: #${trailers.task}\nGza-Attempt: ${trailers.attempt}\n`;
}

/** Cleans the message of an agent's commit and adds GZA's trailers. */
import { head, plainText } from "../plain-text.ts";

const MAX_MESSAGE_CHARACTERS = 10_000;

/** Lines that speak for somebody: who signed, who took part, which task it was. Only GZA's own may stand. git allows spaces before the colon. */
const TRAILER =
  /^(?:gza-[a-z-]+|co-authored-by|signed-off-by|reviewed-by|acked-by|approved-by|tested-by|on-behalf-of|skip-checks)\s*:/iu;

/** Words by which GitHub leaves out workflow runs: an agent does not decide that. */
const SKIPS = /\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]/giu;

/** GitHub's words that close an issue when they reach the default branch; the pull request says what is closed. */
const CLOSING =
  /(?<![a-z0-9])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?:\s*:\s*|\s+)(?=(?:[\w.-]+\/[\w.-]+)?#\d|gh-\d|https?:\/\/)/giu;

/** A name after these would be told of every push. */
const MENTION = /(?<![a-z0-9])@+(?=[\w-])/giu;

/** What is taken out can bring something else together; honest words are settled after two readings. */
const MAX_READINGS = 8;

export function cleanMessage(message: string, trailers: { task: number; attempt: number }): string {
  // Longer words are cut in the end; what is far beyond is not even looked at.
  let text = cleanOnce(head(plainText(message), 4 * MAX_MESSAGE_CHARACTERS));
  for (let readings = 1; cleanOnce(text) !== text; readings += 1)
    text = readings < MAX_READINGS ? cleanOnce(text) : text.replace(/[^\p{L}\p{N}\s.,]/gu, " ");
  const body =
    head(text.replace(/^(?:[ \t]*\n)+/, ""), MAX_MESSAGE_CHARACTERS).trimEnd() || "Work on the task";
  return `${body}\n\nGza-Task: #${trailers.task}\nGza-Attempt: ${trailers.attempt}\n`;
}

function cleanOnce(text: string): string {
  return text
    .split("\n")
    .filter((line) => !TRAILER.test(line.trim()))
    .join("\n")
    .replace(SKIPS, "")
    .replace(CLOSING, "see ")
    .replace(MENTION, "");
}

/** Every word that an agent is told when its answer had the wrong form. */
import { newFence, quoted } from "./quote.ts";
import { tail } from "../plain-text.ts";

/** Of a long answer the end tells most. */
const MAX_WORDS = 60_000;

export function againPrompt(
  { words, faults, form }: { words: string; faults: readonly string[]; form: string },
  fence: string = newFence(),
): string {
  const parts = [
    "A program could not read the answer below, which you have given. Give it once more in the right form: the same content, nothing new. You need no tools; change no files.",
    quoted("ANSWER", tail(words, MAX_WORDS), fence),
    `What was wrong:\n${faults.map((fault) => `- ${fault}`).join("\n")}`,
    form,
  ];
  return `${parts.join("\n\n")}\n`;
}

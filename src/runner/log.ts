/** What people see of a step: its log, in which no line of an agent can command the runner, and its summary. */
import { randomUUID } from "node:crypto";
import { setSecret, summary } from "@actions/core";
import { plainText } from "./plain-text.ts";

/** A log is for people to read, and lies on the runner's disk until the step is over. */
const MAX_PRINTED_BYTES = 16 * 1024 * 1024;

/**
 * Runs `work` with a printer for untrusted lines. GitHub's runner obeys lines that begin with `::` in any step's output; between
 * `::stop-commands::<word>` and `::<word>::` it does not, and nobody can guess the word. What comes after 16 MiB is not printed.
 */
export async function withoutCommands<T>(work: (print: (text: string) => void) => Promise<T>): Promise<T> {
  const word = randomUUID();
  let bytes = 0;
  process.stdout.write(`::stop-commands::${word}\n`);
  try {
    return await work((text) => {
      if (bytes > MAX_PRINTED_BYTES) return;
      const line = `${plainText(text).replace(/\n+$/, "")}\n`;
      bytes += Buffer.byteLength(line);
      process.stdout.write(line);
      if (bytes > MAX_PRINTED_BYTES) process.stdout.write("What else is printed is not shown here.\n");
    });
  } finally {
    process.stdout.write(`\n::${word}::\n`);
  }
}

/** Adds a heading, a sentence of GZA's own and, fenced, words of others to the step summary. */
export async function summarize(title: string, sentence: string, words = ""): Promise<void> {
  summary.addRaw(`### ${title}\n\n${sentence}\n`);
  const plain = plainText(words).trim();
  if (plain !== "") {
    const longest = Math.max(2, ...(plain.match(/`+/g) ?? []).map((run) => run.length));
    const fence = "`".repeat(longest + 1);
    summary.addRaw(`\n${fence}text\n${plain}\n${fence}\n`);
  }
  await summary.write();
}

/** GitHub replaces the token, in both shapes that it is used in, by `***` in every log. */
export function maskToken(token: string): void {
  setSecret(token);
  setSecret(Buffer.from(`x-access-token:${token}`).toString("base64"));
}

/** What an error that Codex prints says of the model's provider: it has no fields, only the sentences that its program makes. */
import { NO_SIGNS, type ProviderSigns } from "./provider-signs.ts";

/** It stands around the reason while Codex tries again. */
const RETRY = /^Reconnecting\.\.\. \d+\/\d+ \((?<reason>.*)\)$/s;
const STATUS = /^(?:unexpected status|exceeded retry limit, last status:) (?<status>[1-5]\d\d)\b/;

/** The sentences without a status; the words are those of Claude Code, which the rules about ends know. */
const SENTENCES: readonly [pattern: RegExp, word: string][] = [
  [/^Quota exceeded\. Check your plan and billing details/, "billing_error"],
  [/^You['’]ve hit your usage limit/, "rate_limit"],
  [/^We['’]re currently experiencing high demand/, "server_error"],
  [/^Selected model is at capacity/, "overloaded"],
  [/^stream disconnected before completion/, "server_error"],
  [/^(?:connection failed|request timed out|error sending request|timeout waiting for)/i, "server_error"],
];

/** null: the sentence is about something else. */
export function codexSigns(message: string): ProviderSigns | null {
  const reason = RETRY.exec(message)?.groups?.["reason"] ?? message;
  const status = STATUS.exec(reason)?.groups?.["status"];
  if (status !== undefined) return { ...NO_SIGNS, status: Number(status) };
  const word = SENTENCES.find(([pattern]) => pattern.test(reason))?.[1];
  return word === undefined ? null : { ...NO_SIGNS, word };
}

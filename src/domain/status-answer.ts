/** What `/gza status` answers: where the task stands, why, since when, and what would move it. */
import { checksOf } from "./checks.ts";
import { wordsFor } from "./command.ts";
import type { RecordBody } from "./record.ts";
import { verdictTitle } from "./review-body.ts";
import { clock } from "./sentences-ended.ts";
import { sentenceFor } from "./sentences.ts";
import type { Snapshot } from "./snapshot.ts";

export function statusAnswer(snapshot: Snapshot, record: RecordBody): string {
  const { what, next } = sentenceFor(snapshot, record);
  const words = wordsFor(record).map((word) => `\`/gza ${word}\``);
  const lines = [
    `**${record.phase}**, \`${record.reason}\`, since ${clock(record.since)}. ${what}`,
    ...(next === null ? [] : [next]),
    evidence(snapshot, record),
    `What you can say now: ${words.join(", ")}.`,
  ];
  return lines.join("\n\n");
}

/** The facts that the next decision rests on. */
function evidence(snapshot: Snapshot, record: RecordBody): string {
  const { attempts, spent, verdict, head, pull } = record;
  const last = attempts.at(-1);
  const facts = [
    `${spent.attempts} ${spent.attempts === 1 ? "attempt" : "attempts"}, $${spent.usd.toFixed(2)}`,
  ];
  if (last?.end) facts.push(`the newest, ${last.n} (${last.kind}), ended as \`${last.end}\``);
  if (head !== null)
    facts.push(`head \`${head.slice(0, 12)}\`${record.theirs ? ", which a person made" : ""}`);
  if (pull !== null) facts.push(`checks: ${checksOf(snapshot, record).kind}`);
  if (snapshot.pull) facts.push(`GitHub calls it ${snapshot.pull.mergeable}`);
  if (verdict) {
    const older = verdict.head === head ? "" : " (of an older head)";
    facts.push(`review${older}: ${verdictTitle(verdict).toLowerCase()}`);
  }
  if (record.merge) facts.push(`${record.merge.by.login} wants it merged`);
  return `What that rests on: ${facts.join("; ")}.`;
}

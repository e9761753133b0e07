/** The receipt as people see it: folded, at the end of the pull request's text, between two marks. */
import { fenced } from "./fenced.ts";
import { cleanLine } from "./clean.ts";
import type { Receipt, RebaseEntry } from "./receipt.ts";
import { stopped } from "./sentence.ts";

const BEGIN = "<!-- gza:receipt -->";
const END = "<!-- gza:receipt:end -->";

/** Of so many of the newest rebases the comparison is shown. */
const SHOWN = 3;
const MAX_DIFF = 8000;

/** The text with the receipt as it is now; what people wrote around it stays. */
export function withReceipt(body: string, receipt: Receipt): string {
  return `${withoutReceipt(body).trimEnd()}\n\n${receiptText(receipt)}`;
}

/** Whether the text shows this receipt. */
export function showsReceipt(body: string, receipt: Receipt): boolean {
  return body.replaceAll("\r\n", "\n").includes(receiptText(receipt));
}

export function withoutReceipt(body: string): string {
  const from = body.indexOf(BEGIN);
  if (from === -1) return body;
  const to = body.indexOf(END, from);
  return `${body.slice(0, from).trimEnd()}\n${to === -1 ? "" : body.slice(to + END.length).trimStart()}`.trimEnd();
}

function receiptText({ rebases }: Receipt): string {
  const newest = rebases.toReversed();
  const parts = newest.map((entry, index) => rebaseText(entry, index < SHOWN));
  return [BEGIN, "<details><summary>Receipt</summary>", ...parts, "</details>", END].join("\n\n");
}

function rebaseText(entry: RebaseEntry, isWhole: boolean): string {
  const { attempt, before, after, onto, by, same, commits, dropped, conflicts, range_diff: diff } = entry;
  const how = { nothing: "nothing had to be done", git: "git alone, no model, $0" } as const;
  const way =
    by === "agent"
      ? "an agent settled what git could not"
      : by === "regeneration"
        ? "generated files were written anew by their own tools"
        : how[by];
  const patch = same ? "The patch is unchanged, so the verdict stands." : "The patch has changed.";
  const lines = [
    `**Rebase, attempt ${attempt}**: \`${before.slice(0, 12)}\` became \`${after.slice(0, 12)}\` on \`${onto.slice(0, 12)}\` (${way}). ${commits.before} commits before, ${commits.after} after. ${patch} The old head is kept.`,
  ];
  const why = {
    landed: "is on the base already",
    squashed: "was squashed into the base",
    empty: "has nothing left",
  };
  for (const one of dropped.slice(0, 20))
    lines.push(
      `- left out: \`${one.oid.slice(0, 12)}\` ${stopped(`${cleanLine(one.subject, 100)} ${why[one.why]}`)}`,
    );
  for (const one of conflicts.slice(0, 20)) {
    const path = cleanLine(one.path, 160).replaceAll("`", "'");
    lines.push(`- conflict: \`${path}\` (${one.kind.replaceAll("_", "/")}), settled by ${one.by}.`);
  }
  if (isWhole && diff !== "") lines.push("", fenced(diff, MAX_DIFF));
  return lines.join("\n");
}

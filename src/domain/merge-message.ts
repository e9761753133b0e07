/** What the merge commit says: the pull request's own title and text, and trailers that lead back to the task. */
import { cleanLine, cleanText } from "./clean.ts";
import { ASKED_FOR, pullTitle, STAYS } from "./comments.ts";
import { withoutReceipt } from "./receipt-text.ts";
import type { RecordBody } from "./record.ts";
import type { Snapshot } from "./snapshot.ts";

const MAX_TEXT = 4000;

/** A rule between paragraphs; git takes it for the end of the message, and finds no trailers after it. */
const DIVIDER = /^---(?=\s|$)/gm;

/** People may have given the pull request a better title. */
export function mergeTitle(snapshot: Snapshot, record: RecordBody): string {
  const title = cleanLine(snapshot.pull?.title ?? "", 200) || pullTitle(snapshot, record);
  return `${title} (#${record.pull ?? 0})`;
}

/** Without what the pull request's text says about its own making. */
export function mergeMessage({ pull }: Snapshot, record: RecordBody): string {
  const text = withoutReceipt(pull?.body ?? "").replaceAll("\r\n", "\n");
  const kept = text.split("\n").filter((line) => !isAboutMaking(line));
  const words = cleanText(kept.join("\n").replaceAll(/\n{3,}/g, "\n\n"), MAX_TEXT)
    .replaceAll(DIVIDER, "***")
    .trim();
  const trailers = [
    `Gza-Task: #${record.issue}`,
    `Gza-Asked-By: ${cleanLine(record.asked.by.login, 40)}`,
    `Gza-Attempts: ${record.spent.attempts}`,
  ];
  const parts = [`Closes #${record.issue}`, words, trailers.join("\n")];
  return parts.filter((part) => part !== "").join("\n\n");
}

function isAboutMaking(line: string): boolean {
  return (
    line.startsWith(`${ASKED_FOR} `) || line.startsWith(`${STAYS} `) || /^closes #\d+$/i.test(line.trim())
  );
}

/** The one sentence with which each command is answered; the word that names it is part of the answer's key. */
import { COMMANDS } from "./command.ts";
import { CONFIG_PATH } from "./names.ts";
import type { RecordBody } from "./record.ts";

const ANSWERS = {
  merge: (record: RecordBody) =>
    `Understood: pull request ${record.pull === null ? "" : `#${record.pull} `}is merged as soon as it is approved, its checks are green and it has no conflict.`,
  review: () => "Understood: a fresh reviewer looks at the pull request's head as soon as there is room.",
  improve: () =>
    "Understood: an attempt takes this up together with everything else that is open, as soon as there is room.",
  dismiss: (record: RecordBody) =>
    `Dismissed. The verdict is now: ${record.verdict === null ? "none yet" : record.verdict.value.replaceAll("_", " ")}.`,
  no_finding: () => "There is no open finding with that number; the table in the review has them all.",
  no_review: () => `Reviews are switched off here: \`review.enabled\` in \`${CONFIG_PATH}\`.`,
  no_pull: () => "There is no pull request yet; say it again when there is one.",
  nothing_to_improve: () =>
    "Nothing is open to improve: no finding, no word of a person, no red check. Say what you want: `/gza improve <text>`.",
  busy: (record: RecordBody) =>
    `Attempt ${record.attempt?.n ?? record.spent.attempts} (${record.attempt?.kind ?? "none"}) is at work; say it again when it is over, or \`/gza cancel\`.`,
  cancel: () =>
    "Called off. The branch and the pull request stay as they are; put the label on again to start anew.",
  not_allowed: () => "Only people who can push to this repository can tell GZA what to do.",
  nothing_to_merge: () => "There is no pull request to merge yet; say it again when there is one.",
  done: () => "This task is done; put the label on again to start a new one.",
  cancelled: () => "This task was called off; put the label on again to start anew.",
  parked: (record: RecordBody) =>
    `This task waits for a person (${record.reason.replaceAll("_", " ")}); the comment above says what would move it.`,
  later: () => `GZA cannot do that yet. What it can: ${list()}.`,
  mistaken: () => `GZA does not know that command. What it can: ${list()}.`,
  mean_merge: () => "GZA does not know that command; did you mean `/gza merge`?",
  mean_cancel: () => "GZA does not know that command; did you mean `/gza cancel`?",
  mean_review: () => "GZA does not know that command; did you mean `/gza review`?",
  mean_improve: () => "GZA does not know that command; did you mean `/gza improve`?",
  mean_dismiss: () => "GZA does not know that command; did you mean `/gza dismiss`?",
  bad_review: () => "`/gza review` stands alone; nothing was done.",
  bad_improve: () => "Say what you want on the first line: `/gza improve <text>`.",
  bad_dismiss: () => "Say which finding and why: `/gza dismiss F3 it is checked one line above`.",
  bad_merge: () => `The word after \`/gza merge\` must be merge, squash or rebase, or nothing.`,
  bad_cancel: () => "`/gza cancel` stands alone; nothing was done.",
};
export type AnswerWord = keyof typeof ANSWERS;

export function answerTo(word: string, record: RecordBody): string {
  if (!isAnswer(word))
    throw new Error(`the record announces an answer that this version does not know: ${word}`);
  return ANSWERS[word](record);
}

function isAnswer(word: string): word is AnswerWord {
  return Object.hasOwn(ANSWERS, word);
}

function list(): string {
  return Object.values(COMMANDS)
    .map(({ use }) => `\`${use}\``)
    .join(", ");
}

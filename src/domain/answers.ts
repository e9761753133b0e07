/** The one sentence with which each command is answered; the word that names it is part of the answer's key. */
import { cleanLine } from "./clean.ts";
import { COMMANDS, flagMeantBy, meantBy, wordsFor, type Word } from "./command.ts";
import { CONFIG_PATH } from "./names.ts";
import type { RecordBody } from "./record.ts";
import { unstopped } from "./sentence.ts";
import { beginning } from "./sentences-ended.ts";
import { sentenceFor } from "./sentences.ts";
import { statusAnswer } from "./status-answer.ts";
import type { CommentFacts, Snapshot } from "./snapshot.ts";

/** `said`: the word of the person that it is about; empty where it is about none. */
type Say = (snapshot: Snapshot, record: RecordBody, said: string) => string;

const ANSWERS = {
  run: () => "Understood: the task starts, with the issue's text as it is now.",
  retry: (_, record) => `Understood: it is tried again ${beginning(record)}, as soon as there is room.`,
  resume_session: (_, record, said) =>
    `Understood: the agent goes on in the same session, as soon as there is room.${budget(record, said)}`,
  resume_work: (_, record, said) =>
    `Understood: an agent goes on from the unfinished work. The old session is gone, so it gets a summary of it.${budget(record, said)}`,
  resume_anew: (_, record, said) =>
    `There is no unfinished work to go on from, so it is tried again ${beginning(record)}.${budget(record, said)}`,
  needs_budget: () => "Say by how much the budget grows: `/gza resume --budget +5` adds five dollars.",
  approve: () => "Approved: the work goes on its branch, and its pull request is opened.",
  nothing_to_approve: () => "Nothing waits for an approval here.",
  other_commit: () => "That is not the commit that waits for an approval; nothing was done.",
  merge: (_, record) =>
    `Understood: pull request ${record.pull === null ? "" : `#${record.pull} `}is merged as soon as it is approved, its checks are green and it has no conflict.`,
  review: () => "Understood: a fresh reviewer looks at the pull request's head as soon as there is room.",
  improve: () =>
    "Understood: an attempt takes this up together with everything else that is open, as soon as there is room.",
  rebase: (_, { base }) =>
    `Understood: the work is put on the newest ${cleanLine(base)} as soon as there is room. Its old head is kept.`,
  nothing_to_rebase: (_, { base }) =>
    `The pull request has everything that is on ${cleanLine(base)} and does not conflict: there is nothing to rebase.`,
  in_queue: () => "The pull request stands in GitHub's merge queue; GZA leaves it alone there.",
  revert: (_, { pull }, said) =>
    `Opened #${said}, which takes #${pull ?? 0} back. Merge it if you want that.`,
  revert_refused: ({ evidence }, { pull }) => {
    const refused = evidence.findLast((found) => found.kind === "revert_refused");
    const why = refused?.kind === "revert_refused" ? unstopped(cleanLine(refused.message, 300)) : "";
    return `GitHub could not take #${pull ?? 0} back${why === "" ? "" : `: ${why}`}. Revert it by hand, or comment \`/gza run\` with what is wrong.`;
  },
  not_merged: () => "Nothing of this task was merged, so there is nothing to take back.",
  dismiss: (_, record) =>
    `Dismissed. The verdict is now: ${record.verdict === null ? "none yet" : record.verdict.value.replaceAll("_", " ")}.`,
  no_finding: () => "There is no open finding with that number; the table in the review has them all.",
  no_review: () => `Reviews are switched off here: \`review.enabled\` in \`${CONFIG_PATH}\`.`,
  no_pull: () => "There is no pull request yet; say it again when there is one.",
  nothing_to_improve: () =>
    "Nothing is open to improve: no finding, no word of a person, no red check. Say what you want: `/gza improve <text>`.",
  busy: (_, record) =>
    `Attempt ${record.attempt?.n ?? record.spent.attempts} (${record.attempt?.kind ?? "none"}) is at work; say it again when it is over, or \`/gza cancel\`.`,
  cancel: (_, { head }) =>
    `Called off.${head === null ? "" : " The branch and the pull request stay as they are."} Comment \`/gza run\` to start anew.`,
  no_plan: () =>
    "Plans are not there yet: take the label `gza:plan` off and say `/gza run` again; GZA then starts without one.",
  closed: () => "The issue is closed; reopen it and say `/gza run` again.",
  not_allowed: () => "Only people who can push to this repository can tell GZA what to do.",
  parked: (snapshot, record) => {
    const { what, next } = sentenceFor(snapshot, record);
    return [`That would not help here. ${what}`, next].filter((line) => line !== null).join("\n\n");
  },
  not_now: (snapshot, record, said) =>
    `\`/gza ${shown(said)}\` does nothing here now. ${sentenceFor(snapshot, record).what} What you can say: ${list(record)}.`,
  status: statusAnswer,
  help: (_, record) => `What you can say now:\n\n${table(wordsFor(record))}`,
  later: (_, record, said) =>
    `\`/gza ${shown(said)}\` is not there yet. What you can say now: ${list(record)}.`,
  mistaken: (_, record, said) => {
    const near = meantBy(said);
    if (near !== null)
      return `GZA knows no \`/gza ${shown(said)}\`; did you mean \`/gza ${near}\`? Nothing was done.`;
    const what = said === "" ? "Say what GZA is to do" : `GZA knows no \`/gza ${shown(said)}\``;
    return `${what}. What you can say now: ${list(record)}.`;
  },
  bad_run: wrong("run"),
  bad_retry: wrong("retry"),
  bad_resume: wrong("resume"),
  bad_cancel: wrong("cancel"),
  bad_approve: wrong("approve"),
  bad_review: wrong("review"),
  bad_improve: wrong("improve"),
  bad_dismiss: wrong("dismiss"),
  bad_merge: wrong("merge"),
  bad_rebase: wrong("rebase"),
  bad_revert: wrong("revert"),
  bad_status: wrong("status"),
  bad_help: wrong("help"),
} as const satisfies { [word: string]: Say };
export type AnswerWord = keyof typeof ANSWERS;

/** The key of the answer to a comment; where it was said is where it is answered. `word` may carry what was said, in hex. */
export function answerKey(
  { id, on }: CommentFacts,
  word: AnswerWord | `${AnswerWord}:${string}` | "no_task",
): string {
  return `answer${on === "pull" ? "-pull" : ""}:${id}:${word}`;
}

/** The sentence for `word`; `said` in hex, as keys carry it. */
export function answerTo(
  { word, said }: { word: string; said: string },
  snapshot: Snapshot,
  record: RecordBody,
): string {
  if (!isAnswer(word))
    throw new Error(`the record announces an answer that this version does not know: ${word}`);
  const say: Say = ANSWERS[word];
  return say(snapshot, record, Buffer.from(said, "hex").toString("utf8"));
}

/** `more`: by how much the budget has just grown; empty: by nothing. */
function budget({ settings }: RecordBody, more: string): string {
  if (more === "" || settings.budget === null) return "";
  return ` The task's budget is $${settings.budget.toFixed(2)} now.`;
}

/** The table of commands, as help and README show it. */
export function table(words: readonly Word[]): string {
  const rows = words.map(
    (word) => `| \`${COMMANDS[word].use.replaceAll("|", "\\|")}\` | ${COMMANDS[word].does} |`,
  );
  return ["| command | |", "|---|---|", ...rows].join("\n");
}

/** Points at the word that does not fit. */
function wrong(command: Word): Say {
  return (_, __, said) => {
    const meant = flagMeantBy(command, said);
    const near = meant === said.toLowerCase() ? null : meant;
    const what =
      said === ""
        ? `\`/gza ${command}\` needs more words`
        : `\`${shown(said)}\` does not fit \`/gza ${command}\`${near === null ? "" : `; did you mean \`${near}\`?`}`;
    return `${what}${near === null ? "." : ""} It is written \`${COMMANDS[command].use}\`. Nothing was done.`;
  };
}

function isAnswer(word: string): word is AnswerWord {
  return Object.hasOwn(ANSWERS, word);
}

function list(record: RecordBody): string {
  return wordsFor(record)
    .map((word) => `\`/gza ${word}\``)
    .join(", ");
}

function shown(said: string): string {
  return cleanLine(said, 40).replaceAll("`", "'");
}

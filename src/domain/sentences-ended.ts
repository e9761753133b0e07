/** Sentences about attempts that ended badly: what happened, the evidence, and what goes on by itself or on which word. */
import { cleanLine } from "./clean.ts";
import { fenced } from "./fenced.ts";
import { WHOLE_WORK, type GuardRule } from "./guard.ts";
import { CONFIG_PATH } from "./names.ts";
import type { RecordBody } from "./record.ts";
import { newestReport, RETRY_SECONDS, willBeResumable } from "./recovery.ts";
import { stopped, unstopped, type Say, type Sentence } from "./sentence.ts";
import type { Snapshot } from "./snapshot.ts";
import type { AttemptEnd, ParkReason } from "./task.ts";
import { secondsBetween } from "./time.ts";

const LONGEST_RETRY = Math.max(...RETRY_SECONDS);

export const ENDED: { [end in Exclude<Extract<AttemptEnd, ParkReason>, "no_change_needed">]: Say } = {
  question: (snapshot, record) => ({
    what: questionOf(snapshot, record),
    next: "Answer in a comment here, in your own words; the agent goes on with it.",
  }),
  max_turns: ended((record) => `The agent used up all its turns (${turns(record)}).`),
  timeout: ended((record) => `The agent ran out of time (${minutes(record)} min).`),
  silence: ended(() => "The agent gave no sign of life for too long and was stopped."),
  infrastructure: ended(() => "The workflow run broke before the agent could finish."),
  provider_unavailable: ended(() => "The model's provider could not serve the agent."),
  empty_run: ended(() => "The agent ended without any change and without saying that none is needed."),
  runner_lost: ended(() => "The workflow run never started, or was lost on the way."),
  quota: quotaSentence,
  budget: (_, record) => ({
    what: `The task has used up its budget ($${record.spent.usd.toFixed(2)} so far).`,
    next: `Comment \`/gza resume --budget +5\` to add five dollars and go on. \`budget.task\` in \`${CONFIG_PATH}\` sets it for all tasks.`,
  }),
  agent_loop: ended(() => "The agent went round in circles and was stopped."),
  agent_gave_up: ended(() => "The agent gave up."),
  guard_refused: ended(
    () => "The work was refused before anything of it was pushed.",
    `Say in the issue's text how to do without that and comment \`/gza run\`; or allow it under \`guard\` in \`${CONFIG_PATH}\`, which workflow files never are, and comment \`/gza retry\`.`,
  ),
  verify_red: ended(() => "The work did not pass `verify`, the config's own check."),
  provider_refused: ended(
    () => "The model's provider refused: the key, the account or the task itself.",
    "Check the key, the account and the model's name, then comment `/gza retry`.",
  ),
  bad_report: ended(() => "What the run brought back cannot be used."),
  conflict: conflictSentence,
  unchanged: ended(
    () => "The attempt changed nothing.",
    "Comment `/gza improve` with what is to be done, `/gza dismiss F1 why` for what is wrong, or push to the branch.",
  ),
  workflow_permission: ended(
    () => "The work would change a workflow file, which GZA never does.",
    "Make that change yourself; or say in the issue's text how to do without it and comment `/gza run`.",
  ),
  run_cancelled: ended(() => "Somebody cancelled the workflow run."),
};

/** Of these the sentence says all that the run says. */
const SAID: ReadonlySet<AttemptEnd> = new Set<AttemptEnd>([
  "max_turns",
  "timeout",
  "silence",
  "empty_run",
  "run_cancelled",
]);

/** `next` null: whatever the unfinished work allows. */
function ended(what: (record: RecordBody) => string, next: string | null = null): Say {
  return (snapshot, record) => ({
    what: `${what(record)}${detail(snapshot, record)}${runLink(snapshot, record)}`,
    next: record.phase === "queued" ? byItself(record) : (next ?? wayOn(snapshot, record)),
  });
}

function questionOf(snapshot: Snapshot, record: RecordBody): string {
  const question = quoted(reportOf(snapshot, record)?.question ?? "");
  if (question !== "") return `The agent has a question: ${question}`;
  return `The agent has a question, which could not be read.${runLink(snapshot, record)}`;
}

function quotaSentence(snapshot: Snapshot, record: RecordBody): Sentence {
  const last = record.attempts.at(-1);
  const { queue } = snapshot.ledger;
  // A task that has not met the quota itself waits for whoever is held.
  const held = queue.held.find(({ agent }) => last?.end !== "quota" || agent === last.agent);
  const agent = cleanLine((last?.end === "quota" ? last.agent : held?.agent) ?? "the agent", 40);
  const until = record.not_before ?? held?.until ?? null;
  const what = `The quota of ${agent} at its provider is used up.`;
  if (record.phase === "queued") {
    // A quota of unknown end holds nobody else.
    if (!held && last?.ended && until !== null && secondsBetween(last.ended, until) <= LONGEST_RETRY)
      return { what, next: byItself(record) };
    const time = until === null ? "" : ` after ${clock(until)}`;
    return { what, next: `Every task that works with ${agent} waits; all go on by themselves${time}.` };
  }
  return { what: `${what}${runLink(snapshot, record)}`, next: wayOn(snapshot, record) };
}

/** Nobody has to do anything. */
function byItself({ not_before, wanted }: RecordBody): string {
  const how = wanted?.how === "resume" ? "goes on from the unfinished work" : "tries again";
  return `GZA ${how} by itself${not_before === null ? "" : ` after ${clock(not_before)}`}.`;
}

function wayOn(snapshot: Snapshot, record: RecordBody): string {
  const last = record.attempts.at(-1);
  if (last?.kind === "review")
    return "Comment `/gza review` to have it reviewed again, or look at it yourself.";
  return willBeResumable(snapshot, record)
    ? `Comment \`/gza resume\` to go on from the unfinished work, or \`/gza retry\` to try again ${beginning(record)}.`
    : "Comment `/gza retry` to try again.";
}

/** With what each side has where they do not fit together. */
function conflictSentence(snapshot: Snapshot, record: RecordBody): Sentence {
  const base = cleanLine(record.base);
  const next = `Merge ${base} into this branch and push, and GZA goes on by itself; or comment \`/gza rebase\` to have it tried again.`;
  const report = reportOf(snapshot, record);
  const left = (report?.rebase?.conflicts ?? []).filter(({ by }) => by === "left");
  const said = report?.end === "conflict" ? cleanLine(report.summary, 400) : "";
  if (left.length === 0) {
    const why =
      said === ""
        ? `The pull request conflicts with ${base} although it stands on the newest ${base}.`
        : stopped(said);
    return { what: `${why}${runLink(snapshot, record)}`, next };
  }
  const sides = left
    .slice(0, 3)
    .map(
      ({ path, ours, theirs }) =>
        `${place(path)}\n\n${side("This pull request", ours)}\n\n${side(base, theirs)}`,
    );
  const more = left.length > sides.length ? [`And ${left.length - sides.length} more.`] : [];
  const what = `Both sides changed the same in ways that do not fit together. ${stopped(said)}`.trim();
  return { what: [what, ...sides, ...more].join("\n\n"), next };
}

function side(who: string, text: string): string {
  return text.trim() === "" ? `${who} has nothing there.` : `${who} has:\n${fenced(text, 1500)}`;
}

/** What the report adds. */
function detail(snapshot: Snapshot, record: RecordBody): string {
  const read = newestReport(snapshot, record);
  if (read?.kind === "unreadable") return ` Its report cannot be read: ${unstopped(cleanLine(read.why))}.`;
  const report = reportOf(snapshot, record);
  if (!report) return "";
  const { guard, last_words, verify, summary } = report;
  if (guard.length > 0) {
    const shown = guard
      .slice(0, 5)
      .map(({ path, rule }) => `${place(path)} (${GUARD[rule] ?? cleanLine(rule)})`);
    return ` It is about ${shown.join(", ")}${guard.length > shown.length ? ` and ${guard.length - shown.length} more` : ""}.`;
  }
  if (verify && verify.exit !== 0) return ` It ended with ${verify.exit}.`;
  const words = quoted(last_words);
  const why = report.end === "completed" || SAID.has(report.end) ? "" : cleanLine(summary, 300);
  return `${why === "" ? "" : ` ${stopped(why)}`}${words === "" ? "" : ` Its last words: ${words}`}`;
}

/** What the guard found, in words. */
const GUARD: { [rule in GuardRule]: string } & { [rule: string]: string } = {
  protected: "a protected path",
  look_alike: "a name that looks like another",
  odd_path: "a path that not every system can hold",
  odd_mode: "an unusual kind of file",
  submodule: "a submodule",
  link_out_of_tree: "a link out of the repository",
  binary: "a binary file",
  lfs_pointer: "a file that Git LFS keeps elsewhere",
  lock_only: "a lockfile without a change that it follows from",
  case_collision: "a name that some systems cannot tell from another",
  hidden_repository: "a folder that git takes for a repository of its own",
  too_many_files: "more files than allowed",
  too_many_bytes: "more bytes than allowed",
  too_many_commits: "more commits than allowed",
  base_not_ancestor: "not built on the base",
  outside_rebase: "not part of what was to be rebased",
  conflict_markers: "a conflict that nobody settled",
  bundle_too_big: "too big to be read",
  bundle_broken: "not to be read",
};

function place(path: string): string {
  return path === WHOLE_WORK ? "the work as a whole" : `\`${cleanLine(path).replaceAll("`", "'")}\``;
}

function reportOf(snapshot: Snapshot, record: RecordBody) {
  const read = newestReport(snapshot, record);
  return read?.kind === "report" ? read.report : null;
}

function quoted(words: string): string {
  const line = cleanLine(words, 500);
  return line === "" ? "" : `“${line}”`;
}

function runLink({ repository }: Snapshot, { attempts }: RecordBody): string {
  const run = attempts.at(-1)?.run ?? null;
  return run === null ? "" : ` See [its workflow run](${repository.url}/actions/runs/${run}).`;
}

function minutes({ attempts }: RecordBody): number {
  return Math.max(1, Math.round((attempts.at(-1)?.seconds ?? 0) / 60));
}

function turns({ attempts }: RecordBody): number {
  return attempts.at(-1)?.turns ?? 0;
}

/** Where an attempt begins that builds on no unfinished work. */
export function beginning({ head }: RecordBody): string {
  return head === null ? "from the beginning" : "from the branch as it is";
}

/** `2026-08-24 12:05 UTC`; to the minute. */
export function clock(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

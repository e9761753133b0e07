/** For each reason: what is the matter, and what a person can do about it. */
import { cleanLine } from "./clean.ts";
import { causeToWrite } from "./at-head.ts";
import { checksOf, couldNotRun, redOnBase } from "./checks.ts";
import { CONFIG_PATH, WORKFLOW_PATH } from "./names.ts";
import type { RecordBody } from "./record.ts";
import { countsOf, verdictTitle } from "./review-body.ts";
import type { Snapshot } from "./snapshot.ts";
import { isReviewed } from "./standing.ts";
import type { Reason } from "./task.ts";

export interface Sentence {
  what: string;
  /** The next step; null: there is none to take. */
  next: string | null;
}

type Say = (snapshot: Snapshot, record: RecordBody) => Sentence;

const ANEW = "Take the label off and put it on again to start anew.";

/** What is said of a task that stands where `record` says. */
export function sentenceFor(snapshot: Snapshot, record: RecordBody): Sentence {
  const say = SENTENCES[record.reason];
  return say(snapshot, record);
}

function plainly(what: string, next: string | null = null): Say {
  return () => ({ what, next });
}

/** An attempt that ended badly: what happened, where to read more. */
function ended(what: string, next = ANEW): Say {
  return (snapshot, record) => {
    const run = record.attempts.at(-1)?.run ?? null;
    const link =
      run === null ? "" : ` See [its workflow run](${snapshot.repository.url}/actions/runs/${run}).`;
    return { what: `${what}${detail(snapshot)}${link}`, next };
  };
}

/** What the report adds, while it is at hand. */
function detail({ baton }: Snapshot): string {
  if (baton.kind !== "report") return "";
  if (baton.report.kind !== "report") {
    return baton.report.kind === "unreadable" ? ` (${cleanLine(baton.report.why)})` : "";
  }
  const { guard, last_words, verify } = baton.report.report;
  if (guard.length > 0) {
    const shown = guard
      .slice(0, 5)
      .map(({ path, rule }) => `\`${cleanLine(path).replaceAll("`", "'")}\` (${cleanLine(rule)})`);
    return ` It is about ${shown.join(", ")}${guard.length > shown.length ? ` and ${guard.length - shown.length} more` : ""}.`;
  }
  if (verify && verify.exit !== 0) return ` The check command ended with ${verify.exit}.`;
  return last_words === "" ? "" : ` Its last words: “${cleanLine(last_words)}”.`;
}

const SENTENCES: { [reason in Reason]: Say } = {
  asked: plainly("GZA has heard you and starts soon."),
  started: (_, record) => ({
    what: `Attempt ${record.attempt?.n ?? record.spent.attempts} works on a branch of its own.`,
    next: null,
  }),
  dispatch_lost: plainly("GitHub did not start the workflow run; it was asked again."),
  running: plainly("An attempt is in flight."),
  implemented: plainly("The work is on its branch; the pull request is being opened."),
  improved: plainly("What was asked for is improved; checks and review look at it next."),
  fixed: plainly("The red checks got a fix; they run again."),
  approved: plainly("The review found nothing that stands against merging."),
  approved_with_followups: plainly("The review found only things that can wait."),
  changes_requested: (_, record) => ({
    what: `The review found ${record.verdict ? countsOf(record.verdict) : "blockers"}; an attempt improves the work next.`,
    next: null,
  }),
  feedback: plainly("A person's words are taken up next."),
  person_pushed: plainly(
    "A person pushed to the branch. Their commits are kept as they are, and are checked and reviewed like any others.",
  ),
  waits_for_turn: plainly("Other tasks go first."),
  waits_for_room: (snapshot) => ({
    what: `${snapshot.ledger.queue.flight.length} tasks run at once, which is all that \`parallel.tasks\` allows; this one waits for its turn.`,
    next: null,
  }),
  waits_for_budget: plainly(
    "The day's budget is spent or reserved; it goes on after midnight (UTC).",
    `\`budget.day\` in \`${CONFIG_PATH}\` sets it.`,
  ),
  waits_for_pull: plainly("The pull request is being opened."),
  waits_for_checks: plainly("The pull request's checks are not over yet."),
  waits_for_rerun: (_, record) => ({
    what: `Red checks run once more, to tell a flaky one from a broken one${list(record.rerun?.names ?? [])}.`,
    next: null,
  }),
  waits_for_review: plainly("A review of the pull request's head starts soon."),
  waits_for_feedback: plainly(
    "A person wants something changed; it is taken up when five minutes have passed without another word.",
    "Comment `/gza improve` to have it taken up now.",
  ),
  waits_for_mergeability: plainly("GitHub has not said yet whether the pull request can be merged."),
  waits_for_conflict: (_, record) => ({
    what: `The pull request conflicts with ${cleanLine(record.base)}.`,
    next: `Merge ${cleanLine(record.base)} into its branch, or take the label off and put it on again to start anew.`,
  }),
  waits_for_stop: plainly("The stop label holds everything."),
  waits_for_merge: plainly("The pull request is being merged."),
  checks_missing: plainly(
    "No check has reported for a quarter of an hour, though the base branch has some.",
    "See whether the repository's workflows run on pull requests.",
  ),
  ready: (snapshot, record) => ({
    what: `Pull request #${record.pull ?? 0} is ${readiness(snapshot, record)} and can be merged.`,
    next: "Merge it, or comment `/gza merge`.",
  }),

  merged: (_, record) => ({ what: `Pull request #${record.pull ?? 0} is merged.`, next: null }),
  no_change_needed: plainly("Nothing had to be changed."),
  answered: plainly("The question is answered."),
  split: plainly("The plan went on as issues of its own."),

  command: plainly("A person called it off.", "Put the label on again to start anew."),
  unlabelled: plainly("The label was taken off.", "Put it on again to start anew."),
  issue_closed: plainly("The issue was closed.", "Reopen it and put the label on again to start anew."),
  pull_closed: plainly("The pull request was closed.", "Put the label on again to start anew."),

  question: ended("The agent asks a question."),
  max_turns: ended("The agent used up all its turns."),
  timeout: ended("The agent ran out of time."),
  silence: ended("The agent gave no sign of life for too long and was stopped."),
  infrastructure: ended("The workflow run broke before the agent could finish."),
  provider_unavailable: ended("The model's provider did not answer."),
  empty_run: ended("The run ended without any change and without saying that none is needed."),
  runner_lost: ended("The workflow run never started, or was lost on the way."),
  quota: ended("The model's quota is used up."),
  budget: (_, record) => ({
    what: `The task has used up its budget ($${record.spent.usd.toFixed(2)} so far).`,
    next: `Raise \`budget.task\` in \`${CONFIG_PATH}\`, then take the label off and put it on again.`,
  }),
  agent_loop: ended("The agent went round in circles and was stopped."),
  agent_gave_up: ended("The agent gave up."),
  guard_refused: ended("The work was refused before anything of it was pushed."),
  verify_red: ended("The work did not pass the check command of the config."),
  provider_refused: ended("The model's provider refused the task."),
  bad_report: ended("The run's report cannot be used."),
  conflict: ended("Both sides changed the same lines in ways that do not fit together."),
  unchanged: ended(
    "The attempt changed nothing.",
    "Comment `/gza improve` with what is to be done, `/gza dismiss F1 why` for what is wrong, or push to the branch.",
  ),
  workflow_permission: ended("The work would change a workflow file, which GZA never does."),
  run_cancelled: ended("The workflow run was cancelled by hand."),

  approval: plainly("A plan waits for approval.", ANEW),
  review_cycles: (_, record) => ({
    what: `The review still has ${record.verdict ? countsOf(record.verdict) : "blockers"} after all its rounds.`,
    next: "Comment `/gza improve` (with a hint, if you have one) for more rounds, `/gza dismiss F1 why` for what is wrong, or push to the branch.",
  }),
  review_failed: ended(
    "Two reviews in a row came back unreadable or incomplete, so nobody has looked at this head.",
    "Comment `/gza review` to try again, or review and merge it yourself.",
  ),
  disputed: plainly(
    "The agent disputes what the review found, a second reviewer upheld it, and the work stayed as it is.",
    "Say who is right: `/gza dismiss F1 why`, or `/gza improve` with what is to be done.",
  ),
  checks_red: redSentence,
  merge_refused: (snapshot) => {
    const refused = snapshot.evidence.findLast((found) => found.kind === "merge_refused");
    const words = refused?.kind === "merge_refused" ? `: ${cleanLine(refused.message)}` : "";
    return { what: `GitHub refused the merge${words}.`, next: "Mend that, then comment `/gza merge` again." };
  },
  theirs: theirsSentence,
  untrusted: plainly(
    "The issue holds words of people who cannot push here, so the work is kept off the branch: the repository's checks would run it with secrets.",
    "Have somebody who can push write the issue, and label that one.",
  ),
  dependency: plainly("A task that this one depends on will not be done.", ANEW),
  edited: plainly("The issue's text was changed after you asked.", ANEW),
  no_progress: plainly(
    "The same attempt was made three times from the same state; a fourth would end alike.",
    ANEW,
  ),
  attempts: plainly("Twenty attempts were made; that is enough.", ANEW),
  config: (snapshot) => ({
    what: `\`${CONFIG_PATH}\` cannot be used:\n\n${problems(snapshot)}`,
    next: "Mend it on the default branch; GZA goes on by itself.",
  }),
  record: plainly("What GZA remembers about this task cannot be read."),
  setup: (snapshot) => setupSentence(snapshot),
};

function readiness(snapshot: Snapshot, record: RecordBody): string {
  const checks = checksOf(snapshot, record);
  const none = checks.kind === "green" && checks.none;
  const { verdict, rerun } = record;
  const review = isReviewed(record) && verdict ? `${verdictTitle(verdict).toLowerCase()}; ` : "";
  const flaky =
    rerun?.head === record.head ? ` (flaky: red once, green when run again${list(rerun.names)})` : "";
  return `${review}${none ? "mergeable, without checks, which the repository has none of" : `green${flaky}, mergeable`}`;
}

function redSentence(snapshot: Snapshot, record: RecordBody): Sentence {
  const checks = checksOf(snapshot, record);
  const red = checks.kind === "red" ? checks : { names: record.rerun?.names ?? [], checks: [] };
  const names = list(red.names);
  const base = redOnBase(snapshot, red.names);
  if (red.checks.length > 0 && red.checks.every(couldNotRun)) {
    return {
      what: `Checks could not run${names}: a tool or the set-up is missing, which no change of this work would mend.`,
      next: "Mend what they run on and run them again: GZA goes on by itself when they are green.",
    };
  }
  if (base.length > 0 && base.length === red.names.length) {
    return {
      what: `Checks failed${names} that are red on ${cleanLine(record.base)} too, so this work is not to blame and nothing was invented to mend them.`,
      next: `Mend ${cleanLine(record.base)} and run them again: GZA goes on by itself when they are green. \`/gza improve\` has this task try all the same.`,
    };
  }
  return {
    what: `Checks of the pull request failed${names}${record.rerun?.head === record.head ? ", twice" : ""}.`,
    next: "Comment `/gza improve` to have GZA try to mend them, push to the branch, or run them again: GZA goes on by itself when they are green.",
  };
}

function theirsSentence(snapshot: Snapshot, record: RecordBody): Sentence {
  const branch = `\`${record.branch ?? ""}\``;
  if (!record.theirs) {
    return {
      what: `There is a branch ${branch} that GZA did not make, and GZA never writes over it.`,
      next: "Remove or rename it, take the label off and put it on again.",
    };
  }
  const causes = {
    checks_red: "its checks are red",
    changes_requested: "the review found blockers",
    feedback: "a person wants something changed",
  };
  const cause = causeToWrite(snapshot, record);
  return {
    what: `The newest commits on ${branch} are a person's, and ${cause === null ? "something is left to do" : causes[cause]}. GZA does not build on them by itself.`,
    next: "Push what is missing, or comment `/gza improve` to have GZA go on from there.",
  };
}

/** ` (one, two)`, at most five. */
function list(names: readonly string[]): string {
  if (names.length === 0) return "";
  return ` (${names
    .slice(0, 5)
    .map((name) => cleanLine(name, 60))
    .join(", ")}${names.length > 5 ? ", …" : ""})`;
}

function problems(snapshot: Snapshot): string {
  if (snapshot.config.kind === "config") return "";
  return snapshot.config.problems
    .slice(0, 10)
    .map(({ line, column, path, message }) => {
      const key = path === "" ? "" : `\`${cleanLine(path, 80).replaceAll("`", "'")}\` `;
      return `- line ${line}, column ${column}: ${key}${cleanLine(message)}`;
    })
    .join("\n");
}

function setupSentence(snapshot: Snapshot): Sentence {
  const refused = snapshot.evidence.findLast(
    (found) => found.kind === "dispatch_refused" || found.kind === "pull_refused",
  );
  if (refused && "message" in refused) {
    const what = refused.kind === "dispatch_refused" ? "start the workflow" : "open a pull request";
    return {
      what: `GitHub did not let GZA ${what}: ${cleanLine(refused.message)} (${refused.status}).`,
      next: `See ${snapshot.repository.url}/settings/actions and the App's permissions. ${ANEW}`,
    };
  }
  if (!snapshot.repository.hasWorkflow) {
    return {
      what: `The workflow file \`${WORKFLOW_PATH}\` is not on the default branch.`,
      next: "Put it there; GZA goes on by itself.",
    };
  }
  const version = snapshot.baton.kind === "report" && snapshot.baton.report.kind === "unknown_version";
  if (version) {
    return {
      what: "The run's report is of a version that this App does not know.",
      next: `Make the version of the action in \`${WORKFLOW_PATH}\` fit the App. ${ANEW}`,
    };
  }
  return { what: "GZA is not set up completely here.", next: ANEW };
}

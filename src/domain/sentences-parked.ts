/** Sentences about the policy's own stops: for what a person is needed, and the word that sets the task going. */
import { causeToPush } from "./at-head.ts";
import { checksOf, couldNotRun, redOnBase } from "./checks.ts";
import { cleanLine } from "./clean.ts";
import { CONFIG_PATH, REVIEW_CHECK, WORKFLOW_PATH } from "./names.ts";
import { isGated } from "./gate.ts";
import type { RecordBody } from "./record.ts";
import { newestReport } from "./recovery.ts";
import { countsOf } from "./review-body.ts";
import { list, plainly, stopped, unstopped, type Say, type Sentence } from "./sentence.ts";
import type { Snapshot } from "./snapshot.ts";
import type { AttemptEnd, ParkReason } from "./task.ts";

export const PARKED: { [reason in Exclude<ParkReason, AttemptEnd>]: Say } = {
  approval: plainly("A plan waits for approval.", "Comment `/gza run` to start without it."),
  review_cycles: (_, record) => ({
    what: `The review still has ${record.verdict ? countsOf(record.verdict) : "blockers"} after all its rounds.`,
    next: "Comment `/gza improve` (with a hint, if you have one) for more rounds, `/gza dismiss F1 why` for what is wrong, or push to the branch.",
  }),
  review_failed: plainly(
    "Two reviews in a row came back unreadable or incomplete, so nobody has looked at this head.",
    "Comment `/gza review` to try again, or review and merge it yourself.",
  ),
  disputed: plainly(
    "The agent disputes what the review found, a second reviewer upheld it, and the work stayed as it is.",
    "Say who is right: `/gza dismiss F1 why`, or `/gza improve` with what is to be done.",
  ),
  checks_red: redSentence,
  merge_refused: refusedSentence,
  theirs: theirsSentence,
  untrusted: (snapshot, record) => {
    const work = record.attempts.at(-1)?.work ?? null;
    const link =
      work === null ? "the work" : `[${work.slice(0, 7)}](${snapshot.repository.url}/commit/${work})`;
    return {
      what: "The issue holds words of people who cannot push here, so the work is kept off its branch: the repository's checks would run it with secrets.",
      next: `Look at ${link}, then comment \`/gza approve\` to have it go on, or \`/gza cancel\`.`,
    };
  },
  dependency: plainly(
    "A task that this one depends on will not be done.",
    "Comment `/gza run` to start all the same.",
  ),
  edited: plainly(
    "The issue's text was changed after you asked, by somebody who cannot push here.",
    "Read it, then comment `/gza run` to start with it as it is now, or `/gza cancel`.",
  ),
  no_progress: (_, { attempts }) => ({
    what: "The same attempt was made three times from the same state; a fourth would end alike.",
    next: OUTSIDE.has(attempts.at(-1)?.end ?? null)
      ? "Mend what the comments above say about it, then comment `/gza retry`."
      : "Change the issue's text and comment `/gza run` to start anew, or comment `/gza retry` to try once more.",
  }),
  attempts: plainly(
    "Twenty attempts were made since a person last said something; that is enough.",
    "Comment `/gza retry` to go on, or `/gza run` to start anew.",
  ),
  config: (snapshot) => ({
    what: `\`${CONFIG_PATH}\` cannot be used:\n\n${problems(snapshot)}`,
    next: "Mend it on the default branch; GZA goes on by itself.",
  }),
  record: plainly(
    "What GZA remembers about this task cannot be read.",
    "A comment says how to mend it; GZA goes on by itself.",
  ),
  setup: setupSentence,
};

/** Ends that no other words in the issue would change. */
const OUTSIDE: ReadonlySet<AttemptEnd | null> = new Set<AttemptEnd | null>([
  "infrastructure",
  "provider_unavailable",
  "provider_refused",
  "runner_lost",
  "bad_report",
]);

/** What GitHub's answers to a merge mean for a person. */
const REFUSED: { [status: number]: string } = {
  403: "The App may not merge into this branch: let it past the rule that GitHub names, or merge it yourself.",
  404: "GitHub does not show the pull request to the App any more: check the installation's repositories.",
  405: "A rule of the branch is not met, or this way of merging is switched off: see the pull request's page. Then comment `/gza merge`, with another method if that is what is missing.",
  422: "Mend what GitHub names, then comment `/gza merge` again.",
};

function refusedSentence(snapshot: Snapshot): Sentence {
  const { pull, evidence } = snapshot;
  if (pull?.queue === "enabled" && !isGated(pull)) {
    return {
      what: `${cleanLine(pull.base)} has a merge queue, and the check \`${REVIEW_CHECK}\` is not required there: what is pushed while the pull request waits would be merged without a review.`,
      next: "Make that check required and comment `/gza merge` again, or put the pull request into the queue yourself.",
    };
  }
  const refused = evidence.findLast((found) => found.kind === "merge_refused");
  if (refused?.kind !== "merge_refused")
    return {
      what:
        pull?.queue === "enabled"
          ? "The pull request left the merge queue without being merged."
          : "GitHub refused the merge.",
      next: "Mend what stands in the way, then comment `/gza merge` again.",
    };
  return {
    what: `GitHub refused the merge: ${stopped(cleanLine(refused.message))}`,
    next: REFUSED[refused.status] ?? "Mend what stands in the way, then comment `/gza merge` again.",
  };
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
      what: `Checks failed${names} that are red on ${cleanLine(record.base)} too; this work did not break them.`,
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
      next: "Comment `/gza run` to start anew, on a branch of another name.",
    };
  }
  const causes = {
    conflicts: `they conflict with ${cleanLine(record.base)}`,
    behind: `${cleanLine(record.base)} has gone on since`,
    checks_red: "its checks are red",
    changes_requested: "the review found blockers",
    feedback: "a person wants something changed",
  };
  const cause = causeToPush(snapshot, record);
  const next =
    cause === "conflicts" || cause === "behind"
      ? `Merge ${cleanLine(record.base)} into it and push, or comment \`/gza rebase\` to have GZA put these commits on the newest ${cleanLine(record.base)}.`
      : "Push what is missing, or comment `/gza improve` to have GZA go on from there.";
  return {
    what: `The newest commits on ${branch} are a person's, and ${cause === null ? "something is left to do" : causes[cause]}. GZA does not build on them by itself.`,
    next,
  };
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

const BY_ITSELF = "GZA goes on by itself.";
/** Where only a new try tells. */
const HOURLY = "GZA tries again every hour, or at once when you comment `/gza retry`.";

function setupSentence(snapshot: Snapshot, record: RecordBody): Sentence {
  const { repository, installation, evidence } = snapshot;
  if (repository.workflow === "missing") {
    return {
      what: `The workflow file \`${WORKFLOW_PATH}\` is not on the default branch.`,
      next: `Put it there ([new file](${repository.url}/new/${encodeURIComponent(repository.defaultBranch)}?filename=${WORKFLOW_PATH}); \`gza workflow\` prints it); ${BY_ITSELF}`,
    };
  }
  if (repository.workflow === "disabled") {
    return {
      what: `The workflow \`${WORKFLOW_PATH}\` is switched off.`,
      next: `Enable it on [its page](${repository.url}/actions/workflows/gza.yml); ${BY_ITSELF}`,
    };
  }
  if (installation.missing.length > 0) {
    return {
      what: `The App lacks permissions here${list(installation.missing)}.`,
      next: `Accept them on [the installation's page](${installation.url}); ${BY_ITSELF}`,
    };
  }
  const kept = evidence.findLast((found) => found.kind === "move_refused");
  if (kept?.kind === "move_refused") {
    return {
      what: `GitHub did not let GZA move the branch \`${record.branch ?? ""}\`: ${stopped(cleanLine(kept.message))}`,
      next: `Let the App past [that rule](${repository.url}/settings/rules). ${HOURLY}`,
    };
  }
  const refused = evidence.findLast(
    (found) => found.kind === "dispatch_refused" || found.kind === "pull_refused",
  );
  if (refused && "message" in refused) {
    const what = refused.kind === "dispatch_refused" ? "start the workflow" : "open a pull request";
    return {
      what: `GitHub did not let GZA ${what}: ${unstopped(cleanLine(refused.message))} (${refused.status}).`,
      next: `See [the settings of Actions](${repository.url}/settings/actions). ${HOURLY}`,
    };
  }
  const read = newestReport(snapshot, record);
  if (read?.kind === "unknown_version") {
    return {
      what: "The run's report is of a version that this App does not know.",
      next: `Make the version of the action in \`${WORKFLOW_PATH}\` fit the App. ${HOURLY}`,
    };
  }
  const fault = read?.kind === "report" ? read.report.fault : null;
  if (fault !== null) return { what: stopped(cleanLine(fault, 1000)), next: HOURLY };
  return { what: "GZA is not set up completely here.", next: `See the comment above. ${HOURLY}` };
}

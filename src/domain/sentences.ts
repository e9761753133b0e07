/** For each reason: what is the matter, and what a person can do about it. */
import { cleanLine } from "./clean.ts";
import type { RecordBody } from "./record.ts";
import { countsOf, verdictTitle } from "./review-body.ts";
import { ENDED } from "./sentences-ended.ts";
import { PARKED } from "./sentences-parked.ts";
import { inTheWay, landersWith, landingOrder } from "./landing-order.ts";
import { list, plainly, type Say, type Sentence } from "./sentence.ts";
import type { Snapshot } from "./snapshot.ts";
import { checksOf } from "./checks.ts";
import { isReviewed } from "./standing.ts";
import type { AttemptEnd, Kind, ParkReason, Reason } from "./task.ts";
import { CONFIG_PATH } from "./names.ts";
import { newestReport } from "./recovery.ts";

/** What is said of a task that stands where `record` says. */
export function sentenceFor(snapshot: Snapshot, record: RecordBody): Sentence {
  const say = SENTENCES[record.reason];
  return say(snapshot, record);
}

/** What an attempt of each kind does. */
const AT_WORK: { [kind in Kind]?: string } = {
  explore: "looks for the answer",
  implement: "works on a branch of its own",
  review: "reviews the pull request",
  improve: "improves the work",
  fix: "mends red checks",
  rebase: "puts the work on the newest base",
};

/** Of a task that moves by itself, or has ended. */
const MOVING: { [reason in Exclude<Reason, ParkReason | AttemptEnd>]: Say } = {
  asked: plainly("GZA has heard you and starts as soon as there is room."),
  reopened: plainly("It was opened again; GZA goes on where it stood."),
  retried: plainly("It is tried again as soon as there is room."),
  resumed: plainly("It goes on as soon as there is room."),
  started: (_, record) => ({
    what: `Attempt ${record.attempt?.n ?? record.spent.attempts} ${(record.attempt && AT_WORK[record.attempt.kind]) ?? "is at work"}.`,
    next: null,
  }),
  dispatch_lost: plainly("GitHub did not start the workflow run; it was asked again."),
  running: plainly("An attempt is at work."),
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
  waits_for_turn: plainly("Other tasks go first.", "The label `gza:urgent` puts this one before them."),
  waits_for_room: plainly(
    "As many tasks are at work as may be at once; this one starts when there is room.",
    `\`parallel.tasks\` in \`${CONFIG_PATH}\` sets how many.`,
  ),
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
  conflicts: (_, record) => ({
    what: `The pull request conflicts with ${cleanLine(record.base)}; it is put on the newest ${cleanLine(record.base)} next.`,
    next: null,
  }),
  rebased: (_, record) => ({
    what: `The work stands on the newest ${cleanLine(record.base)} now; checks look at it next.`,
    next: null,
  }),
  waits_for_rebase: plainly(
    "As many rebases are at work as may be at once; this one starts when there is room.",
    `\`parallel.rebases\` in \`${CONFIG_PATH}\` sets how many.`,
  ),
  waits_for_landing: landingSentence,
  waits_for_queue: plainly("The pull request stands in the merge queue; GitHub merges it."),
  waits_for_stop: (_, record) => ({
    what: `The label \`gza:stop\` holds it${record.attempt ? "; the attempt that was at work is being stopped and its work saved" : ""}.`,
    next: "Take the label off, and it goes on where it stood.",
  }),
  waits_for_merge: (snapshot) =>
    snapshot.pull?.autoMerge === "on"
      ? {
          what: "GitHub merges the pull request by itself as soon as everything that its base asks for is there.",
          next: "An approval or a check that a rule wants may be missing: the pull request's page tells which.",
        }
      : { what: "The pull request is being merged.", next: null },
  checks_missing: plainly(
    "No check has reported for a quarter of an hour, though the base branch has some.",
    "See whether the repository's workflows run on pull requests.",
  ),
  ready: (snapshot, record) => ({
    what: `Pull request #${record.pull ?? 0} can be merged. ${readiness(snapshot, record)}`,
    next: "Merge it, or comment `/gza merge`.",
  }),

  merged: (_, record) => ({ what: `Pull request #${record.pull ?? 0} is merged.`, next: null }),
  answered: plainly("The question is answered."),
  split: plainly("The plan went on as issues of its own."),

  command: plainly("A person said `/gza cancel`.", "Comment `/gza run` to start anew."),
  unlabelled: plainly("The label was taken off.", "Put it on again to start anew."),
  issue_closed: plainly("The issue was closed.", "Reopen it, and GZA goes on where it stood."),
  issue_gone: plainly("The issue was deleted or moved away."),
  pull_closed: plainly(
    "The pull request was closed.",
    "Reopen it, and GZA goes on where it stood; or comment `/gza run` to start anew.",
  ),
};

const SENTENCES: { [reason in Reason]: Say } = { ...MOVING, ...ENDED, ...PARKED, no_change_needed: noChange };

/** Which pull requests go first, and that a merge of one may change this one's place. */
function landingSentence(snapshot: Snapshot, record: RecordBody): Sentence {
  const isRebaseDue = snapshot.pull?.mergeable === "conflicting";
  const order = landingOrder(landersWith(snapshot, record));
  const before = isRebaseDue
    ? inTheWay(snapshot, record).map(({ issue }) => issue)
    : order.slice(0, Math.max(0, order.indexOf(record.issue)));
  if (before.length === 0)
    return { what: "Another task lands first; this one is looked at again after it.", next: null };
  const first = before.slice(0, 5).map((issue) => `#${issue}`);
  const more = before.length > first.length ? ` and ${before.length - first.length} more` : "";
  const isOne = before.length === 1;
  const same = `${isOne ? "it changes" : "they change"} the same files`;
  const why = isRebaseDue ? same : "in that order the fewest have to be rebased";
  return {
    what: `${first.join(", ")}${more} ${isOne ? "lands" : "land"} first: ${why}. This one is looked at again after ${isOne ? "it" : "each"}.`,
    next: null,
  };
}

/** A good end where there is no pull request; a stop where there is one. */
function noChange(snapshot: Snapshot, record: RecordBody): Sentence {
  const read = newestReport(snapshot, record);
  const why = read?.kind === "report" ? cleanLine(read.report.summary, 600) : "";
  const what = `Nothing has to be changed${why === "" ? "" : `: ${why}`}${/[.!?]$/.test(why) ? "" : "."}`;
  if (record.phase === "done") return { what, next: null };
  return {
    what,
    next: "Comment `/gza dismiss F1 why` for what is wrong in the review, `/gza improve <text>`, or push to the branch.",
  };
}

function readiness(snapshot: Snapshot, record: RecordBody): string {
  const checks = checksOf(snapshot, record);
  const { verdict, rerun } = record;
  const review = isReviewed(record) && verdict ? `${verdictTitle(verdict)}. ` : "";
  if (checks.kind === "green" && checks.none) return `${review}The repository has no checks.`;
  const flaky =
    rerun?.head === record.head ? ` (flaky: red once, green when run again${list(rerun.names)})` : "";
  return `${review}Its checks are green${flaky}.`;
}

/** Every sentence that GZA says on GitHub. */
import { wantsPlan } from "./ask.ts";
import { cleanLine, cleanText } from "./clean.ts";
import { answerTo } from "./answers.ts";
import type { AttemptEntry } from "./receipt.ts";
import { withReceipt } from "./receipt-text.ts";
import { newestReport } from "./recovery.ts";
import { withText } from "./fresh-task.ts";
import { PEOPLE_LABELS } from "./names.ts";
import { marker } from "./names.ts";
import type { Attempt, RecordBody } from "./record.ts";
import { verdictTitle } from "./review-body.ts";
import { sentenceFor } from "./sentences.ts";
import type { Snapshot } from "./snapshot.ts";

/** GitHub refuses bodies over 65,536 characters; GZA stays well below. */
export const MAX_BODY = 60_000;

/** The body of the comment with this key (see `intents.ts`), beginning with its hidden marker. */
export function bodyOf(key: string, snapshot: Snapshot, record: RecordBody): string {
  const [word = "", ...rest] = key.split(":");
  if (word === "status") return finish(key, statusBody(snapshot, record));
  if (word === "answer" || word === "answer-pull") {
    const [, answer = "", said = ""] = rest;
    return finish(key, answerTo({ word: answer, said }, snapshot, record));
  }
  if (word === "explored") return finish(key, exploredBody(snapshot, record));
  return finish(key, callBody(snapshot, record));
}

/** Told once to somebody who may not ask. */
export function notAllowedBody(key: string, login: string): string {
  return finish(
    key,
    `Thank you, ${cleanLine(login, 40)}. Only people who can push to this repository can start a task; one of them may put the label on.`,
  );
}

/** Told once to somebody who asks for a plan. */
export function notPlannedBody(key: string, login: string): string {
  const thanks = login === "" ? "" : `Thank you, ${cleanLine(login, 40)}. `;
  return finish(
    key,
    `${thanks}Plans are not there yet: take the label \`${PEOPLE_LABELS.plan}\` off, then put the other one on again or comment \`/gza run\`, and GZA starts without a plan.`,
  );
}

/** The answer to a command on an issue that is no task; the key names it. */
export function cannotBegin(key: string, snapshot: Snapshot): string {
  const label = snapshot.config.kind === "config" ? snapshot.config.config.label : "gza";
  if (key.endsWith(":not_allowed"))
    return finish(key, "Only people who can push to this repository can tell GZA what to do.");
  if (snapshot.issue.state === "closed")
    return finish(key, "The issue is closed; reopen it and comment `/gza run`.");
  if (wantsPlan(snapshot)) return notPlannedBody(key, "");
  return finish(key, `This issue is no task yet: put the label \`${label}\` on it, or comment \`/gza run\`.`);
}

/** Told once when a record is not one that GZA wrote. */
export function unreadableBody(
  key: string,
  reading: { oid: string; why: string; lastGood: string | null; ref: string },
): string {
  const { oid, why, lastGood, ref } = reading;
  const mend =
    lastGood === null
      ? `Delete it with \`git push <remote> :${ref}\` and put the label on again.`
      : `Put the last good one back with \`git push --force <remote> ${lastGood}:${ref}\`.`;
  return finish(
    key,
    `What \`${ref}\` points at (${oid.slice(0, 12)}) is not a record that GZA wrote: ${why}. GZA leaves this task alone until that is mended. ${mend}`,
  );
}

/** How the lines of a pull request's text begin that tell of its making, not of the change. */
export const ASKED_FOR = "Asked for by";
export const STAYS = "It stays";

export function pullTitle(snapshot: Snapshot, record: RecordBody): string {
  return cleanLine(snapshot.brief?.title ?? snapshot.issue.title, 200) || `Issue ${record.issue}`;
}

export function pullBody(snapshot: Snapshot, record: RecordBody): string {
  const last = record.attempts.at(-1);
  const { baton } = snapshot;
  // At hand while the attempt lands; a pull request that has to be opened again later does without.
  const report = baton.kind === "report" && baton.report.kind === "report" ? baton.report.report : null;
  const summary = cleanText(report?.summary ?? "", 6000);
  const lines = [
    `Closes #${record.issue}`,
    "",
    ...(summary === "" ? [] : [summary, ""]),
    `${ASKED_FOR} ${cleanLine(record.asked.by.login, 40)}. ${last ? `${attemptLine(snapshot, last)}.` : ""}`,
    "",
    `${STAYS} a draft until it is approved, green and mergeable. What happens meanwhile stands in the [status comment](${snapshot.issue.url}).`,
  ];
  const { receipt, repository } = snapshot;
  const body = lines.join("\n");
  return receipt === null ? body : withReceipt(body, receipt, repository.url);
}

/** `parked` and `ready` speak to the person who asked: the only mention. */
function callBody(snapshot: Snapshot, record: RecordBody): string {
  const { what, next } = sentenceFor(snapshot, record);
  return [`@${record.asked.by.login} ${what}`, next].filter((line) => line !== null).join("\n\n");
}

/** The answer of an `explore` attempt, to the person who asked. */
function exploredBody(snapshot: Snapshot, record: RecordBody): string {
  const read = newestReport(snapshot, record);
  const answer = read?.kind === "report" ? cleanText(read.report.answer ?? "", 20_000) : "";
  const words = answer === "" ? "The answer stands in the log of the workflow run." : answer;
  return `@${record.asked.by.login}\n\n${words}`;
}

function statusBody(snapshot: Snapshot, record: RecordBody): string {
  // Only lasting facts: what a passing report or refusal adds stands in the comment that called.
  const { what, next } = sentenceFor({ ...snapshot, baton: { kind: "none" }, evidence: [] }, record);
  const attempts = [...record.attempts, ...(record.attempt ? [record.attempt] : [])];
  const parts = [`**${PHASE_TITLES[record.phase]}.** ${what}`];
  if (next !== null && record.phase !== "done") parts.push(next);
  if (record.pull !== null) parts.push(`Pull request: #${record.pull}`);
  if (isTextNewer(snapshot, record)) {
    parts.push(
      "The issue's text was changed after the work had begun; GZA works on the text as it was. `/gza run` starts anew with the new one.",
    );
  }
  const review = reviewLines(snapshot, record);
  if (review !== null) parts.push(review);
  if (attempts.length > 0) {
    parts.push(
      [
        "| attempt | end | turns | time | cost |",
        "|---|---|---:|---:|---:|",
        ...attempts.map((attempt) => attemptRow(snapshot, attempt)),
      ].join("\n"),
    );
  }
  return parts.join("\n\n");
}

function isTextNewer(snapshot: Snapshot, record: RecordBody): boolean {
  const { issue, brief } = snapshot;
  const { attempt, attempts, asked, phase } = record;
  const isBegun = [...attempts, ...(attempt ? [attempt] : [])].some(({ claimed }) => claimed >= asked.at);
  if (!isBegun || issue.gone || brief === null || phase === "done" || phase === "cancelled") return false;
  // Cleaning a long text takes its time, and most are never edited.
  if (issue.edited === null) return false;
  return withText(snapshot, brief).hash !== record.brief;
}

/** The verdict of the newest review, and what is still open of it. */
function reviewLines({ findings }: Snapshot, { verdict, head }: RecordBody): string | null {
  if (!verdict || !findings) return null;
  const { carried_from: origin } = verdict;
  const carried =
    origin === null ? "" : ` (made of ${origin.slice(0, 12)}; a rebase left the patch unchanged)`;
  const stale = verdict.head === head ? carried : " (of an older head)";
  const lines = findings.known
    .filter(({ state }) => state === "open" || state === "disputed")
    .slice(0, 10)
    .map(
      ({ n, severity, title, state }) =>
        `- F${n}, ${severity === "blocker" ? "blocker" : "follow-up"}${state === "open" ? "" : `, ${state}`}: ${cleanLine(title, 120)}`,
    );
  return [
    `Review of ${verdict.head.slice(0, 12)}${stale}: ${verdictTitle(verdict).toLowerCase()}`,
    ...lines,
  ].join("\n");
}

const PHASE_TITLES: { [phase in RecordBody["phase"]]: string } = {
  done: "Done",
  cancelled: "Called off",
  parked: "Needs you",
  running: "Working",
  queued: "Waiting",
  ready: "Ready",
  open: "Open",
};

function attemptRow(snapshot: Snapshot, attempt: Attempt): string {
  const how = attempt.how === "first" ? "" : ` (${attempt.how})`;
  const name = `${attempt.n} ${attempt.kind}${how}`;
  const link =
    attempt.run === null ? name : `[${name}](${snapshot.repository.url}/actions/runs/${attempt.run})`;
  if (attempt.end === null) return `| ${link} | in flight | | | |`;
  const told = snapshot.receipt?.attempts.find((one) => one.attempt === attempt.n)?.told ?? null;
  return `| ${link} | ${attempt.end.replaceAll("_", " ")} | ${attempt.turns} | ${duration(attempt.seconds)} | ${costOf(attempt, told)} |`;
}

/** A rebase that asked no model is said to have cost nothing, because it could not have. */
function costOf({ kind, end, turns, usd }: Attempt, told: AttemptEntry["told"]): string {
  if (kind === "rebase" && end === "completed" && turns === 0) return "git alone, no model, $0";
  const { unpriced = [], estimated = 0 } = told?.uncertain ?? {};
  const isOpen = usd !== null && unpriced.length > 0;
  return `${isOpen ? "at least " : usd !== null && estimated > 0 ? "about " : ""}${money(usd)}`;
}

function attemptLine(snapshot: Snapshot, attempt: Attempt): string {
  const name = `attempt ${attempt.n}`;
  const link =
    attempt.run === null ? name : `[${name}](${snapshot.repository.url}/actions/runs/${attempt.run})`;
  return `Made by ${link} in ${attempt.turns} turns, ${duration(attempt.seconds)}, ${money(attempt.usd)}`;
}

/** `4 s`, `12 min`, `1 h 5 min` */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `$0.12`; a model without a known price has none. */
export function money(usd: number | null): string {
  return usd === null ? "no price known" : `$${usd.toFixed(2)}`;
}

function finish(key: string, text: string): string {
  return `${marker(key)}\n${text}`.slice(0, MAX_BODY);
}

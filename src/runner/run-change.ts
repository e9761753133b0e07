/** An attempt that changes files (`implement`, `improve`, `fix`): setup, agent, its leftovers, verify, bundle. */
import type { Job } from "../domain/job.ts";
import { askJson } from "./ask-json.ts";
import { ask, reportOf, type Asked, type Attempt } from "./attempt.ts";
import { closingWords, type ClosingWords } from "./closing-words.ts";
import { closedBy, ImproveAnswer, isAllDisputed, type Closed } from "./improve-answer.ts";
import { fixPrompt } from "./prompts/fix.ts";
import { startGroup } from "./process-group.ts";
import { implementPrompt } from "./prompts/implement.ts";
import { IMPROVE_FORM, improvePrompt } from "./prompts/improve.ts";
import { resumePrompt } from "./prompts/resume.ts";
import type { RawReport } from "./raw-report.ts";
import { runSetup, runVerify, verdictOf } from "./repository-commands.ts";
import { saveWork } from "./save-work/save-work.ts";

/** The kinds that change files. */
export type ChangeKind = "implement" | "improve" | "fix";

export async function runChange(attempt: Attempt, kind: ChangeKind): Promise<RawReport> {
  const { run, job } = attempt;
  const { inputs, signal } = run;
  const setup = await runSetup(attempt);
  if (setup !== null) return setup;

  const { asked, closed, summary } = await askForChange(attempt, kind);
  const report = { ...reportOf(attempt, asked), ...(summary === "" ? {} : { summary }), closed };
  const work = await saveWork({ inputs, job, start: startGroup, home: attempt.home });
  if (work.outside !== null) run.print(`The work could not be saved inside: ${work.outside}.\n`);
  if (work.kind === "unreadable") return { ...report, end: "bad_report", summary: work.why };
  const isThrough = asked.end === "completed";
  const words = isThrough ? wordsOf(kind, asked.words) : null;
  if (work.commits === 0) {
    if (words !== null) return { ...report, ...(await outcomeOf(attempt, words)) };
    return isThrough ? { ...report, ...withoutChanges(kind, job, report) } : report;
  }
  // Work that its own maker calls unfinished is kept, and not verified.
  const isUnfinished = words !== null && words.outcome !== "no_change_needed";
  const verify = isThrough && !isUnfinished ? await runVerify(attempt) : null;
  const end =
    isUnfinished && !signal.aborted ? await outcomeOf(attempt, words) : verdictOf(verify, signal.aborted);
  return { ...report, ...end, verify, commits: work.commits };
}

/** An improve attempt has another form to say that nothing has to change: it disputes what it was given. */
function wordsOf(kind: ChangeKind, words: string): ClosingWords | null {
  const closing = closingWords(words);
  return kind === "improve" && closing?.outcome === "no_change_needed" ? null : closing;
}

/** How an attempt ends that says of itself in the one form that counts that it has changed nothing, or cannot go on. */
async function outcomeOf(
  attempt: Attempt,
  { outcome, text }: ClosingWords,
): Promise<Partial<Pick<RawReport, "end" | "summary" | "question" | "verify">>> {
  if (outcome === "question") return { end: "question", summary: text, question: text };
  if (outcome === "gave_up") return { end: "agent_gave_up", summary: text };
  const verify = await runVerify(attempt);
  return { end: "no_change_needed", summary: text, ...verdictOf(verify, attempt.run.signal.aborted), verify };
}

/** `summary` is empty where the agent's last words are one. */
async function askForChange(
  attempt: Attempt,
  kind: ChangeKind,
): Promise<{ asked: Asked; closed: Closed | null; summary: string }> {
  const { job } = attempt;
  if (kind !== "improve") {
    const afresh = kind === "fix" ? fixPrompt(job) : implementPrompt(job);
    const prompt = attempt.resume === null ? afresh : resumePrompt(job, null);
    return { asked: await ask(attempt, prompt, { again: false }), closed: null, summary: "" };
  }
  const prompt = attempt.resume === null ? improvePrompt(job) : resumePrompt(job, IMPROVE_FORM);
  const { asked, answer } = await askJson(attempt, prompt, {
    schema: ImproveAnswer,
    form: IMPROVE_FORM,
    isOther: (words) => wordsOf("improve", words) !== null,
  });
  if (asked.end !== "completed") return { asked, closed: null, summary: "" };
  // Work counts even if nobody can read what was said about it.
  return answer === null
    ? { asked, closed: [], summary: "" }
    : { asked, closed: closedBy(job, answer), summary: answer.summary };
}

/** How an attempt ends that is through without having changed anything. */
function withoutChanges(
  kind: ChangeKind,
  job: Job,
  { closed, summary }: RawReport,
): Pick<RawReport, "end" | "summary"> {
  if (kind === "implement")
    return { end: "empty_run", summary: "The agent finished without changing anything." };
  return { end: kind === "improve" && isAllDisputed(job, closed) ? "completed" : "unchanged", summary };
}

/** An attempt that changes files (`implement`, `improve`, `fix`): setup, agent, its leftovers, verify, bundle. */
import type { Job } from "../domain/job.ts";
import { askJson } from "./ask-json.ts";
import { ask, reportOf, type Asked, type Attempt } from "./attempt.ts";
import { closingWords, type ClosingWords } from "./closing-words.ts";
import { closedBy, ImproveAnswer, isAllDisputed, type Closed } from "./improve-answer.ts";
import { fixPrompt } from "./prompts/fix.ts";
import { implementPrompt } from "./prompts/implement.ts";
import { IMPROVE_FORM, improvePrompt } from "./prompts/improve.ts";
import { resumePrompt } from "./prompts/resume.ts";
import { blankReport, type RawReport } from "./raw-report.ts";
import { runShell, type ShellResult } from "./run-shell.ts";
import { bundleWork, collectWork } from "./work.ts";

/** Seconds for the repository's own commands; the agent's limit stands in the job. */
export const SETUP_SECONDS = 20 * 60;
export const VERIFY_SECONDS = 30 * 60;

const SETUP_FAULT =
  "It names a program that cannot be run on the runner: mend `setup` in .github/gza.yml, or choose another `runs-on` in .github/workflows/gza.yml.";

/** The kinds that change files. */
export type ChangeKind = "implement" | "improve" | "fix";

export async function runChange(attempt: Attempt, kind: ChangeKind): Promise<RawReport> {
  const { run, job } = attempt;
  const { inputs, signal } = run;
  const setup = await runSetup(attempt);
  if (setup !== null) return setup;

  const { asked, closed, summary } = await askForChange(attempt, kind);
  const report = { ...reportOf(attempt, asked), ...(summary === "" ? {} : { summary }), closed };
  const work = await collectWork(inputs, job);
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
  await bundleWork(inputs, job);
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

async function runVerify(attempt: Attempt): Promise<ShellResult | null> {
  const { verify } = attempt.job;
  return verify === null ? null : runShell(verify, { ...shellOf(attempt), limit: VERIFY_SECONDS });
}

/** Null, or the report of an attempt whose setup did not get through. */
async function runSetup(attempt: Attempt): Promise<RawReport | null> {
  const { run, job } = attempt;
  if (job.setup === null) return null;
  const numbers = { attempt: job.attempt, kind: job.kind };
  const setup = await runShell(job.setup, { ...shellOf(attempt), limit: SETUP_SECONDS });
  if (run.signal.aborted)
    return blankReport({ ...numbers, end: "run_cancelled", summary: "The workflow run was cancelled." });
  if (setup.exit === 0) return null;
  const summary = `The config's setup command ended with ${setup.exit}.`;
  const report = { ...blankReport({ ...numbers, end: "infrastructure", summary }), last_words: setup.tail };
  // No later try finds what is not installed.
  const isMissing = setup.exit === 126 || setup.exit === 127;
  return isMissing ? { ...report, fault: `${summary} ${SETUP_FAULT}` } : report;
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

/** A command that cannot be found or run (126, 127) says nothing about the work. */
function verdictOf(
  verify: ShellResult | null,
  isCancelled: boolean,
): Partial<Pick<RawReport, "end" | "summary">> {
  if (isCancelled) return { end: "run_cancelled", summary: "The workflow run was cancelled." };
  if (verify === null || verify.exit === 0) return {};
  if (verify.exit === 126 || verify.exit === 127) {
    return {
      end: "infrastructure",
      summary: `The config's verify command cannot be run (exit ${verify.exit}).`,
    };
  }
  return { end: "verify_red", summary: `The config's verify command ended with ${verify.exit}.` };
}

function shellOf({ run, home }: Attempt): Omit<Parameters<typeof runShell>[1], "limit"> {
  const { inputs, print, signal, patience } = run;
  return { cwd: inputs.clone, home, print, signal, ...(patience === undefined ? {} : { patience }) };
}

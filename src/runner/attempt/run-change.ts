/** An attempt that changes files (`implement`, `improve`, `fix`): setup, agent, its leftovers, verify, bundle. */
import type { Job } from "../../domain/job.ts";
import { askJson } from "./ask-json.ts";
import { ask, reportOf, spent, startIn, type Asked, type Attempt } from "./attempt.ts";
import { closingWords, type ClosingWords } from "./closing-words.ts";
import { closedBy, ImproveAnswer, isAllDisputed, type Closed } from "./improve-answer.ts";
import { fixPrompt } from "../prompts/fix.ts";
import { implementPrompt } from "../prompts/implement.ts";
import { IMPROVE_FORM, improvePrompt } from "../prompts/improve.ts";
import { mendPrompt } from "../prompts/mend.ts";
import { resumePrompt } from "../prompts/resume.ts";
import type { RawReport } from "../raw-report.ts";
import { runSetup, runVerify, verdictOf } from "./repository-commands.ts";
import { saveWork } from "../save-work/save-work.ts";

/** The kinds that change files. */
export type ChangeKind = "implement" | "improve" | "fix";

export async function runChange(attempt: Attempt, kind: ChangeKind): Promise<RawReport> {
  const setup = await runSetup(attempt);
  if (setup !== null) return setup;

  const made = await askForChange(attempt, kind);
  const first = await settle(attempt, kind, made);
  if (first.end !== "verify_red" || first.verify === null || first.commits === 0) return first;
  const prompt = mendPrompt(attempt.job, {
    verify: first.verify,
    form: kind === "improve" ? IMPROVE_FORM : null,
    isNew: attempt.agent.sessions === null,
  });
  const asked = await ask(attempt, prompt, "mend");
  const words = closingWords(asked.words);
  // Whoever gives up here has made something all the same; what it was and why it is red says more.
  if (asked.end !== "completed" || (words !== null && words.outcome !== "no_change_needed")) {
    const why = words?.text ?? asked.why;
    const end = asked.end === "run_cancelled" ? asked.end : first.end;
    return {
      ...first,
      ...spent(attempt),
      end,
      summary: `${first.summary} Asked once more, the agent did not mend it: ${why}`,
    };
  }
  return settle(attempt, kind, { ...made, asked: { ...asked, words: made.asked.words } });
}

/** What the agent has made by now, saved for the publisher, verified and told. */
async function settle(attempt: Attempt, kind: ChangeKind, made: Made): Promise<RawReport> {
  const { run, job, home, enclosure } = attempt;
  const { inputs, signal } = run;
  const { asked, closed, summary } = made;
  const report = { ...reportOf(attempt, asked), ...(summary === "" ? {} : { summary }), closed };
  const work = await saveWork({ inputs, job, start: startIn(enclosure), home });
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

interface Made {
  asked: Asked;
  closed: Closed | null;
  /** Empty where the agent's last words are one. */
  summary: string;
}

async function askForChange(attempt: Attempt, kind: ChangeKind): Promise<Made> {
  const { job } = attempt;
  if (kind !== "improve") {
    const afresh = kind === "fix" ? fixPrompt(job) : implementPrompt(job);
    const prompt = attempt.resume === null ? afresh : resumePrompt(job, null);
    return { asked: await ask(attempt, prompt, "work"), closed: null, summary: "" };
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

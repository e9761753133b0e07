/** The step `agent`: setup, agent, its leftovers, verify, bundle; whatever happens, a raw report says how it ended. */
import { createWriteStream } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { Job } from "../domain/job.ts";
import { agentNamed, unknownAgent } from "./agents/agent.ts";
import { progressOf } from "./agents/progress.ts";
import { runAgent, type AgentOutcome } from "./agents/run-agent.ts";
import type { Inputs } from "./inputs.ts";
import { head, plainText, tail } from "./plain-text.ts";
import { JOB_FILE } from "./prepare.ts";
import type { Patience } from "./process-group.ts";
import { implementPrompt } from "./prompts/implement.ts";
import { blankReport, LOG_FILE, RAW_REPORT_FILE, type RawReport } from "./raw-report.ts";
import { runShell, type ShellResult } from "./run-shell.ts";
import { bundleWork, collectWork } from "./work.ts";

/** Seconds for the repository's own commands; the agent's limit stands in the job. */
export const SETUP_SECONDS = 20 * 60;
export const VERIFY_SECONDS = 30 * 60;

const MAX_LOG_BYTES = 10 * 1024 * 1024;

export interface AttemptRun {
  inputs: Inputs;
  /** Prints untrusted text where it can command nobody. */
  print: (text: string) => void;
  /** Given when the workflow run is cancelled. */
  signal: AbortSignal;
  patience?: Patience;
}

/** Runs the attempt that `prepare` has laid out and leaves bundle, raw report and log in the hand-over folder. */
export async function runAttempt(run: AttemptRun): Promise<RawReport> {
  const { inputs } = run;
  const job = Job.parse(JSON.parse(await readFile(join(inputs.temp, JOB_FILE), "utf8")));
  const report = await attemptReport(run, job);
  await writeFile(join(inputs.handOver, RAW_REPORT_FILE), JSON.stringify(report));
  return report;
}

async function attemptReport(run: AttemptRun, job: Job): Promise<RawReport> {
  const { inputs } = run;
  const numbers = { attempt: job.attempt, kind: job.kind };
  const agent = agentNamed(job.agent.name);
  // A retry would meet the same file: like a job that cannot be read, this ends as `bad_report`, which is final.
  if (agent === null)
    return blankReport({ ...numbers, end: "bad_report", summary: unknownAgent(job.agent.name) });
  if (job.kind !== "implement") {
    return blankReport({
      ...numbers,
      end: "bad_report",
      summary: `This release runs "implement" attempts only, not "${job.kind}".`,
    });
  }

  const home = join(inputs.temp, "home");
  await mkdir(home, { recursive: true });
  const shell = { cwd: inputs.clone, home, print: run.print, signal: run.signal, ...patienceOf(run) };
  if (job.setup !== null) {
    const setup = await runShell(job.setup, { ...shell, limit: SETUP_SECONDS });
    if (run.signal.aborted)
      return blankReport({ ...numbers, end: "run_cancelled", summary: "The workflow run was cancelled." });
    if (setup.exit !== 0) {
      const blank = blankReport({
        ...numbers,
        end: "infrastructure",
        summary: `The config's setup command ended with ${setup.exit}.`,
      });
      return { ...blank, last_words: setup.tail };
    }
  }

  const outcome = await runLogged(run, { command: agent.command({ job, clone: inputs.clone }), job, home });
  const report = reportOf(job, outcome);
  const work = await collectWork(inputs, job);
  if (work.kind === "unreadable") return { ...report, end: "bad_report", summary: work.why };
  if (work.commits === 0) {
    if (outcome.end !== "completed") return report;
    return { ...report, end: "empty_run", summary: "The agent finished without changing anything." };
  }
  const verify =
    outcome.end === "completed" && job.verify !== null
      ? await runShell(job.verify, { ...shell, limit: VERIFY_SECONDS })
      : null;
  await bundleWork(inputs, job);
  return { ...report, ...verdictOf(verify, run.signal.aborted), verify, commits: work.commits };
}

async function runLogged(
  run: AttemptRun,
  what: { command: Parameters<typeof runAgent>[0]["command"]; job: Job; home: string },
): Promise<AgentOutcome> {
  const { inputs } = run;
  const log = createWriteStream(join(inputs.handOver, LOG_FILE));
  let bytes = 0;
  const outcome = await runAgent({
    command: what.command,
    prompt: implementPrompt(what.job),
    cwd: inputs.clone,
    home: what.home,
    limits: what.job.limits,
    onLine: (line, state) => {
      const shown = progressOf(line, state);
      if (shown !== null) run.print(head(shown, 1000));
      bytes += Buffer.byteLength(line) + 1;
      if (bytes <= MAX_LOG_BYTES) log.write(`${line}\n`);
    },
    signal: run.signal,
    ...patienceOf(run),
  });
  log.end();
  await finished(log);
  return outcome;
}

function reportOf(job: Job, outcome: AgentOutcome): RawReport {
  const { state, end, why, seconds } = outcome;
  const words = plainText(state.result?.text || state.lastWords);
  return {
    ...blankReport({
      attempt: job.attempt,
      kind: job.kind,
      end,
      summary: end === "completed" ? head(words, 8000) : why,
    }),
    last_words: tail(words, 8000),
    usage: { turns: state.turns, seconds, requests: state.requests, ...state.tokens, usd: state.usd },
    agent: {
      name: job.agent.name,
      version: head(plainText(state.version), 100),
      model: head(plainText(state.model), 100),
    },
    tools: Object.fromEntries(
      Object.entries(state.tools).map(([name, count]) => [head(plainText(name), 100), count]),
    ),
  };
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

function patienceOf(run: AttemptRun): { patience?: Patience } {
  return run.patience === undefined ? {} : { patience: run.patience };
}

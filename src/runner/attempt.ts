/** One attempt under way: its job, and its agent, which may be asked several times within the limits of the whole. */
import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import type { Job } from "../domain/job.ts";
import type { AgentSpec } from "./agents/agent-spec.ts";
import { runAgent, type AgentOutcome } from "./agents/run-agent.ts";
import type { Inputs } from "./inputs.ts";
import { head, plainText, tail } from "./plain-text.ts";
import type { Patience } from "./process-group.ts";
import { blankReport, LOG_FILE, type RawReport } from "./raw-report.ts";
import { restoreSession } from "./sessions.ts";

const MAX_LOG_BYTES = 10 * 1024 * 1024;

export interface AttemptRun {
  inputs: Inputs;
  /** Prints untrusted text where it can command nobody. */
  print: (text: string) => void;
  /** Given when the workflow run is cancelled. */
  signal: AbortSignal;
  patience?: Patience;
}

export interface Attempt {
  run: AttemptRun;
  job: Job;
  agent: AgentSpec;
  /** A scratch folder that is all the agent and the repository's commands see of a home. */
  home: string;
  /** The session to go on with, until the agent is invoked for the first time; null: a new one. */
  resume: string | null;
  /** Every invocation of the agent until now. */
  invocations: AgentOutcome[];
  /** null: nobody may read the conversation. */
  log: { file: WriteStream; bytes: number } | null;
}

/** What came of asking the agent: an end of its own, or `budget`, when nothing is left to spend. */
export interface Asked {
  end: AgentOutcome["end"] | "budget";
  /** One sentence for people. */
  why: string;
  /** Its last words. */
  words: string;
  /** When a quota is renewed; null: unknown, or it is none. */
  resetAt: string | null;
}

export async function openAttempt(run: AttemptRun, job: Job, agent: AgentSpec): Promise<Attempt> {
  const home = join(run.inputs.temp, "home");
  await mkdir(home, { recursive: true });
  const log = job.logs ? { file: createWriteStream(join(run.inputs.handOver, LOG_FILE)), bytes: 0 } : null;
  const { temp, clone } = run.inputs;
  const resume = job.previous?.session ? await restoreSession({ agent, home, clone }, temp) : null;
  return { run, job, agent, home, resume, invocations: [], log };
}

export async function closeAttempt({ log }: Attempt): Promise<void> {
  if (log === null) return;
  log.file.end();
  await finished(log.file);
}

/** Invokes the agent with what is left of the limits. `again`: only for the form of what it has answered already. */
export async function ask(attempt: Attempt, prompt: string, { again }: { again: boolean }): Promise<Asked> {
  const { run, job, agent, home, invocations, log } = attempt;
  const { usage } = spent(attempt);
  const limits = {
    ...job.limits,
    turns: job.limits.turns - usage.turns,
    seconds: job.limits.seconds - usage.seconds,
  };
  if (invocations.length > 0) {
    if (limits.turns <= 0) return nothingLeft("max_turns", "turns");
    if (limits.seconds <= 0) return nothingLeft("timeout", "time");
    if ((usage.usd ?? 0) >= job.limits.usd && job.limits.usd > 0) return nothingLeft("budget", "money");
  }
  const resume = invocations.length === 0 ? attempt.resume : null;
  const outcome = await runAgent({
    command: agent.command({
      job: { ...job, limits },
      clone: run.inputs.clone,
      home,
      again,
      resume,
      installed: null,
      model: null,
    }),
    stream: agent.stream,
    prompt,
    cwd: run.inputs.clone,
    home,
    limits,
    verify: job.verify,
    onLine: (line, state) => {
      const shown = agent.progress(line, state);
      if (shown !== null) run.print(head(shown, 1000));
      if (log === null) return;
      log.bytes += Buffer.byteLength(line) + 1;
      if (log.bytes <= MAX_LOG_BYTES) log.file.write(`${line}\n`);
    },
    signal: run.signal,
    ...(run.patience === undefined ? {} : { patience: run.patience }),
  });
  invocations.push(outcome);
  const { end, why, state, resetAt } = outcome;
  return { end, why, words: plainText(state.result?.text || state.lastWords), resetAt };
}

/** The raw report of the attempt as far as its agent tells it: how it ended, what it said and used. */
export function reportOf(attempt: Attempt, { end, why, words, resetAt }: Asked): RawReport {
  const { attempt: n, kind } = attempt.job;
  return {
    ...blankReport({ attempt: n, kind, end, summary: end === "completed" ? head(words, 8000) : why }),
    last_words: tail(words, 8000),
    reset_at: end === "quota" ? resetAt : null,
    ...spent(attempt),
  };
}

/** What all invocations have used together. */
function spent({ job, invocations }: Attempt): Pick<RawReport, "usage" | "agent" | "tools"> {
  const usage = {
    turns: 0,
    seconds: 0,
    requests: 0,
    input: 0,
    cached: 0,
    output: 0,
    usd: null as number | null,
  };
  const tools: RawReport["tools"] = {};
  for (const { state, seconds } of invocations) {
    usage.turns += state.turns;
    usage.seconds += seconds;
    usage.requests += state.requests;
    usage.input += state.tokens.input;
    usage.cached += state.tokens.cached;
    usage.output += state.tokens.output;
    if (state.usd !== null) usage.usd = (usage.usd ?? 0) + state.usd;
    for (const [name, count] of Object.entries(state.tools)) {
      const shown = head(plainText(name), 100);
      tools[shown] = (tools[shown] ?? 0) + count;
    }
  }
  const last = invocations.findLast(({ state }) => state.model !== "")?.state;
  const version = head(plainText(last?.version ?? ""), 100);
  const model = head(plainText(last?.model ?? ""), 100);
  return { usage, agent: { name: job.agent.name, version, model }, tools };
}

function nothingLeft(end: Asked["end"], what: string): Asked {
  return {
    end,
    why: `The attempt's ${what} was used up before the agent could be asked once more.`,
    words: "",
    resetAt: null,
  };
}

/** One attempt under way: its job, and its agent, which may be asked several times within the limits of the whole. */
import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import type { Job } from "../../domain/job.ts";
import type { AgentSpec, Asking } from "../agents/agent-spec.ts";
import { troubleOf } from "../agents/provider-signs.ts";
import { runAgent, type AgentOutcome } from "../agents/run-agent.ts";
import type { Enclosure } from "./enclosure.ts";
import type { GatewayFacts } from "../gateway/gateway.ts";
import type { Inputs } from "../inputs.ts";
import { askedWith, type Access } from "./model-access.ts";
import { head, plainText, tail } from "../plain-text.ts";
import type { Patience, Start } from "../process-group.ts";
import { blankReport, LOG_FILE, type RawReport } from "../raw-report.ts";
import { restoreSession } from "./sessions.ts";

const MAX_LOG_BYTES = 10 * 1024 * 1024;

export interface AttemptRun {
  inputs: Inputs;
  /** The models and registries that the run may use, with their secrets. */
  access: Access;
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
  /** What the agent and the repository's commands live in. */
  enclosure: Enclosure;
  /** Folder of the installed agent and its version; null: it comes with the action. */
  installed: { folder: string; version: string } | null;
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

export async function openAttempt(
  given: Pick<Attempt, "run" | "job" | "agent" | "home" | "enclosure" | "installed">,
): Promise<Attempt> {
  const { run, job, agent, home } = given;
  const { temp, clone, handOver } = run.inputs;
  const log = job.logs ? { file: createWriteStream(join(handOver, LOG_FILE)), bytes: 0 } : null;
  const resume = job.previous?.session ? await restoreSession({ agent, home, clone }, temp) : null;
  return { ...given, resume, invocations: [], log };
}

export async function closeAttempt({ enclosure, log }: Attempt): Promise<void> {
  await enclosure.close();
  if (log === null) return;
  log.file.end();
  await finished(log.file);
}

/** How programs of the attempt are started: in its sandbox, with what they are told of the gateway. */
export function startIn({ sandbox, env }: Enclosure): Start {
  return (program, patience) => sandbox.start({ ...program, env: { ...env, ...program.env } }, patience);
}

/** Invokes the agent with what is left of the limits. */
export async function ask(attempt: Attempt, prompt: string, asking: Asking): Promise<Asked> {
  const { run, job, agent, home, invocations, log, enclosure, installed } = attempt;
  const { gateway, model } = enclosure;
  const { usage } = spent(attempt);
  const limits = {
    ...job.limits,
    turns: job.limits.turns - usage.turns,
    seconds: job.limits.seconds - usage.seconds,
  };
  if (invocations.length > 0) {
    if (limits.turns <= 0) return nothingLeft("max_turns", "turns");
    if (limits.seconds <= 0) return nothingLeft("timeout", "time");
  }
  // The repository's own commands reach the model too, and may have spent it all before the agent was asked for the first time.
  if ((usage.usd ?? 0) >= job.limits.usd && job.limits.usd > 0) return nothingLeft("budget", "money");
  const answers = gateway.facts().usage.requests;
  // Zero means without limit, and what is left of one is never nothing here.
  const usd = job.limits.usd === 0 ? 0 : job.limits.usd - (usage.usd ?? 0);
  gateway.limit({ usd, answers: agent.turns === "gateway" ? limits.turns : null });
  // Whoever settles a conflict needs its model and nothing else; the tools that write files anew need their registries before and after.
  gateway.setOpen(job.kind !== "rebase");
  const { clone } = run.inputs;
  const resume = sessionFor(attempt, asking);
  const outcome = await runAgent({
    command: agent.command({
      job: { ...job, limits },
      clone,
      home,
      asking,
      resume,
      installed: installed?.folder ?? null,
      model,
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
    start: startIn(enclosure),
    cutOff: { signal: gateway.stopping(), stopped: () => gateway.facts().stopped },
  });
  gateway.setOpen(true);
  const facts = gateway.facts();
  const turns = Math.min(facts.usage.requests - answers, limits.turns);
  const { state } = outcome;
  invocations.push(agent.turns === "gateway" ? { ...outcome, state: { ...state, turns } } : outcome);
  const seen = seenBy(facts, outcome);
  const access = run.access.models.find(({ protocol }) => protocol === model?.protocol);
  const isTurnedAway = seen.end === "provider_refused" && !facts.signs.isRefusal;
  const why = access && isTurnedAway ? `${seen.why} ${askedWith(access, job.agent.model)}` : seen.why;
  return { ...seen, why, words: plainText(state.result?.text || state.lastWords) };
}

/** Not every agent says what its provider did: a refusal can look like an end, and few know when a quota is renewed. The gateway has seen it. */
function seenBy(
  { signs }: GatewayFacts,
  { end, why, resetAt }: AgentOutcome,
): Pick<Asked, "end" | "why" | "resetAt"> {
  if (end === "quota") return { end, why, resetAt: resetAt ?? signs.limit?.resetAt ?? null };
  const isUnclear = ["agent_gave_up", "empty_run", "infrastructure"].includes(end);
  const isRefused = end === "completed" && signs.isRefusal;
  return (isUnclear || isRefused ? troubleOf(signs) : null) ?? { end, why, resetAt };
}

/** The session to go on with: an earlier attempt's at first, the attempt's own where there is something to mend. */
function sessionFor({ invocations, resume, agent }: Attempt, asking: Asking): string | null {
  if (invocations.length === 0) return resume;
  if (asking !== "mend" || agent.sessions === null) return null;
  return invocations.findLast(({ state }) => state.session !== null)?.state.session ?? null;
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

/** What all invocations have used together: the gateway's figures, or an agent's own where it has asked no model through it. */
export function spent({
  job,
  invocations,
  enclosure,
  installed,
}: Attempt): Pick<RawReport, "usage" | "uncertain" | "agent" | "tools" | "hosts" | "sandbox"> {
  const facts = enclosure.gateway.facts();
  const usage = {
    turns: 0,
    seconds: 0,
    requests: 0,
    input: 0,
    cached: 0,
    output: 0,
    usd: null as number | null,
  };
  // A tool may have any name, those of an object's own parts included.
  const tools = new Map<string, number>();
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
      tools.set(shown, (tools.get(shown) ?? 0) + count);
    }
  }
  if (enclosure.model !== null) Object.assign(usage, facts.usage);
  const last = invocations.findLast(({ state }) => state.model !== "")?.state;
  const version = head(plainText(last?.version || (installed?.version ?? "")), 100);
  const model = head(plainText(facts.models.at(-1) ?? last?.model ?? ""), 100);
  const { estimated } = facts;
  const unpriced = facts.unpriced.slice(0, 20).map((name) => head(plainText(name), 200));
  return {
    usage,
    ...(unpriced.length + estimated === 0 ? {} : { uncertain: { unpriced, estimated } }),
    agent: { name: job.agent.name, version, model },
    tools: Object.fromEntries(tools),
    hosts: facts.hosts,
    sandbox: enclosure.sandbox.kind,
  };
}

function nothingLeft(end: Asked["end"], what: string): Asked {
  return {
    end,
    why: `The attempt's ${what} was used up, so the agent could not be asked any more.`,
    words: "",
    resetAt: null,
  };
}

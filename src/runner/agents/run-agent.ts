/** Runs an agent within its limits and says how it ended: from the process, its stream and the limits, never from its prose. */
import type { Job } from "../../domain/job.ts";
import {
  aborted,
  scrubbedEnvironment,
  startGroup,
  type Group,
  type Patience,
  type Program,
} from "../process-group.ts";
import { endOf, type Ending, type Stop, type StopReason } from "./agent-end.ts";
import type { AgentCommand, AgentSpec } from "./agent-spec.ts";
import { layOut } from "./lay-out.ts";
import { NO_LOOPS, takeTool, type LoopRules } from "./loops.ts";
import type { StreamReader, StreamState } from "./stream.ts";

export interface AgentRun {
  command: AgentCommand;
  /** Reads what the agent prints. */
  stream: AgentSpec["stream"];
  prompt: string;
  cwd: string;
  /** A scratch folder that is all the agent sees of a home. */
  home: string;
  /** `seconds` and `silence` in seconds. */
  limits: Pick<Job["limits"], "turns" | "seconds" | "silence" | "loops">;
  /** The job's own test command. */
  verify: string | null;
  /** Hears of every line that the agent prints, those on standard error too, with what is known after it. */
  onLine: (line: string, state: StreamState) => void;
  /** Given when the workflow run is cancelled. */
  signal: AbortSignal;
  patience?: Patience;
  /** Starts it where it has to live, a sandbox for instance; without, it is a program like any other. */
  start?: (program: Program, patience?: Patience) => Group;
  /** What else can end it: the gateway, which counts its money and, where the stream does not, its turns. */
  cutOff?: CutOff;
}

export interface CutOff {
  /** Given when the model gives it no more answers. */
  signal: AbortSignal;
  /** Why; null: it still gets answers. */
  stopped(): Stop | null;
}

/** Seconds that an agent may live on after its result line; then it is ended, and its result stands. */
const LINGER_SECONDS = 15;

export interface AgentOutcome extends Ending {
  state: StreamState;
  seconds: number;
}

/**
 * Turns are counted from the stream, or by the gateway (`cutOff`) where the stream does not tell them: an answer of the model in the main conversation is one. Claude Code, told `--max-turns n`, asks its
 * model n times, does what the n-th answer asks for and ends by itself with `error_max_turns`. For an agent that goes on all the same the
 * first line of answer n+1 is the sign: it is stopped there. That answer is paid (requests and tokens count it), but it is no turn.
 */
export async function runAgent(run: AgentRun): Promise<AgentOutcome> {
  const started = performance.now();
  const { limits } = run;
  const { file, args, env } = run.command;
  await layOut(run.home, run.command.files);
  const start = run.start ?? startGroup;
  const group = start(
    { file, args, cwd: run.cwd, env: { ...scrubbedEnvironment(run.home), ...env } },
    run.patience,
  );
  const watch = watchLimits(run);
  const rules: LoopRules = { limits: limits.loops, verify: run.verify };
  let loops = NO_LOOPS;
  const stream: StreamReader = run.stream({
    onLine: (line) => {
      watch.sawLine(stream.state);
      run.onLine(line, stream.state);
    },
    onTool: (event) => {
      loops = takeTool(loops, event, rules);
      if (loops.found !== null) watch.stop("agent_loop", loops.found);
    },
  });
  group.child.stdout.on("data", (chunk: Buffer) => {
    watch.sawLife();
    stream.push(chunk);
  });
  const complaints = new TextDecoder();
  group.child.stderr.on("data", (chunk: Buffer) =>
    run.onLine(complaints.decode(chunk, { stream: true }), stream.state),
  );
  // An agent that ends before it has read its prompt closes the pipe; its exit tells the rest.
  group.child.stdin.on("error", () => undefined);
  group.child.stdin.end(run.prompt);

  await Promise.race([group.exit, aborted(watch.signal)]);
  watch.end();
  const isEnded = watch.signal.aborted;
  if (isEnded) await group.stop();
  else await group.sweep();
  const exit = await group.exit;
  stream.end();
  const seconds = Math.round((performance.now() - started) / 1000);
  // Ended after its result, its exit code says nothing about it.
  const counted = isEnded && stream.state.result !== null ? { ...exit, code: 0 } : exit;
  // Of a turn too many no more than its beginning was let happen: it is paid, but it is no turn of the agent's.
  const state = { ...stream.state, turns: Math.min(stream.state.turns, limits.turns) };
  return { ...endOf(counted, state, watch.stopped() ?? lateStop(run, state)), state, seconds };
}

/** An agent that meets the closed gateway can be gone before it is stopped; then its end is the gateway's doing all the same. */
function lateStop({ cutOff }: AgentRun, { result }: StreamState): Stop | null {
  return result !== null && !result.isError ? null : (cutOff?.stopped() ?? null);
}

interface LimitWatch {
  /** Given when the agent has to be ended: for a reason, or because it lives on after its result. */
  signal: AbortSignal;
  stopped(): Stop | null;
  stop(reason: StopReason, why: string): void;
  /** Half a line is a sign of life too. */
  sawLife(): void;
  /** `state`: what is known after the line. */
  sawLine(state: StreamState): void;
  end(): void;
}

/** Gives its signal when a limit is passed or the workflow run is cancelled; the first reason counts. */
function watchLimits(run: AgentRun): LimitWatch {
  const { limits } = run;
  const stopping = new AbortController();
  let stopped: Stop | null = null;
  let waitsForTool = false;
  let hasResult = false;
  const stop = (reason: StopReason, why: string): void => {
    // What it does after its result takes nothing from the result.
    if (!hasResult || reason === "run_cancelled") stopped ??= { reason, why };
    stopping.abort();
  };
  let lingering: NodeJS.Timeout | null = null;
  let isOver = false;
  const onCancel = (): void => stop("run_cancelled", "The workflow run was cancelled.");
  if (run.signal.aborted) onCancel();
  run.signal.addEventListener("abort", onCancel, { once: true });
  const onCutOff = (): void => {
    const stopped = run.cutOff?.stopped() ?? null;
    if (stopped !== null) stop(stopped.reason, stopped.why);
  };
  if (run.cutOff?.signal.aborted) onCutOff();
  run.cutOff?.signal.addEventListener("abort", onCutOff, { once: true });
  const wall = setTimeout(
    () => stop("timeout", `Its time was up after ${limits.seconds} seconds.`),
    limits.seconds * 1000,
  );
  const silence = setTimeout(() => {
    // A tool at work is life: long test runs print nothing here. The wall time bounds them.
    if (waitsForTool) silence.refresh();
    else stop("silence", `It gave no sign of life for ${limits.silence} seconds.`);
  }, limits.silence * 1000);
  return {
    signal: stopping.signal,
    stopped: () => stopped,
    stop,
    sawLife: () => {
      if (!isOver) silence.refresh();
    },
    sawLine: (state) => {
      waitsForTool = state.openTools.size > 0;
      hasResult = state.result !== null;
      // Its last lines can come after its exit: what they say counts the same, but there is nothing to wait for any more.
      if (hasResult && !isOver) lingering ??= setTimeout(() => stopping.abort(), LINGER_SECONDS * 1000);
      if (state.turns > limits.turns) stop("max_turns", `It had used all its ${limits.turns} turns.`);
    },
    end: () => {
      isOver = true;
      clearTimeout(wall);
      clearTimeout(silence);
      if (lingering !== null) clearTimeout(lingering);
      run.signal.removeEventListener("abort", onCancel);
      run.cutOff?.signal.removeEventListener("abort", onCutOff);
    },
  };
}

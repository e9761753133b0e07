/** Runs an agent within its limits and says how it ended: from the process, its stream and the limits, never from its prose. */
import type { Job } from "../../domain/job.ts";
import type { AttemptEnd } from "../../domain/task.ts";
import { aborted, scrubbedEnvironment, startGroup, type Exit, type Patience } from "../process-group.ts";
import type { AgentCommand } from "./agent.ts";
import { readStream, type StreamReader, type StreamState } from "./stream-json.ts";

export interface AgentRun {
  command: AgentCommand;
  prompt: string;
  cwd: string;
  /** A scratch folder that is all the agent sees of a home. */
  home: string;
  /** `seconds` and `silence` in seconds. */
  limits: Pick<Job["limits"], "turns" | "seconds" | "silence">;
  /** Hears of every line that the agent prints, those on standard error too, with what is known after it. */
  onLine: (line: string, state: StreamState) => void;
  /** Given when the workflow run is cancelled. */
  signal: AbortSignal;
  patience?: Patience;
}

/** Seconds that an agent may live on after its result line; then it is ended, and its result stands. */
const LINGER_SECONDS = 15;

type StopReason = Extract<AttemptEnd, "max_turns" | "timeout" | "silence" | "run_cancelled">;
type AgentEnd =
  | Extract<AttemptEnd, "completed" | "agent_gave_up" | "empty_run" | "infrastructure">
  | StopReason;

export interface AgentOutcome {
  end: AgentEnd;
  /** One sentence for people. */
  why: string;
  state: StreamState;
  seconds: number;
}

export async function runAgent(run: AgentRun): Promise<AgentOutcome> {
  const started = performance.now();
  const { file, args, env } = run.command;
  const group = startGroup(
    { file, args, cwd: run.cwd, env: { ...scrubbedEnvironment(run.home), ...env } },
    run.patience,
  );
  const watch = watchLimits(run);
  const stream: StreamReader = readStream((line) => run.onLine(line, stream.state));
  group.child.stdout.on("data", (chunk: Buffer) => {
    stream.push(chunk);
    watch.sawLife(stream.state);
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
  return { ...endOf(counted, stream.state, watch.reason()), state: stream.state, seconds };
}

interface LimitWatch {
  /** Given when the agent has to be ended: for a reason, or because it lives on after its result. */
  signal: AbortSignal;
  reason(): StopReason | null;
  sawLife(state: StreamState): void;
  end(): void;
}

/** Gives its signal when a limit is passed or the workflow run is cancelled; the first reason counts. */
function watchLimits(run: AgentRun): LimitWatch {
  const stopping = new AbortController();
  let reason: StopReason | null = null;
  let waitsForTool = false;
  const stop = (why: StopReason): void => {
    reason ??= why;
    stopping.abort();
  };
  let lingering: NodeJS.Timeout | null = null;
  let isOver = false;
  const onCancel = (): void => stop("run_cancelled");
  if (run.signal.aborted) onCancel();
  run.signal.addEventListener("abort", onCancel, { once: true });
  const wall = setTimeout(() => stop("timeout"), run.limits.seconds * 1000);
  const silence = setTimeout(() => {
    // A tool at work is life: long test runs print nothing here. The wall time bounds them.
    if (waitsForTool) silence.refresh();
    else stop("silence");
  }, run.limits.silence * 1000);
  return {
    signal: stopping.signal,
    reason: () => reason,
    sawLife: (state) => {
      // Its last lines can come after its exit; they pass no limit any more.
      if (isOver) return;
      silence.refresh();
      waitsForTool = state.openTools.size > 0;
      if (state.result !== null) lingering ??= setTimeout(() => stopping.abort(), LINGER_SECONDS * 1000);
      if (state.turns > run.limits.turns) stop("max_turns");
    },
    end: () => {
      isOver = true;
      clearTimeout(wall);
      clearTimeout(silence);
      if (lingering !== null) clearTimeout(lingering);
      run.signal.removeEventListener("abort", onCancel);
    },
  };
}

const STOPPED: Record<StopReason, string> = {
  max_turns: "It had used all its turns.",
  timeout: "Its time was up.",
  silence: "It gave no sign of life for too long.",
  run_cancelled: "The workflow run was cancelled.",
};

function endOf(exit: Exit, state: StreamState, stopped: StopReason | null): { end: AgentEnd; why: string } {
  if (stopped !== null) return { end: stopped, why: STOPPED[stopped] };
  if (exit.failure !== null)
    return { end: "infrastructure", why: `The agent cannot be started: ${exit.failure.message}` };
  const { result } = state;
  if (result?.subtype === "error_max_turns") return { end: "max_turns", why: STOPPED.max_turns };
  if (result !== null && (result.isError || result.subtype !== "success")) {
    return { end: "agent_gave_up", why: `The agent ended with ${result.subtype}.` };
  }
  // Without a zero exit nothing it said counts; without a result it did not finish, whatever the exit says.
  if (exit.code !== 0)
    return { end: "infrastructure", why: `The agent broke off (${exit.signal ?? `exit ${exit.code}`}).` };
  if (result === null) return { end: "empty_run", why: "The agent ended without a result." };
  return { end: "completed", why: "The agent finished." };
}

/** How an agent ended: from its process, its stream and the limits, never from its prose. */
import type { AttemptEnd } from "../../domain/task.ts";
import type { Exit } from "../process-group.ts";
import { troubleOf } from "./provider-signs.ts";
import type { StreamState } from "./stream.ts";

/** Why the runner ended an agent. */
export type StopReason = Extract<
  AttemptEnd,
  "max_turns" | "timeout" | "silence" | "run_cancelled" | "agent_loop" | "budget"
>;
export type AgentEnd =
  | Extract<
      AttemptEnd,
      | "completed"
      | "agent_gave_up"
      | "empty_run"
      | "infrastructure"
      | "provider_unavailable"
      | "provider_refused"
      | "quota"
    >
  | StopReason;

/** The first limit that was passed. */
export interface Stop {
  reason: StopReason;
  /** One sentence for people. */
  why: string;
}

export interface Ending {
  end: AgentEnd;
  /** One sentence for people, with the evidence. */
  why: string;
  /** For `quota`: the ISO instant at which it begins anew; null: unknown. */
  resetAt: string | null;
}

/** What `stopped` says counts before all else. */
export function endOf(exit: Exit, state: StreamState, stopped: Stop | null): Ending {
  // Programs wait as long as a provider asks them to, which can be hours: then it is the provider that is silent.
  const silenced = stopped?.reason === "silence" ? troubleOf(state.provider) : null;
  if (silenced !== null) return silenced;
  if (stopped !== null) return ending(stopped.reason, stopped.why);
  if (exit.failure !== null)
    return ending("infrastructure", `The agent cannot be started: ${exit.failure.message}`);
  const { result } = state;
  if (result?.subtype === "error_max_turns") return ending("max_turns", "It had used all its turns.");
  const hasFailed = result === null ? exit.code !== 0 : result.isError || result.subtype !== "success";
  const trouble = hasFailed ? troubleOf(state.provider) : null;
  if (trouble !== null) return trouble;
  if (result !== null && hasFailed)
    return ending("agent_gave_up", `The agent ended with an error (${evidenceOf(result.subtype, state)}).`);
  // Without a zero exit nothing it said counts; without a result it did not finish, whatever the exit says.
  if (exit.code !== 0)
    return ending(
      "infrastructure",
      `The agent broke off (${exit.signal ?? `exit ${exit.code}`}). ${exit.bound ?? ""}`.trim(),
    );
  if (result === null) return ending("empty_run", "The agent ended without a result.");
  return ending("completed", "The agent finished.");
}

/** Words of the agent's program, as far as they say anything; what is no word is not repeated. */
function evidenceOf(subtype: string, { provider }: StreamState): string {
  const name = /^\w{1,60}$/.test(subtype) ? subtype : "a subtype that is no word";
  const parts = [name, provider.word, provider.status];
  // A provider's error is a "success" of the program, and not every error has a name.
  const telling = parts.filter((part) => part !== null && part !== "success" && part !== "unknown");
  return telling.length === 0 ? "without a name" : telling.join(", ");
}

function ending(end: AgentEnd, why: string): Ending {
  return { end, why, resetAt: null };
}

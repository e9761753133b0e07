/** What the runner must know of an agent to start it, read it and go on with it: the shape that every agent has. */
import type { Job } from "../../domain/job.ts";
import type { Kind } from "../../domain/task.ts";
import type { Protocol, Venue } from "../gateway/gateway.ts";
import type { StreamEars, StreamReader, StreamState } from "./stream.ts";

/**
 * Why an agent is asked: to do the work; once more, for the form alone of what it has answered, which needs no tools; or to mend what the
 * check command has found.
 */
export type Asking = "work" | "form" | "mend";

export interface AgentInput {
  job: Job;
  /** The agent's clone, which is its working directory. */
  clone: string;
  /** The scratch folder that is its home. */
  home: string;
  asking: Asking;
  /** Id of the session to go on with, whose file is where `sessions.place` says; null: a new one. */
  resume: string | null;
  /** Folder that `installAgent` gave; null for an agent that comes with the action. */
  installed: string | null;
  /** The protocol to speak with the model, its base URL as the agent reaches it (`http://127.0.0.1:3128/anthropic`), and who serves it; null: it needs no model. */
  model: { protocol: Protocol; url: string; venue: Venue } | null;
}

export interface AgentCommand {
  file: string;
  args: string[];
  /** Added to the scrubbed environment. */
  env: Record<string, string>;
  /** Written into its home before each start: path relative to it → text. What lies there already is replaced, links are not followed. */
  files: Record<string, string>;
}

export interface AgentSpec {
  name: string;
  /** Whether it is installed from action/agents/<name>; if not, it comes with the action. */
  packaged: boolean;
  /** The protocols that it speaks, best first; none: it needs no model. */
  protocols: readonly Protocol[];
  /** How it is started; the prompt comes on standard input. */
  command(input: AgentInput): AgentCommand;
  /** Reads what it prints on standard output. */
  stream(ears?: StreamEars): StreamReader;
  /** What a line that it printed shows to people who watch the workflow log, with the state after it; null: nothing. Lines that are no JSON are shown as they are. */
  progress(line: string, state: StreamState): string | null;
  /** Who can tell how many turns it has taken: it says so itself, or the gateway counts the answers of its model. */
  turns: "stream" | "gateway";
  /** null: it cannot go on with a session. */
  sessions: AgentSessions | null;
}

export interface AgentSessions {
  /** The file in which it has kept a session; null: there is none. */
  find(where: SessionPlace): Promise<string | null>;
  /** Where it looks for the file of a session. */
  place(where: SessionPlace): string;
  /** The id of the session that a file of this text is of; null: it is none of this agent's. */
  idIn(text: string): string | null;
}

export interface SessionPlace {
  home: string;
  clone: string;
  id: string;
}

/** Whether an attempt of this kind writes nothing, so that its agent gets no tools that edit. */
export function isReadOnly(kind: Kind): boolean {
  return kind === "review" || kind === "explore" || kind === "plan";
}

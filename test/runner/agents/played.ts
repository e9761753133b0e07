/** Runs the scripted agent as a real process on what a job's checkout holds. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Job } from "../../../src/domain/job.ts";
import type { AgentCommand, AgentSpec } from "../../../src/runner/agents/agent-spec.ts";
import { agentNamed } from "../../../src/runner/agents/agent.ts";
import { runAgent, type AgentOutcome, type CutOff } from "../../../src/runner/agents/run-agent.ts";
import { prepare } from "../../../src/runner/prepare.ts";
import { LIMITS, type TaskServer } from "../task-server.ts";

export interface Played {
  limits?: Partial<Job["limits"]>;
  verify?: string;
  resume?: string;
  prompt?: string;
  signal?: AbortSignal;
  onLine?: (line: string) => void;
  cutOff?: CutOff;
  /** What else is done to the command before it is started. */
  command?: (command: AgentCommand) => AgentCommand;
}

export const PATIENCE = { interrupt: 100, terminate: 100 };

export const SCRIPTED: AgentSpec = known("scripted");

/** Plays the server's script; in a checkout that is there already it goes on. */
export async function play(server: TaskServer, how: Played = {}): Promise<AgentOutcome> {
  const { clone } = server.inputs;
  if (!existsSync(clone)) await prepare(server.inputs, server.remote);
  const home = homeOf(server);
  mkdirSync(home, { recursive: true });
  const command = SCRIPTED.command({
    job: server.job,
    clone,
    home,
    asking: "work",
    resume: how.resume ?? null,
    installed: null,
    model: null,
  });
  return runAgent({
    command: how.command?.(command) ?? command,
    stream: SCRIPTED.stream,
    prompt: how.prompt ?? "Do it.",
    cwd: clone,
    home,
    limits: { ...LIMITS, silence: 60, ...how.limits },
    verify: how.verify ?? null,
    onLine: how.onLine ?? (() => undefined),
    signal: how.signal ?? new AbortController().signal,
    patience: PATIENCE,
    ...(how.cutOff === undefined ? {} : { cutOff: how.cutOff }),
  });
}

export function homeOf(server: TaskServer): string {
  return join(server.root, "home");
}

/** Processes that have this text on their command line. */
export function processesWith(text: string): string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && commandLine(name).includes(text));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    // It ended while we looked.
    return "";
  }
}

function known(name: string): AgentSpec {
  const agent = agentNamed(name);
  if (agent === null) throw new Error(`the agent ${name} is gone`);
  return agent;
}

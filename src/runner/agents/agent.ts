/** The agents that a run can start, each by its command line; all of them speak `stream-json` on standard output. */
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Job } from "../../domain/job.ts";
import { scriptedSessionFile, scriptedSessionIn } from "./scripted-session.ts";

export interface AgentInput {
  job: Job;
  /** The agent's clone, which is its working directory. */
  clone: string;
  /** It is asked once more, for the form of its answer alone; no tools are needed. */
  again: boolean;
  /** Id of the session to go on with, whose file is where `sessions.file` says; null: a new one. */
  resume: string | null;
}

export interface AgentCommand {
  file: string;
  args: string[];
  /** Added to the scrubbed environment. */
  env: Record<string, string>;
}

export interface AgentSpec {
  name: string;
  /** How it is started; the prompt comes on standard input. */
  command(input: AgentInput): AgentCommand;
  sessions: {
    /** Where it keeps the file of a session. */
    file(where: { home: string; clone: string; id: string }): string;
    /** The id of the session that a file of this text is of; null: it is none of this agent's. */
    idIn(text: string): string | null;
  };
}

export const AGENTS = {
  /** Replays the script that the repository keeps in `.github/gza-script.yml`, without any model. */
  scripted: {
    name: "scripted",
    command: scriptedCommand,
    sessions: { file: ({ home, id }) => scriptedSessionFile(home, id), idIn: scriptedSessionIn },
  },
} as const satisfies Record<string, AgentSpec>;

/** The agent of that name, or null. */
export function agentNamed(name: string): AgentSpec | null {
  const known: Record<string, AgentSpec> = AGENTS;
  return Object.hasOwn(known, name) ? (known[name] ?? null) : null;
}

/** One sentence for a job that names an agent which this release does not have. */
export function unknownAgent(name: string): string {
  const known = Object.keys(AGENTS).join(", ");
  return `This release knows no agent "${name}", it knows: ${known}. Name one of them under agents.default.agent in .github/gza.yml.`;
}

function scriptedCommand({ job, again, resume }: AgentInput): AgentCommand {
  // Beside this file: the source while GZA runs from its sources, a bundle in the released action.
  const program = new URL(`./scripted-agent${extname(import.meta.url)}`, import.meta.url);
  const args = [
    fileURLToPath(program),
    `--base=${job.start.base}`,
    `--issue=${job.issue}`,
    `--kind=${job.kind}`,
    `--attempt=${job.attempt}`,
    `--max-turns=${job.limits.turns}`,
    ...(again ? ["--again"] : []),
    ...(resume === null ? [] : [`--resume=${resume}`]),
  ];
  return { file: process.execPath, args, env: {} };
}

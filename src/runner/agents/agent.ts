/** The agents that a run can start. */
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { AgentCommand, AgentInput, AgentSpec } from "./agent-spec.ts";
import { CLAUDE } from "./claude.ts";
import { CODEX } from "./codex.ts";
import { GEMINI } from "./gemini.ts";
import { progressOf } from "./progress.ts";
import { scriptedSessionFile, scriptedSessionIn } from "./scripted-session.ts";
import { readStream } from "./stream-json.ts";

export const AGENTS = {
  claude: CLAUDE,
  codex: CODEX,
  gemini: GEMINI,
  /** Replays the script that the repository keeps in `.github/gza-script.yml`, without any model. */
  scripted: {
    name: "scripted",
    packaged: false,
    protocols: [],
    command: scriptedCommand,
    stream: readStream,
    progress: progressOf,
    turns: "stream",
    sessions: {
      find: async ({ home, id }) => scriptedSessionFile(home, id),
      place: ({ home, id }) => scriptedSessionFile(home, id),
      idIn: scriptedSessionIn,
    },
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

function scriptedCommand({ job, asking, resume }: AgentInput): AgentCommand {
  // Beside this file: the source while GZA runs from its sources, a bundle in the released action.
  const program = new URL(`./scripted-agent${extname(import.meta.url)}`, import.meta.url);
  const args = [
    fileURLToPath(program),
    `--base=${job.start.base}`,
    `--issue=${job.issue}`,
    `--kind=${job.kind}`,
    `--attempt=${job.attempt}`,
    `--max-turns=${job.limits.turns}`,
    `--asking=${asking}`,
    ...(resume === null ? [] : [`--resume=${resume}`]),
  ];
  return { file: process.execPath, args, env: {}, files: {} };
}

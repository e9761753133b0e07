/** Claude Code: how it is started so that nobody is asked, nothing of the branch configures it, and its model is asked through the gateway alone. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isReadOnly, type AgentCommand, type AgentInput, type AgentSpec } from "./agent-spec.ts";
import { progressOf } from "./progress.ts";
import { readStream } from "./stream-json.ts";
import { parseLine } from "./stream.ts";

export const CLAUDE: AgentSpec = {
  name: "claude",
  packaged: true,
  protocols: ["anthropic"],
  command,
  stream: readStream,
  progress: progressOf,
  turns: "stream",
  sessions: {
    find: async ({ home, id }) => sessionFile(home, id),
    place: ({ home, id }) => sessionFile(home, id),
    idIn: sessionIn,
  },
};

/** Everything that it keeps lies here, under its home. */
const CONFIG = ".claude";
/** Sessions lie in a folder per project; with this name it is the same wherever the clone lies. */
const PROJECT = "gza";

/** Nothing that asks the web, starts work for later, or leaves the clone. */
const READING = ["Bash", "Read", "Glob", "Grep", "Task", "TaskStop", "Monitor"];
const WRITING = [...READING, "Edit", "Write", "NotebookEdit"];

/** Hooks could come from a plugin too; and commits carry the trailers of GZA. */
const SETTINGS = { disableAllHooks: true, includeCoAuthoredBy: false };

function command({ job, home, asking, resume, installed, model }: AgentInput): AgentCommand {
  const tools = asking === "form" ? [] : isReadOnly(job.kind) ? READING : WRITING;
  const args = [
    "--print",
    "--output-format=stream-json",
    "--verbose",
    `--max-turns=${job.limits.turns}`,
    `--tools=${tools.join(",")}`,
    "--dangerously-skip-permissions",
    // The branch can bring settings, hooks, skills, commands, agents and MCP servers: none of them is read.
    "--setting-sources=",
    "--strict-mcp-config",
    "--disable-slash-commands",
    `--settings=${JSON.stringify(SETTINGS)}`,
    ...(job.agent.model === null ? [] : [`--model=${job.agent.model}`]),
    ...(resume === null ? [] : [`--resume=${resume}`]),
  ];
  const env = {
    CLAUDE_CONFIG_DIR: join(home, CONFIG),
    CLAUDE_CODE_PROJECT_DIR_NAME: PROJECT,
    // As root it skips the questions about permissions only where it is told that a sandbox is around it.
    IS_SANDBOX: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_ERROR_REPORTING: "1",
    DISABLE_TELEMETRY: "1",
    // Ten by default, which take minutes; these take less than one. Whoever cannot be asked is asked again by a later attempt.
    CLAUDE_CODE_MAX_RETRIES: "6",
    // The model is the one that the config names; another would be another price.
    CLAUDE_CODE_NO_MODEL_FALLBACK: "1",
    ...(model === null ? {} : { ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: "held-by-the-gateway" }),
    // Clouds refuse requests with betas that they do not know.
    ...(model === null || model.venue === "vendor" ? {} : { CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS: "1" }),
  };
  return { file: program(installed ?? ""), args, env, files: {} };
}

/** Its package is a launcher for a native program that a package of its own has per system. */
function program(installed: string): string {
  const { platform, arch } = process;
  const names = [`claude-code-${platform}-${arch}`, `claude-code-${platform}-${arch}-musl`];
  const files = names.map((name) => join(installed, "node_modules", "@anthropic-ai", name, "claude"));
  return files.find((file) => existsSync(file)) ?? join(installed, "node_modules", ".bin", "claude");
}

function sessionFile(home: string, id: string): string {
  return join(home, CONFIG, "projects", PROJECT, `${z.uuid().parse(id)}.jsonl`);
}

const Entry = z.looseObject({ sessionId: z.uuid() });

/** Not every line names the session, but an early one does. */
function sessionIn(text: string): string | null {
  for (const line of text.split("\n", 20)) {
    const entry = Entry.safeParse(parseLine(line));
    if (entry.success) return entry.data.sessionId;
  }
  return null;
}

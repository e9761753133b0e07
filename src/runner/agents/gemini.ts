/** Gemini CLI: how it is started so that nobody is asked, nothing of the branch configures it, and its model is asked through the gateway alone. */
import { join } from "node:path";
import { isReadOnly, type AgentCommand, type AgentInput, type AgentSpec } from "./agent-spec.ts";
import { geminiProgress } from "./gemini-progress.ts";
import { findGeminiSession, geminiSessionFile, geminiSessionIn, PROJECT } from "./gemini-session.ts";
import { readGemini } from "./gemini-stream.ts";

export const GEMINI: AgentSpec = {
  name: "gemini",
  packaged: true,
  protocols: ["google"],
  command,
  stream: readGemini,
  progress: geminiProgress,
  turns: "stream",
  sessions: { find: findGeminiSession, place: geminiSessionFile, idIn: geminiSessionIn },
};

const SETTINGS_FILE = join(".gemini", "settings.json");

/** Nothing that asks the web, a person or a sub-agent, whose work would not show in what it prints. */
const READING = [
  "run_shell_command",
  "list_directory",
  "read_file",
  "read_many_files",
  "grep_search",
  "glob",
  "write_todos",
];
const WRITING = [...READING, "replace", "write_file"];
/** A list without any name would mean all tools. */
const NONE = ["none"];

/**
 * Once the folder is trusted, `.gemini/.env` of the branch is read, but for the variables that are set already: those that could send its
 * requests or reports elsewhere, or change how it is started.
 */
const TAKEN = {
  // It is in a sandbox: it neither opens one of its own nor starts itself a second time, with more memory.
  SANDBOX: "gza",
  GEMINI_TELEMETRY_ENABLED: "false",
  GEMINI_TELEMETRY_OTLP_ENDPOINT: "",
  GEMINI_CLI_ACTIVITY_LOG_TARGET: "",
  GEMINI_CLI_CUSTOM_HEADERS: "",
  GEMINI_API_KEY_AUTH_MECHANISM: "",
  GEMINI_SYSTEM_MD: "",
  GOOGLE_API_KEY: "",
  GOOGLE_GENAI_USE_VERTEXAI: "",
  GOOGLE_GENAI_USE_GCA: "",
  GOOGLE_VERTEX_BASE_URL: "",
};

function command({ job, clone, asking, resume, installed, model }: AgentInput): AgentCommand {
  const tools = asking === "form" ? NONE : isReadOnly(job.kind) ? READING : WRITING;
  const args = [
    join(installed ?? "", "node_modules", "@google", "gemini-cli", "bundle", "gemini.js"),
    "--output-format=stream-json",
    "--approval-mode=yolo",
    // The folder becomes trusted only after the settings were read: those of the branch are not. Without trust no git command could be run.
    "--skip-trust",
    ...(job.agent.model === null ? [] : [`--model=${job.agent.model}`]),
    ...(resume === null ? [] : [`--resume=${resume}`]),
  ];
  const env = {
    ...TAKEN,
    ...(model === null ? {} : { GOOGLE_GEMINI_BASE_URL: model.url, GEMINI_API_KEY: "held-by-the-gateway" }),
  };
  const files = {
    [SETTINGS_FILE]: JSON.stringify(settingsOf(job.limits.turns, tools)),
    // The name of its folder for this clone, wherever the clone lies.
    [join(".gemini", "projects.json")]: JSON.stringify({ projects: { [clone]: PROJECT } }),
  };
  return { file: process.execPath, args, env, files };
}

function settingsOf(turns: number, tools: readonly string[]): Record<string, unknown> {
  return {
    security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: true } },
    model: {
      // Told n, it asks its model n times, does what the n-th answer asks for and then ends by itself.
      maxSessionTurns: turns,
      skipNextSpeakerCheck: true,
      // A loop that it finds itself would cost one answer more; the runner looks for loops.
      disableLoopDetection: true,
    },
    // One try, after 5 s a second, after 10 s the last.
    general: {
      maxAttempts: 3,
      retryFetchErrors: true,
      enableAutoUpdate: false,
      enableAutoUpdateNotification: false,
      topicUpdateNarration: false,
      sessionRetention: { enabled: false },
    },
    context: { fileName: ["AGENTS.md", "GEMINI.md"], includeDirectories: [] },
    tools: { core: tools, discoveryCommand: "", callCommand: "", sandbox: false },
    advanced: { ignoreLocalEnv: true },
    hooksConfig: { enabled: false },
    mcp: { allowed: ["none"], serverCommand: "" },
    skills: { enabled: false },
    experimental: { enableAgents: false },
    ide: { enabled: false },
    telemetry: { enabled: false },
    privacy: { usageStatisticsEnabled: false },
  };
}

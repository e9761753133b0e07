/** opencode: how it is started so that nobody is asked, nothing of the branch configures it, and its model is asked through the gateway alone. */
import { join } from "node:path";
import type { Protocol } from "../gateway/gateway.ts";
import { isReadOnly, type AgentCommand, type AgentInput, type AgentSpec } from "./agent-spec.ts";
import { opencodeProgress } from "./opencode-progress.ts";
import { readOpencode } from "./opencode-stream.ts";

/**
 * Not one of its later versions: from 1.17.19 at the latest it reads `opencode.json` and `.opencode` of the branch and runs the plugins that they name,
 * whatever it is told (`OPENCODE_DISABLE_PROJECT_CONFIG`, `--pure`).
 */
export const OPENCODE: AgentSpec = {
  name: "opencode",
  packaged: true,
  protocols: ["anthropic", "openai", "google"],
  command,
  stream: readOpencode,
  progress: opencodeProgress,
  turns: "gateway",
  // Its sessions lie in a database, not in a file of text that could be handed on.
  sessions: null,
};

/** What it is asked with where the job names no model. */
const MODELS: Record<Protocol, string> = {
  anthropic: "claude-sonnet-4-5",
  openai: "gpt-5.1-codex",
  google: "gemini-2.5-pro",
};

/** The name under which its settings know the gateway. */
const GATEWAY = "gateway";

/** Nothing that asks the web or a person, and no sub-agents, whose calls do not show in what it prints. */
const NEVER = ["webfetch", "websearch", "codesearch", "question", "task", "skill", "lsp"];
const EDITING = ["edit", "write", "patch"];

function command({ job, clone, asking, installed, model }: AgentInput): AgentCommand {
  const name = job.agent.model ?? MODELS[model?.protocol ?? "anthropic"];
  const denied = asking === "form" ? ["*"] : isReadOnly(job.kind) ? [...NEVER, ...EDITING] : NEVER;
  const permission = { "*": "allow", ...Object.fromEntries(denied.map((tool) => [tool, "deny"])) };
  const settings = {
    autoupdate: false,
    share: "disabled",
    snapshot: false,
    lsp: false,
    formatter: false,
    plugin: [],
    mcp: {},
    // The settings of the folder are not read; these are no settings.
    instructions: ["AGENTS.md", "CLAUDE.md"].map((file) => join(clone, file)),
    permission,
    ...(model === null ? {} : providerOf(model, name)),
  };
  const args = [
    "run",
    "--format=json",
    "--pure",
    // Otherwise it asks a model for a title first.
    "--title=gza",
    `--model=${GATEWAY}/${name}`,
  ];
  const env = {
    OPENCODE_CONFIG_CONTENT: JSON.stringify(settings),
    OPENCODE_DISABLE_PROJECT_CONFIG: "true",
    OPENCODE_DISABLE_CLAUDE_CODE: "true",
    OPENCODE_DISABLE_EXTERNAL_SKILLS: "true",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "true",
    OPENCODE_DISABLE_MODELS_FETCH: "true",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "true",
    OPENCODE_DISABLE_AUTOUPDATE: "true",
    OPENCODE_DISABLE_SHARE: "true",
  };
  return { file: program(installed ?? ""), args, env, files: {} };
}

/** The gateway adds the key. Only OpenAI's own models are asked in its newer way: whoever else speaks its protocol knows the older one. */
function providerOf({ protocol, url }: { protocol: Protocol; url: string }, name: string): object {
  const isOpenAis = /^(?:gpt-|o\d|codex-)/.test(name);
  const clients: Record<Protocol, { npm: string; path: string }> = {
    anthropic: { npm: "@ai-sdk/anthropic", path: "/v1" },
    openai: { npm: isOpenAis ? "@ai-sdk/openai" : "@ai-sdk/openai-compatible", path: "" },
    google: { npm: "@ai-sdk/google", path: "/v1beta" },
  };
  const { npm, path } = clients[protocol];
  const options = { baseURL: `${url}${path}`, apiKey: "held-by-the-gateway" };
  return {
    enabled_providers: [GATEWAY],
    small_model: `${GATEWAY}/${name}`,
    provider: { [GATEWAY]: { npm, name: GATEWAY, options, models: { [name]: { tool_call: true } } } },
  };
}

/** A native program; of its packages the one that runs on every processor of x64. */
function program(installed: string): string {
  return join(installed, "node_modules", "opencode-linux-x64-baseline", "bin", "opencode");
}

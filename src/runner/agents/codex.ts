/** Codex: how it is started so that nobody is asked, nothing of the branch configures it, and its model is asked through the gateway alone. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AgentCommand, AgentInput, AgentSpec } from "./agent-spec.ts";
import { codexProgress } from "./codex-progress.ts";
import { codexSessionFile, codexSessionIn, findCodexSession } from "./codex-session.ts";
import { readCodex } from "./codex-stream.ts";

export const CODEX: AgentSpec = {
  name: "codex",
  packaged: true,
  protocols: ["openai"],
  command,
  stream: readCodex,
  progress: codexProgress,
  turns: "gateway",
  sessions: { find: findCodexSession, place: codexSessionFile, idIn: codexSessionIn },
};

/** Its own settings file is not read, so these are all: values are TOML. */
const SETTINGS = {
  web_search: '"disabled"',
  // A login shell reads /etc/profile, which sets PATH anew and so takes the toolchains of the runner away.
  allow_login_shell: "false",
  check_for_update_on_startup: "false",
  "analytics.enabled": "false",
  "feedback.enabled": "false",
  "history.persistence": '"none"',
  // Sub-agents do not show in what it prints: neither their loops nor their work could be seen.
  "agents.enabled": "false",
  "features.multi_agent": "false",
  // There is nobody to answer.
  "tools.experimental_request_user_input.enabled": "false",
  // Those of its own are about its own settings, pictures and people's skills.
  "skills.bundled.enabled": "false",
  // It would ask a provider that cannot be reached for ever.
  "features.unbounded_connection_retries": "false",
  // All of these reach for its vendor's other services, for a screen or for a person.
  "features.apps": "false",
  "features.browser_use": "false",
  "features.computer_use": "false",
  "features.goals": "false",
  "features.hooks": "false",
  "features.image_generation": "false",
  "features.plugins": "false",
};

function command({ job, clone, home, resume, installed, model }: AgentInput): AgentCommand {
  const settings: Record<string, string> = {
    ...SETTINGS,
    // Settings, hooks and MCP servers of a folder that is not trusted are not read; AGENTS.md is.
    [`projects.${toml(clone)}.trust_level`]: toml("untrusted"),
    ...(model === null
      ? {}
      : { model_provider: toml("gateway"), "model_providers.gateway": provider(model.url) }),
  };
  const args = [
    "exec",
    ...(resume === null ? [] : ["resume"]),
    "--json",
    "--ignore-user-config",
    "--ignore-rules",
    "--skip-git-repo-check",
    // The sandbox is around it; its own could not be nested.
    "--dangerously-bypass-approvals-and-sandbox",
    ...Object.entries(settings).flatMap(([key, value]) => ["--config", `${key}=${value}`]),
    ...(job.agent.model === null ? [] : ["--model", job.agent.model]),
    ...(resume === null ? [] : [resume]),
    // The prompt comes on standard input.
    "-",
  ];
  // Codex wants the folder to be there.
  const files = { ".codex/config.toml": "# Not read: all settings stand on the command line.\n" };
  return { file: program(installed ?? ""), args, env: { CODEX_HOME: join(home, ".codex") }, files };
}

/** The gateway adds the key. A broken stream is asked for again; all tries together take less than a minute. */
function provider(url: string): string {
  const fields = [
    `name=${toml("gateway")}`,
    `base_url=${toml(url)}`,
    `wire_api=${toml("responses")}`,
    "requires_openai_auth=false",
    "supports_websockets=false",
    "request_max_retries=6",
    "stream_max_retries=2",
  ];
  return `{${fields.join(",")}}`;
}

/** A JSON string is a basic string of TOML too. */
function toml(text: string): string {
  return JSON.stringify(text);
}

/** Its package is a launcher for a native program that a package of its own has per system. */
function program(installed: string): string {
  const { platform, arch } = process;
  const cpu = arch === "arm64" ? "aarch64" : "x86_64";
  const system = platform === "darwin" ? "apple-darwin" : "unknown-linux-musl";
  const modules = join(installed, "node_modules");
  const file = join(
    modules,
    "@openai",
    `codex-${platform}-${arch}`,
    "vendor",
    `${cpu}-${system}`,
    "bin",
    "codex",
  );
  return existsSync(file) ? file : join(modules, ".bin", "codex");
}

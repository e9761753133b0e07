/** A story in which a real agent works: its model is scripted, its keys are canaries, and npm has fetched it before. */
import { execFileSync } from "node:child_process";
import type { Answer } from "./model-server/answer.ts";
import { startModelServer, type ModelServer } from "./model-server/model-server.ts";
import type { Voice } from "./voices.ts";
import { PROTOCOLS } from "../../src/runner/gateway/gateway.ts";
import { SECRETS } from "../../src/runner/attempt/model-access.ts";
import { canary, searchFor, type Search } from "../attacks/canaries.ts";
import { story, type Story } from "../e2e/world.ts";

const WORKFLOW = ".github/workflows/gza.yml";

export interface AgentStory {
  from: Story;
  model: ModelServer;
  /** Finds what is left of the repository's secrets, by their names. */
  search: Search;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The agent works in the sandbox; `config` is added to what chooses it. The model's answers are given one after another, over all attempts. */
export async function agentStory(
  voice: Voice,
  { answers, config = "" }: { answers: Answer[]; config?: string },
): Promise<AgentStory> {
  const { agent, model: name } = voice;
  const model = await startModelServer(voice.dialect, answers);
  const choice = JSON.stringify({ agent: agent.name, model: name });
  const from = await story({
    config: `agents: {default: ${choice}}\nsandbox: auto\nlogs: artifact\n${config}`,
  });
  const { secrets, variables } = from.repository.actions;
  const keys = PROTOCOLS.map((protocol) => canary(SECRETS[protocol]));
  for (const { name: secret, value } of keys) secrets[secret] = value;
  for (const protocol of PROTOCOLS) variables[`${protocol.toUpperCase()}_BASE_URL`] = model.url;
  await from.push(WORKFLOW, `${withOwnNpm(from.git("show", `main:${WORKFLOW}`))}\n`);
  await from.begin();
  return {
    from,
    model,
    search: searchFor(keys),
    [Symbol.asyncDispose]: async () => {
      await from[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

/** A workflow job has a home of its own; with the settings and the cache of this machine's npm it fetches nothing that is here already. */
function withOwnNpm(workflow: string): string {
  const env = {
    npm_config_cache: npmSetting("cache"),
    npm_config_userconfig: npmSetting("userconfig"),
    npm_config_prefer_offline: "true",
  };
  const step = "        id: prepare\n";
  if (!workflow.includes(step)) throw new Error(`${WORKFLOW} has no step prepare any more: mend withOwnNpm`);
  return workflow.replace(step, `${step}        env: ${JSON.stringify(env)}\n`);
}

function npmSetting(key: string): string {
  return execFileSync("npm", ["config", "get", key], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

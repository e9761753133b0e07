/** What an attempt may still spend, whoever has spent the rest. */
import { expect, it } from "vitest";
import { agentNamed } from "../../../src/runner/agents/agent.ts";
import { blankState } from "../../../src/runner/agents/stream.ts";
import { ask, spent, type Attempt } from "../../../src/runner/attempt/attempt.ts";
import type { Sandbox } from "../../../src/runner/sandbox/sandbox.ts";
import { anthropicAccess, ask as askModel, MESSAGE, openTestGateway } from "../gateway/opened-gateway.ts";
import { messages, startUpstream, stream } from "../gateway/scripted-upstream.ts";
import { createTaskServer, type TaskServer } from "../task-server.ts";

/** Nothing is started in it. */
const SANDBOX: Sandbox = {
  kind: "bubblewrap",
  limits: "cgroup",
  start: () => {
    throw new Error("nothing is to be started");
  },
  close: async () => undefined,
};

it("does not ask the agent where the repository's own commands have spent the money", async () => {
  const usage = { input_tokens: 0, output_tokens: 0 };
  const upstream = await startUpstream(
    stream(...messages({ model: "house-model", usage, last: { output_tokens: 1000 } })),
    stream(...messages({ usage, last: { output_tokens: 10_000 } })),
  );
  const gateway = await openTestGateway([anthropicAccess(upstream.base)], {
    limits: { usd: 0.1, answers: null },
  });
  await askModel(gateway, MESSAGE);
  await askModel(gateway, MESSAGE);
  using server = createTaskServer([]);
  const attempt = attemptOn(server, gateway);

  expect(await ask(attempt, "Go on", "work")).toMatchObject({ end: "budget" });
  expect(spent(attempt)).toMatchObject({
    usage: { requests: 2, usd: 0.15 },
    uncertain: { unpriced: ["house-model"], estimated: 0 },
    sandbox: "bubblewrap",
  });
});

it("counts tools whatever their names are", async () => {
  const gateway = await openTestGateway([]);
  using server = createTaskServer([]);
  const attempt = attemptOn(server, gateway);
  const state = { ...blankState(), tools: { constructor: 2, toString: 1 } };
  const outcome = { end: "completed" as const, why: "", resetAt: null, state, seconds: 1 };

  const { tools } = spent({ ...attempt, invocations: [outcome, outcome] });

  expect(Object.entries(tools)).toEqual([
    ["constructor", 4],
    ["toString", 2],
  ]);
});

function attemptOn(server: TaskServer, gateway: Attempt["enclosure"]["gateway"]): Attempt {
  const agent = agentNamed("claude");
  if (agent === null) throw new Error("claude is an agent");
  return {
    run: {
      inputs: server.inputs,
      access: { models: [], registryTokens: [], secrets: [] },
      print: () => undefined,
      signal: new AbortController().signal,
    },
    job: { ...server.job, limits: { ...server.job.limits, usd: 0.1 } },
    agent,
    home: server.inputs.temp,
    enclosure: {
      sandbox: SANDBOX,
      gateway,
      env: {},
      model: { protocol: "anthropic", url: "http://127.0.0.1:1/anthropic", venue: "vendor" },
      close: async () => undefined,
    },
    installed: null,
    resume: null,
    invocations: [],
    log: null,
  };
}

/** What keeps an attempt from starting: no key for its agent's model, or a subscription that several would share. */
import { expect, it } from "vitest";
import { prepare } from "../../../src/runner/prepare.ts";
import { agentNamed } from "../../../src/runner/agents/agent.ts";
import { openEnclosure, type Opened } from "../../../src/runner/attempt/enclosure.ts";
import type { ModelAccess } from "../../../src/runner/gateway/gateway.ts";
import { createTaskServer, type TaskServer } from "../task-server.ts";

const LOGIN: ModelAccess = {
  protocol: "anthropic",
  base: "https://models.example.com",
  venue: "vendor",
  credential: { kind: "login", value: "a-login" },
};

it.each([
  ["no key", [], 1, "no key for a model: add the secret ANTHROPIC_API_KEY"],
  ["a subscription that five would share", [LOGIN], 5, "set `parallel: {tasks: 1}` in .github/gza.yml"],
] as const)("with %s nothing is opened, and the next step is said", async (_, models, parallel, said) => {
  using server = createTaskServer([], { parallel });

  const opened = await opening(server, models);

  expect(opened).toMatchObject({ kind: "fault", why: expect.stringContaining(said) });
});

it("serves one attempt at a time on a subscription", async () => {
  using server = createTaskServer([], { parallel: 1 });

  const opened = await opening(server, [LOGIN]);
  if (opened.kind === "enclosure") await opened.enclosure.close();

  expect(opened.kind).toBe("enclosure");
});

async function opening(server: TaskServer, models: readonly ModelAccess[]): Promise<Opened> {
  const agent = agentNamed("claude");
  if (agent === null) throw new Error("claude is an agent");
  await prepare(server.inputs, server.remote);
  return openEnclosure({
    inputs: server.inputs,
    job: server.job,
    agent,
    home: server.inputs.temp,
    installed: null,
    access: { models: [...models], registryTokens: [], secrets: [] },
    print: () => undefined,
  });
}

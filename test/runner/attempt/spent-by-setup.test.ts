/** An attempt whose agent is never asked still says what its commands have spent. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { agentFolder } from "../../../src/runner/agents/install.ts";
import { runAttempt } from "../../../src/runner/attempt/run-attempt.ts";
import { JOB_FILE, prepare } from "../../../src/runner/prepare.ts";
import { anthropicAccess, MESSAGE } from "../gateway/opened-gateway.ts";
import { messages, startUpstream, stream } from "../gateway/scripted-upstream.ts";
import { createTaskServer } from "../task-server.ts";

const CALL = `fetch(process.env.HTTP_PROXY + "${MESSAGE.path}", { method: "POST", body: process.argv[1] })`;

it("counts what setup asked a model before it failed", async () => {
  const usage = { input_tokens: 0, output_tokens: 0 };
  const upstream = await startUpstream(stream(...messages({ usage, last: { output_tokens: 10_000 } })));
  const setup = `node -e '${CALL}.then((answer) => answer.text())' '${JSON.stringify(MESSAGE.body)}'; exit 3`;
  using server = createTaskServer([], { setup });
  await prepare(server.inputs, server.remote);
  // As if a real agent had been installed: it is not started.
  const file = join(server.inputs.temp, JOB_FILE);
  const job = JSON.parse(await readFile(file, "utf8")) as typeof server.job;
  await writeFile(file, JSON.stringify({ ...job, agent: { ...job.agent, name: "claude" } }));
  const folder = agentFolder("claude", server.inputs.temp);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ dependencies: { claude: "1.0.0" } }));

  const report = await runAttempt({
    inputs: server.inputs,
    access: { models: [anthropicAccess(upstream.base)], registryTokens: [], secrets: [] },
    print: () => undefined,
    signal: new AbortController().signal,
  });

  expect(report).toMatchObject({
    end: "infrastructure",
    sandbox: "off",
    usage: { turns: 0, requests: 1, output: 10_000, usd: 0.15 },
  });
});

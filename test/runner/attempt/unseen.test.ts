/** Nothing of an attempt lies where it is uploaded before it has been looked through. */
import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { prepare } from "../../../src/runner/prepare.ts";
import { runAttempt } from "../../../src/runner/attempt/run-attempt.ts";
import { readRawReport } from "../../../src/runner/publish/read-raw-report.ts";
import { createTaskServer } from "../task-server.ts";

const FIX = { edit: { path: "src/add.js", find: "a - b", replace: "a + b" } };

it("while the agent is at work, and all of it afterwards", async () => {
  using server = createTaskServer([{ say: "I look." }, FIX]);
  await prepare(server.inputs, server.remote);
  const seen: string[][] = [];

  await runAttempt({
    ...run(server.inputs),
    print: () => void seen.push(readdirSync(server.inputs.handOver)),
  });

  expect(seen.length).toBeGreaterThan(0);
  expect(seen.flat()).toEqual([]);
  expect(readdirSync(server.inputs.handOver).toSorted()).toEqual([
    "agent.log",
    "raw-report.json",
    "work.bundle",
  ]);
});

it("is only a report of the fault where a person has to mend something first", async () => {
  using server = createTaskServer([FIX]);
  await prepare(server.inputs, server.remote);

  await runAttempt({ ...run(server.inputs), fault: "The key is no key." });

  expect(readdirSync(server.inputs.handOver)).toEqual(["raw-report.json"]);
  const read = await readRawReport(server.inputs.handOver);
  expect(read).toMatchObject({ kind: "report", report: { end: "bad_report", fault: "The key is no key." } });
});

function run(inputs: Parameters<typeof runAttempt>[0]["inputs"]): Parameters<typeof runAttempt>[0] {
  const access = { models: [], registryTokens: [], secrets: [] };
  const patience = { interrupt: 50, terminate: 50 };
  return { inputs, access, print: () => undefined, signal: new AbortController().signal, patience };
}

/** The workflow file: least permissions, pinned actions, and no word of a person anywhere near a shell. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { parseRunName, WORKFLOW_PATH } from "../../src/domain/names.ts";

const Step = z.strictObject({
  name: z.string(),
  id: z.string().optional(),
  if: z.string().optional(),
  "continue-on-error": z.boolean().optional(),
  uses: z.string(),
  with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
const Job = z.strictObject({
  needs: z.string().optional(),
  if: z.string().optional(),
  "runs-on": z.string(),
  "timeout-minutes": z.number(),
  permissions: z.record(z.string(), z.string()),
  outputs: z.record(z.string(), z.string()).optional(),
  steps: z.array(Step),
});
/** Strict: `env`, `run` and `secrets` have no place in this file, so they are no keys here. */
const Workflow = z.strictObject({
  name: z.string(),
  "run-name": z.string(),
  on: z.strictObject({ workflow_dispatch: z.strictObject({ inputs: z.record(z.string(), z.unknown()) }) }),
  permissions: z.strictObject({}),
  concurrency: z.strictObject({ group: z.string(), "cancel-in-progress": z.boolean() }),
  jobs: z.strictObject({ agent: Job, publish: Job }),
});

const text = readFileSync(new URL(`../../${WORKFLOW_PATH}`, import.meta.url), "utf8");
const workflow = Workflow.parse(parse(text));
const steps = [...workflow.jobs.agent.steps, ...workflow.jobs.publish.steps];

const KEYS = [
  "secrets.ANTHROPIC_API_KEY",
  "secrets.CLAUDE_CODE_OAUTH_TOKEN",
  "secrets.GEMINI_API_KEY",
  "secrets.GZA_REGISTRY_TOKENS",
  "secrets.OPENAI_API_KEY",
];
const ADDRESSES = ["vars.ANTHROPIC_BASE_URL", "vars.GOOGLE_BASE_URL", "vars.OPENAI_BASE_URL"];

function expressionsOf(part: string): Set<string> {
  return new Set([...part.matchAll(/\$\{\{\s*([^}]*?)\s*\}\}/g)].map((match) => match[1] ?? ""));
}

it("gives each workflow job no more than it needs", () => {
  const permissions = [
    workflow.permissions,
    workflow.jobs.agent.permissions,
    workflow.jobs.publish.permissions,
  ];

  expect(permissions).toEqual([{}, { contents: "read" }, { contents: "write" }]);
});

it("pins every action to a full commit and names its version", () => {
  const lines = text.split("\n").filter((line) => line.includes("uses:"));

  expect(lines).toHaveLength(steps.length);
  for (const line of lines)
    expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # (?:v\d+\.\d+\.\d+|filled in by `gza workflow`)$/);
});

it("uses nothing but its own action and the two for artifacts", () => {
  const used = new Set(steps.map((step) => step.uses.split("@")[0]));

  expect([...used].toSorted()).toEqual([
    "actions/download-artifact",
    "actions/upload-artifact",
    "gza-app/gza/action",
  ]);
});

it("evaluates ids only, beside the keys of the models and registries and where those are", () => {
  expect([...expressionsOf(text)].toSorted()).toEqual([
    "github.token",
    "inputs.attempt",
    "inputs.task",
    "needs.agent.result",
    "runner.temp",
    ...KEYS,
    "steps.prepare.outputs.superseded",
    ...ADDRESSES,
  ]);
});

it("hands the keys to the one step that holds the gateway, and to no other", () => {
  const holding = steps.filter((step) => /secrets\.|vars\./.test(JSON.stringify(step)));

  expect(holding.map((step) => step.with["step"])).toEqual(["agent"]);
  expect([...expressionsOf(JSON.stringify(holding))]).toEqual(
    expect.arrayContaining([...KEYS, ...ADDRESSES]),
  );
});

it("gives the step that runs the agent no token, and runs nothing of ours after it", () => {
  const names = workflow.jobs.agent.steps.map((step) => [
    step.with["step"] ?? step.name,
    "token" in step.with,
  ]);

  expect(names).toEqual([
    ["prepare", true],
    ["agent", false],
    ["Upload", false],
  ]);
});

it("names its runs so that the app finds them", () => {
  const name = workflow["run-name"]
    .replace("${{ inputs.task }}", "42")
    .replace("${{ inputs.attempt }}", "a".repeat(40));

  expect(parseRunName(name)).toEqual({ issue: 42, job: "a".repeat(40) });
});

it("publishes whatever became of the agent, one run per task at a time, within bounds", () => {
  expect(workflow.jobs.publish).toMatchObject({ needs: "agent", if: "always()", "timeout-minutes": 30 });
  expect(workflow.jobs.agent["timeout-minutes"]).toBeLessThan(360);
  expect(workflow.concurrency).toEqual({ group: "gza-${{ inputs.task }}", "cancel-in-progress": false });
});

it("passes exactly the inputs that the action declares", () => {
  const Action = z.looseObject({
    inputs: z.record(z.string(), z.unknown()),
    runs: z.looseObject({ using: z.string(), main: z.string() }),
  });
  const action = Action.parse(
    parse(readFileSync(new URL("../../action/action.yml", import.meta.url), "utf8")),
  );
  const passed = new Set(
    steps.filter((step) => step.uses.startsWith("gza-app/")).flatMap((step) => Object.keys(step.with)),
  );

  expect([...passed].toSorted()).toEqual(Object.keys(action.inputs).toSorted());
  expect(action.runs).toMatchObject({ using: "node24", main: "dist/main.js" });
});

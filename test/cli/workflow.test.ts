/** The workflow file for a repository: the template with the action filled in. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { layWorkflow } from "../../src/cli/lay-workflow.ts";
import { agentFor, Config, DEFAULT_CONFIG } from "../../src/domain/config.ts";
import { workflowFor } from "../../src/cli/workflow.ts";

const template = readFileSync(new URL("../../.github/workflows/gza.yml", import.meta.url), "utf8");
const sha = "0123456789abcdef0123456789abcdef01234567";

it.each(["octo/gza", "octo/tools/gza/action"])("fills %s in at every place", (repository) => {
  const text = workflowFor(template, { repository, sha });

  expect(text.split(`uses: ${repository}@${sha}\n`)).toHaveLength(4);
  expect(text).not.toContain("gza-app");
  expect(parse(text)).toMatchObject({ name: "GZA" });
});

it("names machines of one's own in both workflow jobs", () => {
  const text = workflowFor(template, { repository: "octo/gza", sha, runsOn: ["self-hosted", "big"] });

  expect(text.match(/runs-on: .*/g)).toEqual(Array(2).fill("runs-on: [self-hosted, big]"));
  expect(parse(text)).toMatchObject({ jobs: { agent: { "runs-on": ["self-hosted", "big"] } } });
});

it("takes the actions that an Enterprise Server has", () => {
  const text = workflowFor(template, { repository: "octo/gza", sha, isEnterpriseServer: true });

  expect(text.match(/actions\/.*/g)).toEqual([
    "actions/upload-artifact@v3-node20",
    "actions/download-artifact@v3-node20",
  ]);
  expect(text).not.toContain("overwrite");
  expect(parse(text)).toMatchObject({ jobs: { publish: { needs: "agent" } } });
});

it("lies in a clone with a config, and leaves a config that is there", async () => {
  const clone = mkdtempSync(join(tmpdir(), "gza-clone-"));
  mkdirSync(join(clone, ".git"));

  const first = await layWorkflow(clone, "name: GZA\n");
  writeFileSync(join(clone, ".github/gza.yml"), "verify: make\n");
  const second = await layWorkflow(clone, "name: Newer\n");
  const [workflow, config] = [".github/workflows/gza.yml", ".github/gza.yml"].map((path) =>
    readFileSync(join(clone, path), "utf8"),
  );
  rmSync(clone, { recursive: true });

  expect([first, second]).toEqual([
    [".github/workflows/gza.yml", ".github/gza.yml"],
    [".github/workflows/gza.yml"],
  ]);
  expect([workflow, config]).toEqual(["name: Newer\n", "verify: make\n"]);
});

it("begins with a config that is one, with and without what it leaves open", async () => {
  const clone = mkdtempSync(join(tmpdir(), "gza-clone-"));
  mkdirSync(join(clone, ".git"));
  await layWorkflow(clone, "");
  const text = readFileSync(join(clone, ".github/gza.yml"), "utf8");
  rmSync(clone, { recursive: true });

  const readings = [text, text.replaceAll(/^# (?=setup|verify)/gm, "")].map((one) =>
    Config.parse(parse(one)),
  );

  const { agents, ...rest } = DEFAULT_CONFIG;
  const begun = { ...rest, agents: { ...agents, default: { agent: agentFor(DEFAULT_CONFIG, "").agent } } };
  expect(readings).toEqual([begun, { ...begun, setup: "npm ci", verify: "npm test" }]);
});

it("lies in nothing but a clone", async () => {
  await expect(layWorkflow("/nowhere/at/all", "")).rejects.toThrow("is not the top folder of a clone");
});

it("refuses a template without its places", () => {
  const older = template.replace("gza-app/gza/action@", "somebody/else@");

  expect(() => workflowFor(older, { repository: "octo/gza", sha })).toThrow("has 2 of 3 lines to fill in");
});

it.each([
  [{ repository: "octo", sha }, "is no action"],
  [{ repository: "octo/gza\n        run: x", sha }, "is no action"],
  [{ repository: "octo/gza", sha: "v1" }, '"v1" is no full commit id'],
  [{ repository: "octo/gza", sha: "" }, "there is no @ with a commit id"],
  [{ repository: "octo/gza", sha, runsOn: ["a]"] }, "is no label of a runner"],
])("refuses %j", (uses, words) => {
  expect(() => workflowFor(template, uses)).toThrow(words);
});

#!/usr/bin/env node
/** The `gza` command. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { demo, type DemoOptions } from "./demo/demo.ts";
import { SCENARIO_NAMES, SCENARIOS } from "./demo/scenarios.ts";
import { layWorkflow } from "./lay-workflow.ts";
import { playground, type PlaygroundOptions } from "./playground.ts";
import { workflowFor } from "./workflow.ts";

const TEMPLATE = join(import.meta.dirname, "../../.github/workflows/gza.yml");

const gza = new Command("gza").description("Turns GitHub issues into merged pull requests while you sleep.");

gza
  .command("demo")
  .description("show issues become merged pull requests, on this machine, without an account")
  .addOption(
    new Option(
      "--scenario <name>",
      SCENARIO_NAMES.map((name) => `${name}: ${SCENARIOS[name].shows}`).join("; "),
    )
      .choices(SCENARIO_NAMES)
      .default("tasks"),
  )
  .option("--json", "print the outcome as JSON, as the last line", false)
  .option("--keep", "leave everything up until Ctrl-C and print the addresses", false)
  .action(async (options: DemoOptions) => {
    process.exitCode = await demo(options);
  });

interface WorkflowOptions {
  into?: string;
  runsOn?: string[];
  ghes: boolean;
}

gza
  .command("workflow")
  .description("print .github/workflows/gza.yml for a repository, with the action filled in")
  .argument("<action>", "the action as owner/name/path@commit")
  .option("--into <clone>", "write it into that clone instead, and .github/gza.yml where there is none")
  .option("--runs-on <labels...>", "the labels of machines of your own, for both workflow jobs")
  .option("--ghes", "for GitHub Enterprise Server, which has other actions for artifacts", false)
  .action(async (action: string, { into, runsOn, ghes }: WorkflowOptions) => {
    const [repository = "", sha = ""] = action.split("@");
    const uses = { repository, sha, runsOn, isEnterpriseServer: ghes };
    const text = workflowFor(await readFile(TEMPLATE, "utf8"), uses);
    if (into === undefined) return void process.stdout.write(text);
    const written = await layWorkflow(into, text);
    console.log(`Wrote ${written.join(" and ")} into ${into}. Commit and push that to the default branch.`);
  });

gza
  .command("playground")
  .description("run a GitHub of your own on this machine, to go through docs/setup.md without an account")
  .option("--port <number>", "where it listens; 0 takes a free one", portOf, 8080)
  .option("--login <name>", "who you are there", "ada")
  .action(async (options: PlaygroundOptions) => {
    await playground(options);
  });

await gza.parseAsync().catch((error: unknown) => {
  process.stderr.write(`gza: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError("Write a number from 0 to 65535.");
  return port;
}

#!/usr/bin/env node
/** The `gza` command. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, Option } from "commander";
import { demo, type DemoOptions } from "./demo/demo.ts";
import { SCENARIO_NAMES, SCENARIOS } from "./demo/scenarios.ts";
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

gza
  .command("workflow")
  .description("print .github/workflows/gza.yml for a repository, with the action filled in")
  .argument("<action>", "the action as owner/name/path@commit")
  .action(async (action: string) => {
    const [repository = "", sha = ""] = action.split("@");
    process.stdout.write(workflowFor(await readFile(TEMPLATE, "utf8"), { repository, sha }));
  });

await gza.parseAsync().catch((error: unknown) => {
  process.stderr.write(`gza: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

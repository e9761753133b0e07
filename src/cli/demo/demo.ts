/** `gza demo`: issues become merged pull requests, on a playground, before your eyes. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import colors from "picocolors";
import { taskRef } from "../../domain/names.ts";
import { outcomeOf, type Outcome, type TaskOutcome } from "./outcome.ts";
import { sandboxHere } from "./sandbox-here.ts";
import { SCENARIOS, type ScenarioName } from "./scenarios.ts";
import { setStage, type Stage } from "./stage.ts";
import { startTimeline } from "./timeline.ts";

export interface DemoOptions {
  scenario: ScenarioName;
  /** The last line is the outcome as JSON. */
  json: boolean;
  /** Leaves everything up until Ctrl-C. */
  keep: boolean;
}

/** Exit code: 0 when the pull requests are merged and the issues closed. */
export async function demo(options: DemoOptions): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "gza-demo-"));
  const started = performance.now();
  console.log("Starting a playground (a GitHub of your own on this machine) and the app …");
  const { project, play } = SCENARIOS[options.scenario];
  const machine = await sandboxHere();
  console.log(
    machine.kind === "sandbox"
      ? `Agents run ${machine.shown}; the gateway is their only way out.`
      : `${colors.yellow("Agents run without a sandbox here.")} ${machine.why}`,
  );
  const stage = await setStage(directory, { project, isOpen: machine.kind === "none" });
  const interrupted = new Promise<"interrupted">((resolve) => {
    process.once("SIGINT", () => resolve("interrupted"));
    process.once("SIGTERM", () => resolve("interrupted"));
    // Nobody reads any more (`| head`): that ends it too, and cleanly.
    process.stdout.on("error", () => resolve("interrupted"));
  });
  try {
    const timeline = startTimeline(stage.playground.world, console.log);
    const end = await Promise.race([play(stage, timeline), interrupted]);
    timeline.stop();
    if (end === "interrupted") return 130;
    const outcome = await outcomeOf(stage, end.issues);
    report(outcome);
    if (options.keep) await keepUp(stage, interrupted);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    if (options.json) console.log(JSON.stringify({ ...outcome, seconds }));
    return outcome.tasks.every(isMerged) ? 0 : 1;
  } finally {
    await stage.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function report({ tasks, requests }: Outcome): void {
  for (const task of tasks) {
    const sign = isMerged(task) ? colors.green("✓") : colors.red("✗");
    console.log(
      `\n${sign} issue #${task.issue}: ${task.phase}, ${task.reason}; pull request #${task.pull ?? "–"}`,
    );
    for (const { n, kind, how, end, turns, usd, seconds, sandbox } of task.attempts) {
      const cost = usd === null ? "no price known" : `$${usd.toFixed(3)}`;
      console.log(
        `  attempt ${n}: ${kind}${how === "first" ? "" : ` (${how})`}, ${end ?? "in flight"}, ${turns} turns, ${seconds} s, ${cost}, sandbox: ${sandbox ?? "unknown"}`,
      );
    }
  }
  const { rest, graphql, content } = requests;
  console.log(`  the app made ${rest} REST and ${graphql} GraphQL requests, ${content} of them content\n`);
}

function isMerged(task: TaskOutcome): boolean {
  return task.merged && task.phase === "done";
}

async function keepUp(stage: Stage, interrupted: Promise<unknown>): Promise<void> {
  const { playground, owner, name, app } = stage;
  console.log(`Everything stays up until Ctrl-C:
  repository  ${playground.url}/${owner}/${name}
  REST        ${playground.url}/api/v3/repos/${owner}/${name}
  app         ${app.url}/healthz (log: ${app.log})
  the story   git --git-dir=${stage.repository.directory} log ${taskRef(1)}`);
  await interrupted;
}

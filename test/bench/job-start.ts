/** `node test/bench/job-start.ts [runs] [agent…]`: milliseconds until an agent's first request reaches its model, in GZA's workflow job and by its bare program, in turns. */
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { agentStory } from "../agents/agent-story.ts";
import { installed } from "../agents/installed.ts";
import { startModelServer } from "../agents/model-server/model-server.ts";
import { VOICES, type Voice } from "../agents/voices.ts";
import { createWorkbench, playAt } from "../agents/workbench.ts";

const RUNS = Number(process.argv[2] ?? 5);
const NAMES = process.argv.slice(3);

/** So the attempt is over with its first answer, and its task too. */
const NOTHING = { text: JSON.stringify({ outcome: "no_change_needed", text: "It is there already." }) };

interface Times {
  /** From the start of the program, with nothing around it and its model at its own address. */
  bare: number;
  /** From the start of the step Agent. */
  step: number;
  /** From the start of the workflow job. */
  job: number;
}

for (const [name, voice] of Object.entries(VOICES).filter(
  ([one]) => NAMES.length === 0 || NAMES.includes(one),
)) {
  const folder = await installed(name);
  if (folder === null) continue;
  const times: Times[] = [];
  await using world = await agentStory(voice, { answers: [NOTHING], config: "review: {enabled: false}\n" });
  // The first run of each way is warm-up.
  for (let run = 0; run <= RUNS; run += 1) {
    const bare = await timeBare(voice, folder);
    const { step, job } = await timeJob(world);
    if (run > 0) times.push({ bare, step, job });
  }
  const bare = tell(
    `${name}, bare`,
    times.map((one) => one.bare),
  );
  const step = tell(
    `${name}, from the start of the step Agent`,
    times.map((one) => one.step),
  );
  const job = tell(
    `${name}, from the start of the workflow job`,
    times.map((one) => one.job),
  );
  console.log(
    `${name}: step Agent ${Math.round(step - bare)} ms more, ratio ${(step / bare).toFixed(2)}; ` +
      `workflow job ${Math.round(job - bare)} ms more, ratio ${(job / bare).toFixed(2)} (${RUNS} runs, load ${loadavg()
        .map((load) => load.toFixed(1))
        .join(" ")})`,
  );
}

async function timeBare(voice: Voice, folder: string): Promise<number> {
  await using model = await startModelServer(voice.dialect, [NOTHING]);
  using bench = createWorkbench();
  const began = Date.now();
  await playAt(bench, { voice, folder, url: model.url });
  return firstOf(model.asked) - began;
}

/** The log of a workflow job has an instant on every line: its first line begins the job, and each step says what it runs. */
async function timeJob({
  from,
  model,
}: Awaited<ReturnType<typeof agentStory>>): Promise<Omit<Times, "bare">> {
  const before = model.asked.length;
  const issue = await from.ask();
  await from.settle();
  const asked = firstOf(model.asked.slice(before));
  const run = from.runs().findLast(({ inputs }) => inputs["task"] === String(issue));
  const log = run?.jobs.find(({ key }) => key === "agent")?.log;
  if (log === undefined) throw new Error(`#${issue} had no workflow job: ${from.said(issue).join("\n")}`);
  const lines = readFileSync(log, "utf8").split("\n");
  const steps = lines.filter((line) => line.includes("##[group]Run gza-app/gza/action"));
  // The steps that run it are Prepare and Agent.
  const [job = "", step = ""] = [lines[0], steps[1]].map((line) => line?.split(" ")[0]);
  return { job: asked - Date.parse(job), step: asked - Date.parse(step) };
}

function firstOf(asked: readonly { at: number }[]): number {
  const [first] = asked;
  if (first === undefined) throw new Error("the model was never asked: run the tests of test/agents first");
  return first.at;
}

function tell(what: string, values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  console.log(
    `${what}: median ${Math.round(median)} ms of ${values.length} (${Math.round(sorted[0] ?? 0)} to ${Math.round(sorted.at(-1) ?? 0)})`,
  );
  return median;
}

/** The action's entry: one step of a workflow job, chosen by the input `step`. */
import { info, setFailed, setOutput, setSecret } from "@actions/core";
import { exec } from "@actions/exec";
import type { Remote } from "./git/fence.ts";
import { bearer } from "./git/git.ts";
import { readInputs, type Inputs } from "./inputs.ts";
import { maskToken, summarize, withoutCommands } from "./log.ts";
import type { Report } from "../domain/report.ts";
import { withoutValues } from "./secrets/without-values.ts";

/** Each step brings along what it needs itself: to read all of it takes longer than some steps. */
const STEPS: Record<Inputs["step"], (inputs: Inputs) => Promise<void>> = {
  prepare: prepareStep,
  agent: agentStep,
  publish: publishStep,
};

const SUPERSEDED =
  "superseded: the task has moved on since this run was dispatched, so the run leaves everything as it is.";

try {
  const inputs = readInputs(process.env);
  if (inputs.token !== null) maskToken(inputs.token);
  await STEPS[inputs.step](inputs);
} catch (error) {
  setFailed(error instanceof Error ? error.message : String(error));
}

async function prepareStep(inputs: Inputs): Promise<void> {
  // A person who reads the log of a strange attempt wants to know first what machine it had.
  for (const tool of ["git", "node", "bash"]) await exec(tool, ["--version"]);
  const { prepare } = await import("./prepare.ts");
  const prepared = await prepare(inputs, remoteOf(inputs));
  setOutput("superseded", String(prepared.kind === "superseded"));
  setOutput("ready", String(prepared.kind === "ready"));
  if (prepared.kind === "superseded") await say(inputs, SUPERSEDED);
  if (prepared.kind === "unable")
    await say(inputs, `The attempt cannot start (${prepared.report.end}).`, prepared.report.summary);
}

async function agentStep(inputs: Inputs): Promise<void> {
  // The agent runs in a group of its own, which GitHub's signals do not reach: they are passed on here.
  const cancelled = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => cancelled.abort());
  const { accessOrFault } = await import("./attempt/model-access.ts");
  const { runAttempt } = await import("./attempt/run-attempt.ts");
  const { access, fault } = accessOrFault(process.env);
  for (const secret of access.secrets) setSecret(secret);
  const clean = withoutValues(access.secrets);
  const report = await withoutCommands((print) =>
    runAttempt({ inputs, access, fault, print: (text) => print(clean(text)), signal: cancelled.signal }),
  );
  const { usage } = report;
  await say(
    inputs,
    `${report.kind}, attempt ${report.attempt}: ${report.end} after ${usage.turns} turns and ${usage.seconds} seconds.`,
    report.summary,
  );
}

async function publishStep(inputs: Inputs): Promise<void> {
  const { publish } = await import("./publish/publish.ts");
  const published = await publish(inputs, remoteOf(inputs));
  if (published.kind === "superseded") return say(inputs, SUPERSEDED);
  const { report } = published;
  const refusals = report.guard.map((refusal) => `${refusal.rule}: ${refusal.path}`).join("\n");
  await say(inputs, `Handed over: ${report.end}, ${outcomeOf(report)}.`, `${report.summary}\n${refusals}`);
}

function outcomeOf({ review, findings, work }: Report): string {
  if (review !== null) return `${findings?.length ?? 0} findings`;
  return `${work?.commits ?? 0} commits`;
}

function remoteOf(inputs: Inputs): Remote {
  return {
    url: inputs.remote,
    credentials: inputs.token === null ? null : bearer(inputs.server, inputs.token),
  };
}

/** `sentence` is GZA's own and goes to log and summary; `words` may be anybody's and go to the summary, fenced. */
async function say(inputs: Inputs, sentence: string, words = ""): Promise<void> {
  info(sentence);
  await summarize(`GZA, task #${inputs.task}`, sentence, words);
}

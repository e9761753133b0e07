/** `gza demo`: one issue becomes a merged pull request, on a playground, before your eyes. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import colors from "picocolors";
import { taskRef } from "../../domain/names.ts";
import type { Happening } from "../../playground/model.ts";
import { outcomeOf, recordOf, type Outcome, type TaskOutcome } from "./outcome.ts";
import { setStage, type Stage } from "./stage.ts";
import { startTimeline, type Timeline } from "./timeline.ts";

export interface DemoOptions {
  /** The last line is the outcome as JSON. */
  json: boolean;
  /** Leaves everything up until Ctrl-C. */
  keep: boolean;
}

/** The main job takes a fraction of this, even on a slow machine. */
const LONGEST_SECONDS = 240;

const ISSUE = {
  title: "Slugs begin and end with a dash",
  body: '`slugify("Really?")` gives `really-`. A slug should begin and end with a letter or a digit.',
};

/** Exit code: 0 when the pull request is merged and the issue closed. */
export async function demo(options: DemoOptions): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "gza-demo-"));
  const started = performance.now();
  console.log("Starting a playground (a GitHub of your own on this machine) and the app …");
  const stage = await setStage(directory);
  const interrupted = new Promise<"interrupted">((resolve) => {
    process.once("SIGINT", () => resolve("interrupted"));
    process.once("SIGTERM", () => resolve("interrupted"));
  });
  try {
    const timeline = startTimeline(stage.playground.world, console.log);
    const end = await Promise.race([play(stage, timeline), interrupted]);
    timeline.stop();
    if (end === "interrupted") return 130;
    const outcome = await outcomeOf(stage, [end.issue]);
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

/** The person's part: writes an issue, labels it, wants it merged when it is ready. */
async function play(stage: Stage, timeline: Timeline): Promise<{ issue: number }> {
  const { person, owner, name: repo, playground } = stage;
  const late = new Promise<"late">((resolve) => setTimeout(resolve, LONGEST_SECONDS * 1000, "late").unref());
  const stuck = seen(stage, isLabelled("gza:needs-you"));
  const next = async (wanted: (happening: Happening) => boolean): Promise<boolean> =>
    (await Promise.race([seen(stage, wanted).then(() => true), late, stuck])) === true;
  const { data: issue } = await person.issues.create({ owner, repo, ...ISSUE });
  const becameReady = next(isLabelled("gza:ready"));
  const closed = next(({ name, action }) => name === "issues" && action === "closed");
  await person.issues.addLabels({ owner, repo, issue_number: issue.number, labels: ["gza"] });
  if (!(await becameReady)) return explain(stage, issue.number);
  await person.issues.createComment({ owner, repo, issue_number: issue.number, body: "/gza merge" });
  if (!(await closed)) return explain(stage, issue.number);
  await isSettled(stage, issue.number);
  await playground.settled();
  timeline.tell("done", `in ${timeline.seconds().toFixed(1)} s`);
  return { issue: issue.number };
}

function isLabelled(wanted: string): (happening: Happening) => boolean {
  return ({ name, action, payload }) => {
    if (name !== "issues" || action !== "labeled") return false;
    return (payload as { label?: { name: string } }).label?.name === wanted;
  };
}

function seen({ playground }: Stage, wanted: (happening: Happening) => boolean): Promise<"seen"> {
  return new Promise((resolve) => {
    playground.world.listeners.push((happening) => {
      if (wanted(happening)) resolve("seen");
    });
  });
}

/** The issue is closed by the merge itself; GZA then writes down that the task is done. */
async function isSettled(stage: Stage, issue: number): Promise<void> {
  const end = performance.now() + 20_000;
  while (performance.now() < end) {
    const record = await recordOf(stage, issue);
    if (record?.phase === "done" && record.intents.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What a stuck task waits for stands in its record; how it came there, in the app's log. */
async function explain(stage: Stage, issue: number): Promise<{ issue: number }> {
  const record = await recordOf(stage, issue);
  const where = record ? `${record.phase}, ${record.reason}` : "it was never taken up";
  console.error(
    `\nThe demo did not end within ${LONGEST_SECONDS} seconds (${where}). The app's log: ${stage.app.log}`,
  );
  return { issue };
}

function report({ tasks, requests }: Outcome): void {
  for (const task of tasks) {
    const sign = isMerged(task) ? colors.green("✓") : colors.red("✗");
    console.log(
      `\n${sign} issue #${task.issue}: ${task.phase}, ${task.reason}; pull request #${task.pull ?? "–"}`,
    );
    for (const { n, kind, end, turns, usd, seconds } of task.attempts) {
      const cost = usd === null ? "no price known" : `$${usd.toFixed(3)}`;
      console.log(`  attempt ${n}: ${kind}, ${end ?? "in flight"}, ${turns} turns, ${seconds} s, ${cost}`);
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

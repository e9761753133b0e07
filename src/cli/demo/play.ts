/** The person's part of the demo: writes an issue, labels it, wants it merged, and sees it closed. */
import { readFile } from "node:fs/promises";
import type { Happening } from "../../playground/model/world.ts";
import { recordOf } from "./outcome.ts";
import type { Stage } from "./stage.ts";
import type { Timeline } from "./timeline.ts";

/** The main job takes a fraction of this, even on a slow machine. */
const LONGEST_SECONDS = 240;

const ISSUE = {
  title: "Slugs begin and end with a dash",
  body: '`slugify("Really?")` gives `really-`. A slug should begin and end with a letter or a digit.',
};

/** Ends when the task is done, or stuck: then it says where, with the end of the app's log. */
export async function play(stage: Stage, timeline: Timeline): Promise<{ issue: number }> {
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
  console.error(`\nThe task did not come to its end: ${where}. The end of the app's log:\n`);
  console.error((await readFile(stage.app.log, "utf8")).split("\n").slice(-12).join("\n"));
  return { issue };
}

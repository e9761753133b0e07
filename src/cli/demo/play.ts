/** The person's part of the demo: her issues, what she says about them and their pull requests, and the merges. */
import { readFile } from "node:fs/promises";
import type { Record } from "../../domain/record.ts";
import { recordOf } from "./outcome.ts";
import type { Stage } from "./stage.ts";
import type { Timeline } from "./timeline.ts";

/** The main job takes a fraction of this, even on a slow machine. */
const LONGEST_SECONDS = 400;
const LOOK_MILLISECONDS = 100;

export const DASHES = {
  title: "Slugs begin and end with a dash",
  body: '`slugify("Really?")` gives `really-`. A slug should begin and end with a letter or a digit.',
};
const NAMESAKES = {
  title: "Two pages of one name get the same slug",
  body: "Add `uniqueSlug(slug, taken)`: where the slug is taken already, it gets the first free number at its end, from 2 on.",
};

/** Too few for an agent that thinks aloud. */
const LENGTHS = {
  title: "Slugs of long titles are too long",
  body: "Add `shorten(slug, limit)`: at most `limit` letters, and no word cut in two where that can be.",
};

/** Ends when all tasks are done, or one is stuck: then it says where, with the end of the app's log. */
export async function play(stage: Stage, timeline: Timeline): Promise<{ issues: number[] }> {
  const first = await ask(stage, DASHES);
  const second = await ask(stage, NAMESAKES);
  const third = await write(stage, LENGTHS);
  await say(stage, third, "/gza run --max-turns 4");
  const ends = await Promise.all([
    mergeWhenReady(stage, first),
    discussThenMerge(stage, second),
    retryThenMerge(stage, third),
  ]);
  await stage.playground.settled();
  if (ends.every((isDone) => isDone)) timeline.tell("done", `in ${timeline.seconds().toFixed(1)} s`);
  return { issues: [first, second, third] };
}

const UNITS = [
  { title: "Convert kilometres to miles", body: "A mile is 1.609344 kilometres." },
  { title: "Convert kilograms to pounds", body: "A pound is 0.45359237 kilograms." },
  { title: "Convert degrees Celsius to Fahrenheit", body: "Water boils at 212." },
  { title: "Numbers are shown with too many digits", body: "Three are enough." },
  { title: "The README shows no example", body: "One line of code says more." },
];

/** Labels five issues and says nothing more. */
export async function land(stage: Stage, timeline: Timeline): Promise<{ issues: number[] }> {
  const issues: number[] = [];
  for (const words of UNITS) issues.push(await ask(stage, words));
  const ends = await Promise.all(
    issues.map(async (issue) => ((await until(stage, issue, isOver)) ? true : explain(stage, issue))),
  );
  await stage.playground.settled();
  if (ends.every((isDone) => isDone)) timeline.tell("done", `in ${timeline.seconds().toFixed(1)} s`);
  return { issues };
}

/** Writes an issue and labels it; answers its number. */
export async function ask(stage: Stage, words: { title: string; body: string }): Promise<number> {
  const { person, owner, name: repo } = stage;
  const issue_number = await write(stage, words);
  await person.issues.addLabels({ owner, repo, issue_number, labels: ["gza"] });
  return issue_number;
}

async function write(stage: Stage, words: { title: string; body: string }): Promise<number> {
  const { person, owner, name: repo } = stage;
  const { data } = await person.issues.create({ owner, repo, ...words });
  return data.number;
}

/** false: the task is stuck. */
export async function mergeWhenReady(stage: Stage, issue: number): Promise<boolean> {
  if (!(await until(stage, issue, ({ phase }) => phase === "ready"))) return explain(stage, issue);
  await say(stage, issue, "/gza merge");
  return (await until(stage, issue, isOver)) ? true : explain(stage, issue);
}

function isOver({ phase, intents }: Record): boolean {
  return phase === "done" && intents.length === 0;
}

/** When the third head is approved she wants one thing more, and does not wait the five quiet minutes for it. */
async function discussThenMerge(stage: Stage, issue: number): Promise<boolean> {
  const { person, owner, name: repo } = stage;
  const ready = await until(stage, issue, ({ phase }) => phase === "ready");
  if (!ready?.pull || !ready.head) return explain(stage, issue);
  const place = { path: "src/unique.js", line: 1, side: "RIGHT" } as const;
  const where = { owner, repo, pull_number: ready.pull, commit_id: ready.head, ...place };
  await person.pulls.createReviewComment({ ...where, body: "Please say here what `taken` is." });
  await say(stage, ready.pull, "/gza improve");
  const isNext = ({ phase, head }: Record): boolean => phase === "ready" && head !== ready.head;
  return (await until(stage, issue, isNext)) ? mergeWhenReady(stage, issue) : explain(stage, issue);
}

/** Its turns run out, it goes on once by itself, they run out again: she has it tried once more. */
async function retryThenMerge(stage: Stage, issue: number): Promise<boolean> {
  const isOut = ({ phase, reason }: Record): boolean => phase === "parked" && reason === "max_turns";
  if (!(await until(stage, issue, isOut)) || !(await isTold(stage, issue, "used up all its turns")))
    return explain(stage, issue);
  await say(stage, issue, "/gza retry");
  const goesOn = await poll(async () => (await recordOf(stage, issue))?.phase !== "parked");
  return goesOn ? mergeWhenReady(stage, issue) : explain(stage, issue);
}

async function say(stage: Stage, issue_number: number, body: string): Promise<void> {
  const { person, owner, name: repo } = stage;
  await person.issues.createComment({ owner, repo, issue_number, body });
}

/** The record as soon as it is so; null: the task waits for a person, or takes too long. */
async function until(stage: Stage, issue: number, is: (record: Record) => boolean): Promise<Record | null> {
  let found: Record | null = null;
  await poll(async () => {
    const record = await recordOf(stage, issue);
    found = record && is(record) ? record : null;
    return found !== null || record?.phase === "parked";
  });
  return found;
}

/** Whether a comment called her with these words. */
async function isTold(stage: Stage, issue_number: number, words: string): Promise<boolean> {
  const { person, owner, name: repo, login } = stage;
  return poll(async () => {
    const { data } = await person.issues.listComments({ owner, repo, issue_number });
    return data.some(({ body }) => body?.includes(`@${login}`) && body.includes(words));
  });
}

/** true as soon as it is so; false: it takes too long. */
async function poll(is: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + LONGEST_SECONDS * 1000;
  while (performance.now() < end) {
    if (await is()) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
  return false;
}

/** What a stuck task waits for stands in its record; how it came there, in the app's log. */
async function explain(stage: Stage, issue: number): Promise<false> {
  const record = await recordOf(stage, issue);
  const where = record ? `${record.phase}, ${record.reason}` : "it was never taken up";
  console.error(`\n#${issue} did not come to its end: ${where}. The end of the app's log:\n`);
  console.error((await readFile(stage.app.log, "utf8")).split("\n").slice(-12).join("\n"));
  return false;
}

/** Two apps on the same installation: of every move one wins, and nothing is done twice. */
import { expect, it } from "vitest";
import { story, twice } from "./world.ts";

it("two replicas that hear everything bring a task to one end", async () => {
  await using from = await story();
  await from.begin();
  await from.addReplica();

  const issue = await from.ask();
  await from.until(issue, ({ phase }) => phase === "ready");
  await from.say(issue, "/gza merge");
  const record = await from.until(issue, ({ phase, intents }) => phase === "done" && intents.length === 0);
  await from.settle();

  expect(record).toMatchObject({ reason: "merged", attempts: [{ n: 1, end: "completed" }] });
  expect(from.runs()).toHaveLength(1);
  expect(twice(from, issue)).toEqual([]);
});

/** The app is killed right before and right after everything that it does; an app with empty memory must come to the same end. */
import { describe, expect, it } from "vitest";
import { aroundEach, killer } from "./killer.ts";
import { folder } from "./folder.ts";
import { story, twice } from "./world.ts";

/** What the app does for a task that goes well, in order; each once, unless numbered. */
const HAPPY = [
  "move 1",
  "move 2",
  "dispatch 1",
  "edit_status 1",
  "move 3",
  "open_pull 1",
  "edit_status 2",
  "move 4",
  "move 5",
  "say 1",
  "edit_pull 1",
  "set_labels 1",
  "react 1",
  "move 6",
  "say 2",
  "request_merge 1",
  "move 7",
  "delete_branch 1",
  "set_labels 2",
  "move 8",
];
const CANCEL = ["react 1", "move 3", "cancel_run 1", "say 1"];

describe.concurrent("a task that goes well", () => {
  it.each(aroundEach(HAPPY))("ends merged when the app dies $when $what", async ({ what, when }) => {
    await using from = await story();
    const killed = killer(what, when);
    await from.begin(killed.interrupt);

    const issue = await from.ask();
    await from.until(issue, ({ phase }) => phase === "ready");
    await from.say(issue, "/gza merge");
    const record = await from.until(issue, ({ phase, intents }) => phase === "done" && intents.length === 0);
    await from.settle();

    expect(killed.done()).toBe(true);
    expect(record).toMatchObject({ reason: "merged", attempts: [{ n: 1, end: "completed" }] });
    expect([from.issue(issue).state, from.runs().length, from.git("for-each-ref", "refs/heads/gza")]).toEqual(
      ["closed", 1, ""],
    );
    expect(twice(from, issue)).toEqual([]);
  });
});

describe.concurrent("a task that is called off in flight", () => {
  it.each(aroundEach(CANCEL))("ends cancelled when the app dies $when $what", async ({ what, when }) => {
    await using mark = await folder();
    await using from = await story({ script: [{ run: `touch ${mark.path}/here` }, { wait: 600 }] });
    const killed = killer(what, when);
    await from.begin(killed.interrupt);

    const issue = await from.ask();
    await mark.filled();
    await from.say(issue, "/gza cancel");
    const record = await from.until(
      issue,
      ({ phase, intents }) => phase === "cancelled" && intents.length === 0,
    );
    await from.settle();

    expect(killed.done()).toBe(true);
    expect(record).toMatchObject({ reason: "command", attempts: [{ n: 1, end: "cancelled" }] });
    expect(from.runs().map(({ conclusion }) => conclusion)).toEqual(["cancelled"]);
    expect(twice(from, issue)).toEqual([]);
  });
});

it("closes the issue itself when the merge did not", async () => {
  for (const { when, what } of aroundEach(["close_issue 1"])) {
    await using from = await story();
    const killed = killer(what, when);
    await from.begin(killed.interrupt);
    const issue = await from.ask();
    const { pull } = await from.until(issue, ({ phase }) => phase === "ready");
    // Without the closing word GitHub leaves the issue open.
    await from.ada.rest.pulls.update({
      owner: "ada",
      repo: "engine",
      pull_number: pull ?? 0,
      body: "No closing word.",
    });

    await from.ada.rest.pulls.merge({ owner: "ada", repo: "engine", pull_number: pull ?? 0 });
    await from.until(issue, ({ phase, intents }) => phase === "done" && intents.length === 0);
    await from.settle();

    expect(killed.done()).toBe(true);
    expect([from.issue(issue).state, from.issue(issue).stateReason]).toEqual(["closed", "completed"]);
    expect(twice(from, issue)).toEqual([]);
  }
});

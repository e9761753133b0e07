/** The app is killed around what it does when attempts end badly and people set tasks going again; it must all be there once in the end. */
import { describe, expect, it } from "vitest";
import { aroundEach, killer } from "./killer.ts";
import { story, twice } from "./world.ts";

const CONFIG = "agents: {default: {agent: scripted, max_turns: 1}}\nreview: {enabled: false}\n";
const write = (content: string): object => ({ write: { path: "note.md", content } });
const LONG = [write("begun\n"), { say: "Hm." }];

/** From the first end on: kept work, its resumption, the call for a person, her word. */
const RECOVERY = ["move 3", "dispatch 2", "move 4", "say 1", "react 1", "move 5", "say 2", "dispatch 3"];
/** From her word on. */
const ANEW = ["react 1", "move 1", "close_pull 1", "say 1", "move 2", "dispatch 1"];

describe.concurrent("a task that runs out of turns twice", () => {
  it.each(aroundEach(RECOVERY))("ends ready when the app dies $when $what", async ({ what, when }) => {
    await using from = await story({
      config: CONFIG,
      script: { implement: { "1": LONG, "3": [write("done\n")] } },
    });
    const killed = killer(what, when);
    await from.begin(killed.interrupt);

    const issue = await from.ask();
    await from.until(issue, ({ phase }) => phase === "parked");
    await from.say(issue, "/gza retry");
    const record = await from.until(issue, ({ phase }) => phase === "ready");
    await from.settle();

    expect(killed.done()).toBe(true);
    expect(record.attempts.map(({ how, end }) => `${how} ${end}`)).toEqual([
      "first max_turns",
      "resume max_turns",
      "retry completed",
    ]);
    expect(from.git("for-each-ref", `refs/gza/unfinished/${issue}`)).toBe("");
    expect(twice(from, issue)).toEqual([]);
  });
});

describe.concurrent("a task that is begun anew", () => {
  it.each(aroundEach(ANEW))(
    "has one open pull request when the app dies $when $what",
    async ({ what, when }) => {
      await using from = await story();
      const killed = killer(what, when);
      await from.begin();
      const issue = await from.ask();
      const old = await from.until(issue, ({ phase }) => phase === "ready");
      await from.begin(killed.interrupt);

      await from.say(issue, "/gza run");
      const record = await from.until(
        issue,
        ({ phase, generation }) => phase === "ready" && generation === 2,
      );
      await from.settle();

      expect(killed.done()).toBe(true);
      expect(from.issue(old.pull ?? 0).state).toBe("closed");
      expect(from.issue(record.pull ?? 0).state).toBe("open");
      expect(record.attempts).toHaveLength(2);
      expect(twice(from, issue)).toEqual([]);
    },
  );
});

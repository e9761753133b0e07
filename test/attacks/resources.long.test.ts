/** Family I: more than a machine, a log or a person can take, in real workflow runs. It is bounded, and said. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBubblewrap } from "../runner/sandbox/opened.ts";
import { CONFIG, hostileStory, type HostileStory } from "./hostile-story.ts";

const MIB = 1024 ** 2;
const where = { owner: "ada", repo: "engine" };

describe.skipIf(!(await hasBubblewrap()))("a flood", () => {
  let world: HostileStory;
  beforeAll(async () => {
    world = await hostileStory(() => ({
      1: {
        implement: [
          { run: "head -c 20000000 /dev/zero | tr '\\0' x" },
          {
            run: "mkdir -p many/files; cat $(find ~ -name '*.jsonl') | head -c 900000 > told.txt; echo done > many/files/a",
          },
          { say: "x".repeat(2_000_000) },
        ],
      },
      // The second number is the pull request of the first.
      3: { implement: [{ run: "head -c 300000000 /dev/urandom > big.bin" }, { say: "It is done." }] },
    }));
    const { from } = world;
    await from.push(
      ".github/gza.yml",
      `${CONFIG}verify: head -c 30000000 /dev/zero | tr '\\0' x | fold -w 60000\n`,
    );
    await from.begin();
    const { data } = await from.ada.rest.issues.create({
      ...where,
      title: "Write",
      body: "word ".repeat(13_000),
    });
    await from.say(data.number, "one of many ".repeat(5000));
    crowd(world, 5000);
    await from.ada.rest.issues.addLabels({ ...where, issue_number: data.number, labels: ["gza"] });
    await from.until(1, ({ phase }) => phase === "ready");
    await from.ask();
    await from.until(3, ({ attempts, attempt }) => attempts.length > 0 && attempt === null);
  }, 600_000);
  afterAll(() => world[Symbol.asyncDispose]());

  it("I8 of an agent's words and of a command's output is cut off in every log, and the cut is said", () => {
    const [agent] = world.from.runs()[0]?.jobs ?? [];
    const log = readFileSync(agent?.log ?? "", "utf8");

    expect(log.length).toBeGreaterThan(10 * MIB);
    expect(log.length).toBeLessThan(20 * MIB);
    expect(log).toContain("What else is printed is not shown here.");
    expect(world.artifact(1, "agent.log")?.byteLength ?? 0).toBeLessThanOrEqual(10 * MIB);
    expect(world.rawReport(1).last_words.length).toBeLessThanOrEqual(8000);
  });

  it("I9 of files ends the attempt with its reason, and leaves no bundle", () => {
    const { attempts } = world.from.record(3) ?? {};

    expect(attempts).toMatchObject([
      { end: expect.stringMatching(/^(?:bad_report|guard_refused)$/) as string },
    ]);
    expect(world.rawReport(3).summary + JSON.stringify(world.rawReport(3).refused)).toMatch(/MiB|bytes|big/);
    expect(world.artifact(3, "work.bundle")?.byteLength ?? 0).toBeLessThan(64 * MIB);
  });

  it("I10 of comments gives a brief of bounded length", () => {
    const pull = world.from.record(1)?.pull ?? 0;
    const told = world.from.git("show", `${world.from.record(1)?.branch}:told.txt`);

    expect(told.length).toBeLessThan(300_000);
    expect(world.from.issue(pull).body?.length).toBeLessThan(65_536);
  });
});

/** As many more comments like the newest, made without a request for each. */
function crowd({ from: { repository } }: HostileStory, count: number): void {
  const [newest] = [...repository.comments.values()].slice(-1);
  if (newest === undefined) throw new Error("there is no comment to copy");
  for (let n = 1; n <= count; n += 1)
    repository.comments.set(newest.id + n * 1000, { ...newest, id: newest.id + n * 1000 });
}

/** Pushes to a base: one pass for many, what GitHub does not know yet asked again, nothing woken for nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createBaseWatch, type Base } from "../../src/app/base-watch.ts";
import type { Client } from "../../src/github/client.ts";
import { RateLimited, Unreachable } from "../../src/github/failure.ts";
import { testMergesDone } from "../../src/playground/test-merge.ts";
import { smallRepository, type SmallRepository } from "../github/small-repository.ts";
import { changeRecord, pushToBase, taskOnBranch, taskWithPull } from "../github/task-on-branch.ts";
import { fakeClock } from "./fake-clock.ts";

const where = { owner: "ada", repo: "engine" };
/** Longer than every pause together. */
const AGES = 200_000;

/** A watch on `main`, whose clock a test moves. */
function watching(
  {
    client,
    observer,
    place,
    playground,
  }: Pick<SmallRepository, "client" | "observer" | "place" | "playground">,
  clientFor: () => Promise<Client> = () => Promise.resolve(client),
) {
  const clock = fakeClock();
  const woken: number[] = [];
  const said: string[] = [];
  const tell = (_: object, words?: string): void => void said.push(words ?? "");
  const watch = createBaseWatch({
    clientFor,
    key: observer.key,
    clock,
    wake: ({ issue }) => woken.push(issue),
    log: { info: tell, warn: tell, error: tell },
  });
  const base: Base = { installation: 1, repository: place, branch: "main" };
  const from = playground.requests().length;
  /** Moves the clock on, and lets GitHub do what it was asked for. */
  async function pass(milliseconds: number): Promise<void> {
    clock.advance(milliseconds);
    await watch.idle();
    await testMergesDone(playground.world);
  }
  const asked = (): string[] =>
    playground
      .requests()
      .slice(from)
      .map(({ path }) => path);
  return { watch, base, woken, said, pass, asked };
}

describe("on a base with three pull requests", () => {
  let small: SmallRepository;
  let conflicting: number;
  let waiting: number;

  beforeAll(async () => {
    small = await smallRepository();
    conflicting = (await taskWithPull(small, { "both.txt": "mine\n" })).issue;
    waiting = (await taskWithPull(small)).issue;
    await taskWithPull(small);
    await changeRecord(small, waiting, { reason: "waits_for_mergeability" });
    await pushToBase(small, { "both.txt": "theirs\n" });
  });
  afterAll(() => small.playground.stop());
  let pushes = 0;
  beforeEach(async () => {
    pushes += 1;
    await pushToBase(small, { "more.txt": `${pushes}\n` });
  });

  test("many pushes are one pass, which wakes what conflicts and what waits for it", async () => {
    const { watch, base, woken, pass, asked } = watching(small);

    for (let push = 0; push < 20; push += 1) watch.pushed(base);
    await pass(2000);
    await pass(5000);
    await pass(AGES);

    expect(woken.toSorted()).toEqual([conflicting, waiting]);
    expect(asked()).toEqual(["Mergeable", "Tasks", "Mergeable", "Tasks"]);
  });

  test("a push while GitHub is still asked begins anew, on the newest base", async () => {
    const { watch, base, pass, asked } = watching(small);

    watch.pushed(base);
    await pass(2000);
    watch.pushed(base);
    await pass(1999);
    const before = asked();
    await pass(1);
    await pass(AGES);

    expect(before).toEqual(["Mergeable", "Tasks"]);
    expect(asked().slice(2)).toEqual(["Mergeable", "Tasks"]);
  });

  test("a push while GitHub is being read is one more pass", async () => {
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const { watch, base, pass, asked } = watching(small, async () => {
      begin();
      await pushing;
      return small.client;
    });
    const pushing = begun.then(() => {
      for (let push = 0; push < 5; push += 1) watch.pushed(base);
    });

    watch.pushed(base);
    await pass(2000);
    await pass(2000);
    await pass(AGES);

    expect(asked()).toEqual(["Mergeable", "Tasks", "Mergeable", "Tasks"]);
  });

  test("what is looked at anyway is only followed up where GitHub does not know", async () => {
    const { watch, base, woken, pass } = watching(small);
    watch.pushed(base);
    await pass(2000);
    await pass(5000);
    woken.length = 0;

    watch.follow(base);
    await pass(2000);
    await pass(AGES);

    expect(woken).toEqual([]);
  });

  test("a rate limit is waited for; an installation that is gone is let go", async () => {
    const failures = [new RateLimited("2026-01-02T03:05:05Z", 60), new Unreachable(null)];
    const { watch, base, said, pass, asked } = watching(small, () =>
      Promise.reject(failures.shift() ?? new Error("one time too often")),
    );

    watch.pushed(base);
    await pass(2000);
    await pass(59_999);
    const left = failures.length;
    await pass(1);
    await pass(AGES);

    expect([left, failures.length, said.length, asked()]).toEqual([1, 0, 2, []]);
  });

  test("after the end nothing is begun", async () => {
    const { watch, base, pass, asked } = watching(small);
    watch.pushed(base);

    watch.stop();
    watch.pushed({ ...base, branch: "other" });
    await pass(AGES);

    expect(asked()).toEqual([]);
  });
});

test("a base without tasks costs one query", async () => {
  await using small = await smallRepository();
  const { watch, base, pass, asked } = watching(small);

  watch.pushed({ ...base, branch: "feature" });
  await pass(2000);
  await pass(AGES);

  expect(asked()).toEqual(["Mergeable"]);
});

test("a task that waits for the config to be mended is looked at, though it has no pull request", async () => {
  await using small = await smallRepository();
  const { issue } = await taskOnBranch(small);
  await changeRecord(small, issue, { phase: "parked", reason: "config" });
  const { watch, base, woken, pass } = watching(small);

  watch.pushed(base);
  await pass(2000);

  expect(woken).toEqual([issue]);
});

describe("what GitHub does not know", () => {
  test("is asked for one by one after two readings", async () => {
    await using small = await smallRepository({}, { mergeability: { unknownReads: 3 } });
    const { issue, pull } = await taskWithPull(small, { "both.txt": "mine\n" });
    await changeRecord(small, issue, { reason: "waits_for_checks" });
    await pushToBase(small, { "both.txt": "theirs\n" });
    const { watch, base, woken, pass, asked } = watching(small);

    watch.pushed(base);
    await pass(2000);
    await pass(5000);
    const early = [...woken];
    await pass(10_000);
    await pass(AGES);

    expect([early, woken]).toEqual([[], [issue]]);
    expect(asked()).toEqual([
      "Mergeable",
      "Tasks",
      "Mergeable",
      `/repos/${where.owner}/${where.repo}/pulls/${pull.number}`,
      "Mergeable",
      "Tasks",
    ]);
  });

  test("is never a conflict, and is left to the sweep after growing pauses", async () => {
    await using small = await smallRepository({}, { mergeability: { unknownReads: 99 } });
    await taskWithPull(small);
    await pushToBase(small, { "more.txt": "m\n" });
    const { watch, base, woken, said, pass, asked } = watching(small);
    watch.pushed(base);
    await pass(2000);

    const readings: number[] = [];
    for (const pause of [5000, 10_000, 20_000, 40_000, 80_000]) {
      await pass(pause - 1);
      const before = asked().length;
      await pass(1);
      readings.push(asked().filter((path, index) => index >= before && path === "Mergeable").length);
    }
    await pass(AGES);

    expect([readings, woken]).toEqual([[1, 1, 1, 1, 1], []]);
    expect(said).toEqual([expect.stringContaining("the sweep asks again")]);
    expect(asked().filter((path) => path.startsWith("/repos"))).toHaveLength(1);
  });
});

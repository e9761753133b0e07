/** A pull request of which GitHub does not know whether it can be merged is asked for by itself, every second time. */
import { expect, test } from "vitest";
import { testMergesDone } from "../../src/playground/test-merge.ts";
import { smallRepository } from "./small-repository.ts";
import { look, pushToBase, taskWithPull } from "./task-on-branch.ts";

test("what GitHub says then is what counts", async () => {
  await using small = await smallRepository({}, { mergeability: { unknownReads: 2 } });
  const { issue, pull } = await taskWithPull(small, { "both.txt": "mine\n" });
  await pushToBase(small, { "both.txt": "theirs\n" });
  await testMergesDone(small.playground.world);
  small.observer.unknowns.clear();
  const from = small.playground.requests().length;

  const first = await look(small, issue);
  await testMergesDone(small.playground.world);
  const second = await look(small, issue);

  const asked = small.playground.requests().slice(from);
  expect([first.pull?.mergeable, second.pull?.mergeable]).toEqual(["unknown", "conflicting"]);
  expect(asked.map(({ path }) => path).filter((path) => !path.endsWith("/permission"))).toEqual([
    "Snapshot",
    "Snapshot",
    `/repos/ada/engine/pulls/${pull.number}`,
  ]);
});

test("as long as GitHub does not know, every second look asks", async () => {
  await using small = await smallRepository({}, { mergeability: { unknownReads: 99 } });
  const { issue, pull } = await taskWithPull(small);
  small.observer.unknowns.clear();
  const from = small.playground.requests().length;

  const told: (string | undefined)[] = [];
  for (let times = 0; times < 5; times += 1) told.push((await look(small, issue)).pull?.mergeable);

  const asked = small.playground.requests().slice(from);
  expect(new Set(told)).toEqual(new Set(["unknown"]));
  expect(asked.filter(({ path }) => path.endsWith(`/pulls/${pull.number}`))).toHaveLength(2);
});

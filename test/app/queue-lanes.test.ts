/** Tasks that want to move the queue at the same time: one after another, and none for nothing. */
import { expect, test } from "vitest";
import { handle, type HandleDependencies } from "../../src/app/handle.ts";
import { createQueueLanes } from "../../src/app/queue-lanes.ts";
import { createWaiting } from "../../src/app/waiting.ts";
import type { Decision } from "../../src/domain/decision.ts";
import { board } from "../../src/domain/queue.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { firstBrief, firstRecord } from "../github/first-record.ts";
import { askedIssue, smallRepository } from "../github/small-repository.ts";

const REST: Decision = { rule: 20, reason: "at_rest", move: null, effects: [], again: null };

/** Whoever has no record yet makes one and takes a place in the queue. */
function takePlace({ record, issue, ledger }: Snapshot): Decision {
  if (record.kind === "record") return REST;
  const flight = { issue: issue.number, attempt: 1, kind: "implement", agent: "claude" } as const;
  const queue = board(ledger.queue, { ...flight, by: 1, reserved: 1 });
  const nothing = { findings: null, receipt: null, job: null, refs: [] };
  const move = { story: "takes a place", record: firstRecord(issue.number), brief: firstBrief(), queue };
  return { ...REST, move: { ...move, ...nothing } };
}

test("tasks that take a place at the same time all get one, and each asks for it once", async () => {
  await using small = await smallRepository();
  const issues: number[] = [];
  for (let n = 0; n < 4; n += 1) issues.push(await askedIssue(small));
  const lines: string[] = [];
  const dependencies: HandleDependencies = {
    clientFor: () => Promise.resolve(small.client),
    observer: small.observer,
    decide: takePlace,
    waiting: createWaiting(() => undefined),
    lanes: createQueueLanes(),
    echoes: { know: () => undefined },
    log: { info: (_: object, line = "") => lines.push(line), warn: () => undefined },
  };
  const before = small.playground.requests().length;

  const address = { installation: 1, repository: small.place };
  await Promise.all(issues.map((issue) => handle({ ...address, issue }, dependencies)));

  const asked = small.playground.requests().slice(before);
  expect(lines.filter((line) => line !== "decided")).toEqual([]);
  expect(asked.filter(({ path }) => path === "UpdateRefs")).toHaveLength(4);
  expect(asked.filter(({ path }) => path.endsWith("/git/commits"))).toHaveLength(8);
});

test("one that fails keeps nobody after it from its turn, and lanes of other repositories are their own", async () => {
  const lanes = createQueueLanes();
  const order: string[] = [];
  const blocked = Promise.withResolvers<void>();

  const first = lanes(1).take(() => blocked.promise);
  const second = lanes(1).take(() => Promise.resolve(order.push("second")));
  await lanes(2).take(() => Promise.resolve(order.push("elsewhere")));
  blocked.reject(new Error("no"));

  await expect(first).rejects.toThrow("no");
  await second;
  expect(order).toEqual(["elsewhere", "second"]);
});

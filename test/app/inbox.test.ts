/** The inbox: one after another, side by side, collapsed, backed off, paused. */
import { expect, test } from "vitest";
import { createInbox, type Address } from "../../src/app/inbox.ts";
import { RateLimited, Unreachable } from "../../src/github/failure.ts";
import { fakeClock } from "./fake-clock.ts";

const log = { error: () => undefined, warn: () => undefined };

function address(issue: number, installation = 1): Address {
  return { installation, repository: { id: installation, owner: "ada", name: "engine" }, issue };
}

/** An inbox whose handling a test ends by hand. */
function held({ width = 8 } = {}) {
  const clock = fakeClock();
  const warned: string[] = [];
  const begun: number[] = [];
  const ends: ((outcome: number | null | Error) => void)[] = [];
  const inbox = createInbox({
    clock,
    log: { ...log, warn: (_: object, words?: string) => warned.push(words ?? "") },
    width,
    handle: ({ issue }) => {
      begun.push(issue);
      return new Promise((resolve, reject) => {
        ends.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)));
      });
    },
  });
  async function end(outcome: number | null | Error = null): Promise<void> {
    ends.shift()?.(outcome);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { inbox, clock, begun, end, warned };
}

test("events that wait for the same task are one", async () => {
  const { inbox, begun, end } = held();

  for (let event = 0; event < 5; event += 1) inbox.wake(address(7));
  await end();
  await end();
  await inbox.idle();

  expect(begun).toEqual([7, 7]);
});

test("different tasks go side by side, up to a bound", async () => {
  const { inbox, begun, end } = held({ width: 2 });

  for (const issue of [1, 2, 3]) inbox.wake(address(issue));
  const atOnce = [...begun];
  await end();

  expect([atOnce, begun]).toEqual([
    [1, 2],
    [1, 2, 3],
  ]);
});

test("a task is looked at again when it said so, and not before", async () => {
  const { inbox, clock, begun, end } = held();
  inbox.wake(address(7));
  await end(60_000);

  clock.advance(59_999);
  const before = begun.length;
  clock.advance(1);

  expect([before, begun.length, inbox.status()]).toEqual([1, 2, { waiting: 0, running: 1, oldestDue: null }]);
});

test("a task that fails is left alone for 1, 5, 30 and 30 minutes; others go on", async () => {
  const { inbox, clock, begun, end } = held();
  inbox.wake(address(7));

  for (const minutes of [1, 5, 30, 30]) {
    await end(new Error("broken"));
    inbox.wake(address(7));
    clock.advance(minutes * 60_000 - 1);
    begun.push(0);
    clock.advance(1);
  }
  await end(null);
  inbox.wake(address(8));

  expect(begun).toEqual([7, 0, 7, 0, 7, 0, 7, 0, 7, 8]);
});

test("a rate limit pauses the installation, not the others", async () => {
  const { inbox, clock, begun, end } = held();
  inbox.wake(address(7));
  await end(new RateLimited("2026-01-02T03:05:05Z", 60));

  inbox.wake(address(8));
  inbox.wake(address(9, 2));
  const paused = [...begun];
  clock.advance(60_000);

  expect([paused, begun.toSorted()]).toEqual([
    [7, 9],
    [7, 7, 8, 9],
  ]);
});

test("what is woken during a pause goes on after it, though the task that met the limit is gone", async () => {
  const { inbox, clock, begun, end } = held();
  const other = { ...address(2), repository: { id: 9, owner: "ada", name: "train" } };

  inbox.wake(address(1));
  await end(new RateLimited("2026-01-01T00:01:00Z", 60));
  inbox.wake(other);
  inbox.leave(1, [address(1).repository.id]);
  clock.advance(59_000);
  const during = [...begun];
  clock.advance(1_000);

  expect([during, begun]).toEqual([[1], [1, 2]]);
});

test("a look that has time is taken along by an earlier one", async () => {
  const { inbox, clock, begun, end } = held();
  inbox.wakeLater(address(7), 30_000);
  inbox.wakeLater(address(7), 60_000);

  clock.advance(10_000);
  inbox.wake(address(7));
  await end();
  clock.advance(60_000);

  expect([begun, inbox.status().oldestDue]).toEqual([[7], null]);
});

test("a look that has time comes at its time when nothing else happens, also when it was asked for during another", async () => {
  const { inbox, clock, begun, end } = held();
  inbox.wake(address(7));
  inbox.wakeLater(address(7), 30_000);
  await end(300_000);

  clock.advance(29_999);
  const before = begun.length;
  clock.advance(1);

  expect([before, begun]).toEqual([1, [7, 7]]);
});

test.each([
  ["a task that failed", new Error("broken")],
  ["a paused installation", new RateLimited("2026-01-02T03:05:05Z", 60)],
])("a look that has time neither shortens nor loses the wait of %s", async (_, failure) => {
  const { inbox, clock, begun, end } = held();
  inbox.wake(address(7));
  inbox.wakeLater(address(7), 30_000);
  await end(failure);
  inbox.wakeLater(address(7), 30_000);

  clock.advance(59_999);
  const before = begun.length;
  clock.advance(1);

  expect([before, begun]).toEqual([1, [7, 7]]);
});

test("draining takes nothing in and waits for what is under way", async () => {
  const { inbox, begun, end } = held();
  inbox.wake(address(7));
  let isDrained = false;

  const drained = inbox.drain().then(() => {
    isDrained = true;
  });
  inbox.wake(address(8));
  const before = isDrained;
  await end();
  await drained;

  expect([before, isDrained, begun]).toEqual([false, true, [7]]);
});

test("an installation that cannot be reached is said once, and all of its tasks are let go until they are woken again", async () => {
  const { inbox, clock, begun, end, warned } = held();
  for (const issue of [1, 2]) inbox.wake(address(issue));
  inbox.wakeLater(address(3), 60_000);
  inbox.wakeLater(address(4, 2), 60_000);

  for (const _ of [1, 2]) await end(new Unreachable(null));
  clock.advance(3_600_000);
  const meanwhile = [...begun];
  inbox.wake(address(1));

  expect([meanwhile, begun, warned.length]).toEqual([[1, 2, 4], [1, 2, 4, 1], 1]);
});

test("repositories that an installation lost take their tasks along, and no others", () => {
  const { inbox, clock, begun } = held();
  inbox.wakeLater(address(3), 60_000);
  inbox.wakeLater({ ...address(4), repository: { id: 9, owner: "ada", name: "wheel" } }, 60_000);

  inbox.leave(1, [9]);
  clock.advance(60_000);

  expect(begun).toEqual([3]);
});

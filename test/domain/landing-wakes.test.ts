/** Which tasks are looked at when their base has moved. */
import { describe, expect, test } from "vitest";
import { Config } from "../../src/domain/config.ts";
import { nextToLand, wakesOnBase, wakesOnConflict, wakesOnPush } from "../../src/domain/landing-wakes.ts";
import { ANNA, attempt, record } from "./snapshots.ts";

const ASKED = Config.parse({});
const MERGE = { by: ANNA, method: null, at: "2026-03-01T12:00:00Z" };

describe("a pull request that can be merged", () => {
  test.each([
    ["open", "waits_for_mergeability", true],
    ["open", "waits_for_landing", true],
    ["open", "waits_for_merge", true],
    ["open", "waits_for_queue", true],
    ["queued", "waits_for_rebase", true],
    ["open", "conflicts", true],
    ["parked", "conflict", true],
    ["parked", "theirs", true],
    ["parked", "question", false],
    ["open", "waits_for_checks", false],
    ["open", "waits_for_review", false],
    ["ready", "ready", false],
    ["cancelled", "command", false],
    ["done", "merged", false],
  ] as const)("of a task that is %s, %s: %s", (phase, reason, wakes) => {
    expect(wakesOnBase(record({ phase, reason }), ASKED)).toBe(wakes);
  });

  test("is left alone while an attempt is in flight", () => {
    const running = record({ phase: "running", reason: "conflicts", attempt: attempt() });

    expect([wakesOnBase(running, ASKED), wakesOnConflict(running)]).toEqual([false, false]);
  });

  test("is looked at when it is ready, where being behind is enough for a rebase", () => {
    const config = Config.parse({ rebase: { when: "behind" } });

    const ready = wakesOnBase(record({ phase: "ready", reason: "ready" }), config);
    const open = wakesOnBase(record({ phase: "open", reason: "waits_for_checks" }), config);

    expect([ready, open]).toEqual([true, false]);
  });
});

describe("of several that are ready", () => {
  const crowded = record({ issue: 1, phase: "ready", reason: "ready", footprint: "aaaaaabbbbbb" });
  const other = record({ issue: 2, phase: "ready", reason: "waits_for_landing", footprint: "aaaaaa" });
  const another = record({ issue: 3, phase: "ready", reason: "waits_for_landing", footprint: "bbbbbb" });
  const open = record({ issue: 4, phase: "open", reason: "waits_for_checks", footprint: "cccccc" });

  test("the first to land is looked at where all are merged without a word", () => {
    const config = Config.parse({ merge: { when: "approved" } });

    expect(nextToLand([crowded, other, another, open], config)).toBe(2);
  });

  test("it is the first of those that somebody wants merged, where a word is needed", () => {
    const wanted = { ...crowded, merge: MERGE };

    expect(nextToLand([wanted, other, another, open], ASKED)).toBe(1);
    expect(nextToLand([other, another, open], ASKED)).toBeNull();
  });
});

test.each([
  ["open", "waits_for_checks", true],
  ["ready", "ready", true],
  ["queued", "waits_for_room", true],
  ["parked", "conflict", false],
  ["done", "merged", false],
] as const)("one that conflicts, of a task that is %s, %s: %s", (phase, reason, wakes) => {
  expect(wakesOnConflict(record({ phase, reason }))).toBe(wakes);
});

test.each([
  ["config", true],
  ["setup", true],
  ["dependency", true],
  ["question", false],
] as const)("a task that is parked for %s is looked at after any push: %s", (reason, wakes) => {
  expect(wakesOnPush(record({ phase: "parked", reason }))).toBe(wakes);
});

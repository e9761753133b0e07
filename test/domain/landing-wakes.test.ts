/** Which tasks are looked at when their base has moved. */
import { describe, expect, test } from "vitest";
import { Config } from "../../src/domain/config.ts";
import { wakesOnBase, wakesOnConflict, wakesOnPush } from "../../src/domain/landing-wakes.ts";
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

  test("and that somebody wants merged is looked at when it is ready", () => {
    expect(wakesOnBase(record({ phase: "ready", reason: "ready", merge: MERGE }), ASKED)).toBe(true);
  });

  test("is left alone while an attempt is in flight", () => {
    const running = record({ phase: "running", reason: "conflicts", attempt: attempt() });

    expect([wakesOnBase(running, ASKED), wakesOnConflict(running)]).toEqual([false, false]);
  });

  test.each([{ merge: { when: "approved" } }, { rebase: { when: "behind" } }])(
    "is looked at wherever it stands under %j, unless it is parked",
    (settings) => {
      const config = Config.parse(settings);

      const ready = wakesOnBase(record({ phase: "ready", reason: "ready" }), config);
      const parked = wakesOnBase(record({ phase: "parked", reason: "question" }), config);

      expect([ready, parked]).toEqual([true, false]);
    },
  );
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

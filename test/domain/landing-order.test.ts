/** The landing order: few rebases, held against every possible order; who counts, whose turn it is, and for how long that matters. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Config } from "../../src/domain/config.ts";
import { footprintOf } from "../../src/domain/footprint.ts";
import {
  COURTESY_SECONDS,
  isLanding,
  isNext,
  landersWith,
  landingOrder,
  wantsMerge,
} from "../../src/domain/landing-order.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { ConfigReading } from "../../src/domain/snapshot.ts";
import { later } from "../../src/domain/time.ts";
import { ANNA, attempt, HEAD, NOW, ready, record, sha, snapshot } from "./snapshots.ts";

const MERGE = { by: ANNA, method: null, at: NOW };

/** Tasks 1 to `many`, of which those in a pair change the same path. */
function tasks(many: number, pairs: readonly (readonly [number, number])[]): RecordBody[] {
  return Array.from({ length: many }, (_, index) => {
    const paths = pairs.filter((pair) => pair.includes(index + 1)).map((pair) => pair.join("-"));
    return record({ issue: index + 1, footprint: footprintOf(paths) });
  });
}

/** How many have to be rebased: those that meet one that was merged before them, once, right before they land themselves. */
function rebases(order: readonly number[], pairs: readonly (readonly [number, number])[]): number {
  return order.filter((issue, place) => {
    const before = new Set(order.slice(0, place));
    return pairs.some(([one, other]) =>
      one === issue ? before.has(other) : other === issue && before.has(one),
    );
  }).length;
}

/** Of all orders the one that costs the least. */
function fewest(many: number, pairs: readonly (readonly [number, number])[]): number {
  let least = Infinity;
  const walk = (order: number[]): void => {
    if (order.length === many) least = Math.min(least, rebases(order, pairs));
    for (let issue = 1; issue <= many; issue += 1) if (!order.includes(issue)) walk([...order, issue]);
  };
  walk([]);
  return least;
}

function allPairs(many: number): [number, number][] {
  const all: [number, number][] = [];
  for (let one = 1; one <= many; one += 1) {
    for (let other = one + 1; other <= many; other += 1) all.push([one, other]);
  }
  return all;
}

function somePairs(many: number): fc.Arbitrary<[number, number][]> {
  return fc.subarray(allPairs(many));
}

describe("the order", () => {
  it.each([2, 3, 4])("costs as few rebases as any order of %i tasks, whoever meets whom", (many) => {
    const all = allPairs(many);
    for (let chosen = 0; chosen < 2 ** all.length; chosen += 1) {
      const pairs = all.filter((_, bit) => Math.floor(chosen / 2 ** bit) % 2 === 1);

      expect([pairs, rebases(landingOrder(tasks(many, pairs)), pairs)]).toEqual([pairs, fewest(many, pairs)]);
    }
  });

  it("costs as few as any order of five, and at most one more than the best of six", () => {
    fc.assert(
      fc.property(somePairs(5), (pairs) => {
        expect(rebases(landingOrder(tasks(5, pairs)), pairs)).toBe(fewest(5, pairs));
      }),
      { numRuns: 100 },
    );
    fc.assert(
      fc.property(somePairs(6), (pairs) => {
        expect(rebases(landingOrder(tasks(6, pairs)), pairs)).toBeLessThanOrEqual(fewest(6, pairs) + 1);
      }),
      { numRuns: 30 },
    );
  });

  it("never costs more than who meets few allows: of tasks that meet d others each, one in d + 1 lands as it is", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 14 }).chain((many) => fc.tuple(fc.constant(many), somePairs(many))),
        ([many, pairs]) => {
          const order = landingOrder(tasks(many, pairs));
          const share = (issue: number): number =>
            1 / (1 + pairs.filter((pair) => pair.includes(issue)).length);
          const spared = order.reduce((sum, issue) => sum + share(issue), 0);

          expect(order.toSorted((one, other) => one - other)).toEqual(
            Array.from({ length: many }, (_, index) => index + 1),
          );
          expect(rebases(order, pairs)).toBeLessThanOrEqual(many - spared + 1e-9);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("is the same whoever asks", () => {
    fc.assert(
      fc.property(
        somePairs(6).chain((pairs) => fc.shuffledSubarray(tasks(6, pairs), { minLength: 6 })),
        (shuffled) => {
          expect(landingOrder(shuffled)).toEqual(
            landingOrder(shuffled.toSorted((one, other) => one.issue - other.issue)),
          );
        },
      ),
    );
  });

  it.each<[string, Partial<RecordBody>[], number[]]>([
    ["of none", [], []],
    [
      "of tasks that meet nobody, the oldest first",
      [{ asked: asked("12:00") }, { asked: asked("11:00") }],
      [2, 1],
    ],
    ["of tasks as old, the lower number first", [{}, {}, {}], [1, 2, 3]],
    [
      "puts off the one that meets all others",
      [{ footprint: "*", asked: asked("09:00") }, { footprint: "aaaaaa" }, { footprint: "bbbbbb" }],
      [2, 3, 1],
    ],
    [
      "lands the ends of a chain before its middle, however old that is",
      [
        { footprint: "aaaaaa" },
        { footprint: "aaaaaabbbbbb", asked: asked("09:00") },
        { footprint: "bbbbbb" },
      ],
      [1, 3, 2],
    ],
    [
      "knows nothing of a head that nobody has seen",
      [{ footprint: "*" }, { footprint: null }, {}],
      [1, 2, 3],
    ],
    [
      "lets what is urgent go first, whatever it costs",
      [{}, {}, { footprint: "*", urgent: true }],
      [3, 1, 2],
    ],
    ["lands what a task needs before it", [{ depends: [3] }, {}, { depends: [2] }], [2, 3, 1]],
    ["also before an urgent one", [{ depends: [2], urgent: true }, {}], [2, 1]],
    ["does not wait for what is not about to land", [{ depends: [40] }, {}], [1, 2]],
    ["does not wait in a circle", [{ depends: [2] }, { depends: [1] }], [1, 2]],
    ["lands around a circle first", [{ depends: [2] }, { depends: [1] }, {}], [3, 1, 2]],
  ])("%s", (_, changes, order) => {
    const records = changes.map((change, index) => record({ issue: index + 1, footprint: "", ...change }));

    expect(landingOrder(records)).toEqual(order);
  });
});

function asked(time: string): RecordBody["asked"] {
  return { by: ANNA, at: `2026-03-01T${time}:00Z`, how: "label" };
}

describe("who counts", () => {
  const ASKED = Config.parse({});
  const APPROVED = Config.parse({ merge: { when: "approved" } });
  const config = { kind: "config", blob: sha("d"), config: ASKED } as const;
  const self = record({ merge: MERGE });

  it.each([
    [null, ASKED, false],
    [MERGE, ASKED, true],
    [null, APPROVED, true],
  ])("is who is wanted: %j", (merge, how, expected) => {
    expect(wantsMerge(record({ merge }), how)).toBe(expected);
  });

  it.each<[string, Partial<RecordBody>, boolean]>([
    ["ready and wanted", { phase: "ready", merge: MERGE }, true],
    ["ready and not wanted", { phase: "ready" }, false],
    ["wanted and not ready", { phase: "open", merge: MERGE }, false],
    ["wanted, and ready for another base", { phase: "ready", merge: MERGE, base: "next" }, false],
  ])("is who is %s", (_, change, counts) => {
    const ledger = { ...snapshot().ledger, records: [self, record({ issue: 5, ...change })] };

    expect(landersWith(snapshot({ ledger, config }), self).map(({ issue }) => issue)).toEqual(
      counts ? [5, 7] : [7],
    );
  });

  it("is nobody else where the config cannot be read", () => {
    const ledger = { ...snapshot().ledger, records: [record({ issue: 5, phase: "ready", merge: MERGE })] };
    const broken: ConfigReading = { kind: "broken", blob: sha("2"), problems: [] };

    expect(landersWith(snapshot({ ledger, config: broken }), self)).toEqual([self]);
  });
});

describe("whose turn it is", () => {
  const first = record({ issue: 5, phase: "ready", merge: MERGE, urgent: true });
  const ledger = { ...snapshot().ledger, records: [first] };

  it.each<[string, Partial<RecordBody>, boolean]>([
    ["not who has only come", {}, false],
    ["not who has waited for something else", { reason: "ready", since: "2026-03-01T00:00:00Z" }, false],
    ["not who has waited for a moment", waitsSince(COURTESY_SECONDS - 1), false],
    ["who has let others go first for long enough", waitsSince(COURTESY_SECONDS), true],
    ["who goes first", { urgent: true, asked: asked("00:00") }, true],
  ])("%s", (_, change, expected) => {
    const from = ready({ merge: MERGE, ...change }, { ledger });
    if (from.record.kind !== "record") throw new Error("the test needs a record");

    expect(isNext(from, from.record.record)).toBe(expected);
  });
});

function waitsSince(seconds: number): Partial<RecordBody> {
  return { reason: "waits_for_landing", since: later(NOW, -seconds) };
}

describe("who is about to land", () => {
  const rebased = { attempt: 2, before: sha("3"), head: HEAD, onto: sha("b") };

  it.each<[string, Partial<RecordBody>, boolean]>([
    ["who is ready", { phase: "ready" }, true],
    ["who is being rebased", { phase: "running", attempt: attempt({ kind: "rebase" }) }, true],
    [
      "who was rebased, and is checked",
      { phase: "open", reason: "waits_for_checks", head: HEAD, rebased },
      true,
    ],
    [
      "who was rebased, and is reviewed",
      { phase: "running", attempt: attempt({ kind: "review" }), head: HEAD, rebased },
      true,
    ],
    ["not who was rebased at an older head", { phase: "open", head: sha("4"), rebased }, false],
    [
      "not who was rebased and conflicts again",
      { phase: "open", reason: "conflicts", head: HEAD, rebased },
      false,
    ],
    ["not who waits itself", { phase: "open", reason: "waits_for_landing", head: HEAD, rebased }, false],
    ["not who stands in line", { phase: "queued", reason: "waits_for_rebase", head: HEAD, rebased }, false],
    ["not who waits for a person", { phase: "parked", reason: "conflict", head: HEAD, rebased }, false],
    ["not who is only open", { phase: "open" }, false],
    ["not who has no head", { phase: "queued" }, false],
  ])("%s", (_, change, expected) => {
    expect(isLanding(record(change))).toBe(expected);
  });
});

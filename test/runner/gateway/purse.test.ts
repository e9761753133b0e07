import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  enter,
  leave,
  MOST_IN_FLIGHT,
  openPurse,
  settle,
  type Purse,
  type PurseStep,
} from "../../../src/runner/gateway/purse.ts";

const NO_LIMITS = { usd: 0, answers: null };

/** A purse in which one answer has shown that the worst case holds. */
function measured(limits: { usd: number; answers: number | null }): Purse {
  const out = enter(openPurse(limits), { id: -1, kind: "answer", worst: 1 });
  return { ...settle(out.purse, -1, { usd: 0, isAnswer: true }).purse, answers: 0 };
}

describe("the purse", () => {
  it("lets a call pass that alone may cost more than what is left", () => {
    expect(enter(openPurse({ usd: 1, answers: null }), { id: 1, kind: "answer", worst: 50 }).passed).toEqual([
      1,
    ]);
  });

  it("lets calls go one by one until an answer has shown what they cost", () => {
    const first = enter(openPurse({ usd: 10, answers: null }), { id: 1, kind: "answer", worst: 0.1 });
    const second = enter(first.purse, { id: 2, kind: "answer", worst: 0.1 });
    expect(second.passed).toEqual([]);

    const third = enter(second.purse, { id: 3, kind: "answer", worst: 0.1 });
    expect(settle(third.purse, 1, { usd: 0.05, isAnswer: true }).passed).toEqual([2, 3]);
  });

  it("keeps as much more for later calls as an answer cost more than was kept for it", () => {
    const purse = measured({ usd: 10, answers: null });
    const first = enter(purse, { id: 1, kind: "answer", worst: 1 });
    const told = settle(first.purse, 1, { usd: 3, isAnswer: true });
    const second = enter(told.purse, { id: 2, kind: "answer", worst: 1 });
    const third = enter(second.purse, { id: 3, kind: "answer", worst: 1 });
    const fourth = enter(third.purse, { id: 4, kind: "answer", worst: 1 });

    expect([second.passed, third.passed, fourth.passed]).toEqual([[2], [3], []]);
  });

  it("keeps the costliest answer so far for a model without a known price", () => {
    const told = settle(
      enter(measured({ usd: 10, answers: null }), { id: 1, kind: "answer", worst: 6 }).purse,
      1,
      { usd: 6, isAnswer: true },
    );
    const second = enter(told.purse, { id: 2, kind: "answer", worst: null });

    expect(enter(second.purse, { id: 3, kind: "answer", worst: null }).passed).toEqual([]);
  });

  it("stops at the next call when the money is spent, and refuses all that wait", () => {
    const first = enter(measured({ usd: 1, answers: null }), { id: 1, kind: "answer", worst: 1 });
    const second = enter(first.purse, { id: 2, kind: "answer", worst: 1 });
    const third = enter(second.purse, { id: 3, kind: "answer", worst: 1 });
    const spent = settle(third.purse, 1, { usd: 1, isAnswer: true });

    expect(spent.refused).toEqual([2, 3]);
    expect(spent.purse.stopped).toEqual({
      reason: "budget",
      why: "The attempt's budget of $1.00 is spent ($1.00).",
    });
    expect(enter(spent.purse, { id: 4, kind: "side", worst: 0 }).refused).toEqual([4]);
  });

  it("does not stop when the last answer spent the money and nobody asks again", () => {
    const first = enter(openPurse({ usd: 1, answers: null }), { id: 1, kind: "answer", worst: 1 });

    expect(settle(first.purse, 1, { usd: 1.2, isAnswer: true }).purse.stopped).toBeNull();
  });

  it.each([1, 2, 3])("never lets an answer beyond %i pass, with parallel calls too", (answers) => {
    let purse = openPurse({ usd: 0, answers });
    const passed: number[] = [];
    const take = (step: PurseStep): void => {
      ({ purse } = step);
      passed.push(...step.passed);
    };
    for (let id = 0; id < 6; id += 1) take(enter(purse, { id, kind: "answer", worst: 1 }));
    expect(passed).toHaveLength(answers);

    take(settle(purse, 0, { usd: 1, isAnswer: true }));
    for (const id of passed.slice(1)) take(settle(purse, id, { usd: 1, isAnswer: true }));

    expect(passed).toHaveLength(answers);
    expect(purse.stopped?.reason).toBe("max_turns");
  });

  it("does not count a call that no model answered", () => {
    const first = enter(openPurse({ usd: 0, answers: 1 }), { id: 1, kind: "answer", worst: 1 });
    const failed = settle(first.purse, 1, { usd: 0, isAnswer: false });

    expect(enter(failed.purse, { id: 2, kind: "answer", worst: 1 }).passed).toEqual([2]);
  });

  it("does not let side calls wait for answers, nor answers for side calls", () => {
    const side = enter(openPurse({ usd: 1, answers: 1 }), { id: 1, kind: "side", worst: 0 });
    const answer = enter(side.purse, { id: 2, kind: "answer", worst: 9 });

    expect([answer.passed, enter(answer.purse, { id: 3, kind: "side", worst: 0 }).passed]).toEqual([
      [2],
      [3],
    ]);
  });

  it("lets side calls overtake answers that must wait", () => {
    const first = enter(openPurse({ usd: 1, answers: null }), { id: 1, kind: "answer", worst: 9 });
    const second = enter(first.purse, { id: 2, kind: "answer", worst: 9 });

    expect(enter(second.purse, { id: 3, kind: "side", worst: 0 }).passed).toEqual([3]);
  });

  it("lets so many out at once and no more, and those in the order in which they came", () => {
    let purse = openPurse(NO_LIMITS);
    for (let id = 0; id < MOST_IN_FLIGHT + 3; id += 1)
      ({ purse } = enter(purse, { id, kind: "answer", worst: null }));
    expect(purse.out).toHaveLength(MOST_IN_FLIGHT);

    const gone = leave(purse, MOST_IN_FLIGHT);
    expect(settle(gone.purse, 5, { usd: 0, isAnswer: true }).passed).toEqual([MOST_IN_FLIGHT + 1]);
  });

  it("overshoots by at most one answer and never forgets a call, whatever happens in whichever order", () => {
    const call = fc.record({
      worst: fc.integer({ min: 1, max: 400 }),
      share: fc.integer({ min: 0, max: 100 }),
      isAnswer: fc.integer({ min: 0, max: 9 }).map((digit) => digit > 0),
    });
    // Each number is an event: a new call, or the end of one of those that are out.
    const schedule = fc.array(fc.nat({ max: 1000 }), { maxLength: 200 });
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 60 }),
        schedule,
        fc.integer({ min: 1, max: 1500 }),
        (calls, events, limit) => {
          let purse = openPurse({ usd: limit, answers: null });
          let next = 0;
          let spent = 0;
          const done = new Set<number>();
          const take = (step: PurseStep): void => {
            ({ purse } = step);
            for (const id of step.refused) done.add(id);
            // Who waits can only be let pass by one that comes back.
            expect(purse.waiting.length === 0 || purse.out.length > 0).toBe(true);
          };
          const end = (at: number): void => {
            const { id } = purse.out[at % purse.out.length] ?? { id: -1 };
            const planned = calls[id];
            if (planned === undefined) return;
            // An integer number of dollars, so that sums are exact.
            const usd = planned.isAnswer ? Math.floor((planned.worst * planned.share) / 100) : 0;
            spent += usd;
            done.add(id);
            take(settle(purse, id, { usd, isAnswer: planned.isAnswer }));
          };
          for (const event of events) {
            const planned = calls[next];
            if (event % 2 === 0 && planned !== undefined) {
              take(enter(purse, { id: next, kind: "answer", worst: planned.worst }));
              next += 1;
            } else end(event >> 1);
          }
          while (purse.out.length > 0) end(0);

          const dearest = Math.max(...calls.map(({ worst, share }) => (worst * share) / 100));
          expect(spent).toBeLessThan(limit + Math.max(dearest, 1));
          expect(purse.spent).toBe(spent);
          expect(done.size).toBe(next);
        },
      ),
      { numRuns: 300 },
    );
  });
});

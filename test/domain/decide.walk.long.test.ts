/** Every state that the policy, GitHub and people can bring about keeps the promises and comes to rest. */
import { describe, expect, it } from "vitest";
import { AttemptEnd, Reason } from "../../src/domain/task.ts";
import { COURSES, QUIET } from "./courses.ts";
import { walk } from "./walk.ts";

/** Phases, reasons and ends that any course came by. */
const met = new Set<string>();

describe.each(COURSES)("%s", (_, rows) => {
  it.each(rows)("%s: keeps the promises and comes to rest", (...row) => {
    const [, course, atLeast, atMost] = row;
    const { states, longest, rests, seen } = walk({ ...QUIET, ...course });
    for (const one of seen) met.add(one);

    expect(states).toBeGreaterThan(atLeast);
    expect(longest).toBeLessThan(atMost);
    expect(rests).toBeGreaterThan(10);
  });
});

describe("all courses together", () => {
  it("come by every reason and every end", () => {
    const words = new Set([...met].flatMap((one) => one.split(" ")));
    const missing = [...Reason.options, ...AttemptEnd.options].filter((one) => !words.has(one));

    // The first four are of things that are not there yet; the others take another task.
    expect(new Set(missing)).toEqual(
      new Set(["approval", "dependency", "split", "record", "waits_for_room", "waits_for_turn"]),
    );
  });
});

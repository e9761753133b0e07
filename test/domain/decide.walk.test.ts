/** States that the policy, GitHub and people can bring about keep the promises and come to rest: the smaller courses. */
import { describe, expect, it } from "vitest";
import { COURSES, QUIET } from "./courses.ts";
import { walk } from "./walk.ts";

/** Courses that must reach more states than this are walked with the long suites, which walk all. */
const SMALL = 1000;

const courses = COURSES.map(([when, rows]) => ({
  when,
  rows: rows.filter(([, , states]) => states <= SMALL),
}));

describe.each(courses.filter(({ rows }) => rows.length > 0))("$when", ({ rows }) => {
  it.each(rows)("%s: keeps the promises and comes to rest", (...row) => {
    const [, course, atLeast, atMost] = row;
    const { states, longest, rests } = walk({ ...QUIET, ...course });

    expect(states).toBeGreaterThan(atLeast);
    expect(longest).toBeLessThan(atMost);
    expect(rests).toBeGreaterThan(10);
  });
});

/** Every state that the policy, GitHub and people can bring about keeps the promises and comes to rest. */
import { describe, expect, it } from "vitest";
import { Config } from "../../src/domain/config.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { sha, snapshot } from "./snapshots.ts";
import { walk, type Course } from "./walk.ts";
import { ALL_ENDS, EACH_END, FEW_ENDS } from "./world-steps.ts";

const QUIET: Omit<Course, "from"> = {
  words: [],
  ends: FEW_ENDS,
  bad: Infinity,
  luck: "good",
  mishaps: 0,
  red: false,
  slow: false,
  usd: 0.1,
};

const UNREVIEWED = issueIn({ review: { enabled: false } });
const ONE_ROUND = issueIn({ review: { cycles: 1 } });

/** The name, the course, and numbers that it must reach at least and at most: states; steps of the longest way. */
type Row = [name: string, course: Partial<Course> & { from: Snapshot }, states: number, longest: number];

describe("with nobody speaking", () => {
  it.each<Row>([
    ["any two bad ends, without reviews", { from: UNREVIEWED, ends: ALL_ENDS, bad: 2, red: true }, 5000, 60],
    ["bad ends on and on, without reviews", { from: UNREVIEWED, ends: EACH_END }, 300, 120],
    [
      "a GitHub that loses and refuses twice",
      { from: UNREVIEWED, luck: "mixed", mishaps: 2, red: true },
      5000,
      60,
    ],
    [
      "a GitHub that loses and refuses a reviewed task",
      { from: ONE_ROUND, luck: "mixed", mishaps: 1 },
      5000,
      60,
    ],
    [
      "a GitHub that loses and refuses everything",
      { from: UNREVIEWED, luck: "bad", mishaps: Infinity },
      200,
      140,
    ],
  ])("%s", { timeout: 120_000 }, (_, course, atLeast, atMost) => {
    const { states, longest, rests } = walk({ ...QUIET, ...course });

    expect(states).toBeGreaterThan(atLeast);
    expect(longest).toBeLessThan(atMost);
    expect(rests).toBeGreaterThan(10);
  });
});

function issueIn(config: object): Snapshot {
  return snapshot({ config: { kind: "config", blob: sha("d"), config: Config.parse(config) } });
}

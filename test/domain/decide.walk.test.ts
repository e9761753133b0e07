/** Every state that the policy, GitHub and people can bring about keeps the promises and comes to rest. */
import { describe, expect, it } from "vitest";
import { Config } from "../../src/domain/config.ts";
import { AttemptEnd, Reason } from "../../src/domain/task.ts";
import type { IssueFacts, Snapshot } from "../../src/domain/snapshot.ts";
import { GUEST, sha, snapshot } from "./snapshots.ts";
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

const PLAIN = issueIn({ review: { enabled: false } });
const REVIEWED = issueIn({ review: { cycles: 1 } });
const POOR = issueIn({ review: { enabled: false }, budget: { task: 3, day: 7 } });
const UNASKED = issueIn({ review: { enabled: false } }, { labels: [], labelled: [] });
const QUESTION = issueIn({ review: { enabled: false } }, { labels: ["gza", "gza:explore"] });
const OUTSIDE = issueIn({ review: { enabled: false } }, { author: GUEST });

const ASKING = ["completed", "question", "question, without work", "quota, renewed in an hour"];
const EXPLORING = ["completed", "max_turns", "question", "completed, without work", "no_change_needed"];
const UNLUCKY = { luck: "mixed", mishaps: 2 } as const;
const HOPELESS = { luck: "bad", mishaps: Infinity } as const;
const ONCE = { bad: 1 } as const;
const TWICE = { bad: 2 } as const;

/** Phases, reasons and ends that any course came by. */
const met = new Set<string>();

/** The states that a course must reach at least, and how long its ways may be. */
type Row = [name: string, course: Partial<Course> & { from: Snapshot }, states: number, longest: number];

const SILENT: Row[] = [
  ["any two bad ends", { from: PLAIN, ends: ALL_ENDS, ...TWICE, red: true }, 6000, 50],
  ["bad ends on and on", { from: PLAIN, ends: EACH_END }, 1000, 110],
  ["bad ends on and on, with little money", { from: POOR, ends: EACH_END, usd: 1.3, red: true }, 400, 40],
  ["a GitHub that loses and refuses", { from: PLAIN, ...UNLUCKY, red: true }, 5000, 60],
  [
    "a GitHub that loses and refuses once, with reviews",
    { from: REVIEWED, ...UNLUCKY, mishaps: 1 },
    5000,
    60,
  ],
  ["a GitHub that loses and refuses everything", { from: PLAIN, ...HOPELESS }, 100, 140],
  ["a GitHub that takes its time", { from: PLAIN, ...ONCE, slow: true, red: true }, 400, 50],
  ["a GitHub that takes its time, with reviews", { from: REVIEWED, ...ONCE, slow: true }, 2000, 60],
];

const SPOKEN: Row[] = [
  ["anything, without reviews", { from: PLAIN, ...ONCE, words: [/./] }, 2000, 40],
  ["anything about a question or a quota", { from: PLAIN, ends: ASKING, ...TWICE, words: [/./] }, 4000, 40],
  [
    "anything while the agent explores",
    { from: QUESTION, ends: EXPLORING, ...TWICE, words: [/./] },
    2000,
    40,
  ],
  ["anything on an outsider's issue", { from: OUTSIDE, ends: EACH_END, ...ONCE, words: [/./] }, 2000, 40],
  [
    "a merge that GitHub refuses or loses",
    { from: PLAIN, ...UNLUCKY, mishaps: 1, words: [/says .gza merge/, /anna says .gza merge$/] },
    1000,
    60,
  ],
  [
    "a word about money",
    { from: POOR, ends: EACH_END, usd: 1.3, ...TWICE, words: [/budget|re|run|stop/] },
    2000,
    40,
  ],
  [
    "a word about a reviewed head",
    { from: REVIEWED, bad: 0, words: [/improve|dismiss|says .gza review|requested|line|pushes/] },
    5000,
    50,
  ],
];

const TWO_WORDS: Row[] = [
  [
    "begin, and go on",
    { from: UNASKED, words: [/says|gza on/, /edited|run|help|gone|config|workflow/] },
    2000,
    40,
  ],
  [
    "hold or close, and go on",
    {
      from: PLAIN,
      ...ONCE,
      words: [/stop|lock|closed|urgent/, /stop|lock|reopen|pushes|gza o|anna says .gza (re|ca|run$)/],
    },
    2000,
    40,
  ],
  [
    "a fault of the set-up, and mended",
    {
      from: PLAIN,
      ...ONCE,
      words: [/config|workflow|permission|makes/, /config|workflow|permission|pushes|gza re/],
    },
    2000,
    40,
  ],
  [
    "an answer, and another word",
    {
      from: PLAIN,
      ends: ["question", "completed", "max_turns"],
      ...TWICE,
      words: [/The first|stop on/, /The (first|second)|anna says .gza (run$|re|ca)|stop|edited/],
    },
    4000,
    40,
  ],
  [
    "approve, or not",
    {
      from: OUTSIDE,
      ...ONCE,
      words: [/approve|edited|stop|pushes|makes/, /approve|edited|run$|stop|improve/],
    },
    2000,
    40,
  ],
];

describe.each([
  ["with nobody speaking", SILENT],
  ["with one word at any moment", SPOKEN],
  ["with two words", TWO_WORDS],
])("%s", (_, rows) => {
  it.each(rows)("%s: keeps the promises and comes to rest", { timeout: 120_000 }, (...row) => {
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

function issueIn(config: object, issue: Partial<IssueFacts> = {}): Snapshot {
  return snapshot({
    config: { kind: "config", blob: sha("d"), config: Config.parse(config) },
    issue: { ...snapshot().issue, ...issue },
  });
}

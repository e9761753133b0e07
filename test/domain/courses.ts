/** The courses that are walked: what happens on each, how many states it must reach, and how long its ways may be. */
import { Config } from "../../src/domain/config.ts";
import { NO_FINDINGS } from "../../src/domain/finding.ts";
import { findingsHash } from "../../src/domain/findings.ts";
import { REVIEW_CHECK } from "../../src/domain/names.ts";
import { board } from "../../src/domain/queue.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { IssueFacts, Snapshot } from "../../src/domain/snapshot.ts";
import { ANNA, check, GUEST, HEAD, NOW, pull, ready, record, sha, snapshot, verdict } from "./snapshots.ts";
import type { Rules } from "./simulate.ts";
import type { Course } from "./walk.ts";
import { ALL_ENDS, EACH_END, FEW_ENDS, NO_RULES } from "./world-steps.ts";

export const QUIET: Omit<Course, "from"> = {
  words: [],
  ends: FEW_ENDS,
  bad: Infinity,
  luck: "good",
  mishaps: 0,
  red: false,
  slow: false,
  baseMoves: 0,
  rules: NO_RULES,
  usd: 0.1,
};

const PLAIN = issueIn({ review: { enabled: false } });
const REVIEWED = issueIn({ review: { cycles: 1 } });
const POOR = issueIn({ review: { enabled: false }, budget: { task: 3, day: 7 } });
const UNASKED = issueIn({ review: { enabled: false } }, { labels: [], labelled: [] });
const QUESTION = issueIn({ review: { enabled: false } }, { labels: ["gza", "gza:explore"] });
const OUTSIDE = issueIn({ review: { enabled: false } }, { author: GUEST });

const ALONE = { review: { enabled: false } };
const REVIEWS = { review: { cycles: 0 } };
const BY_ITSELF = { review: { cycles: 0 }, merge: { when: "approved" }, parallel: { rebases: 1 } };
const BEHIND = { review: { enabled: false }, rebase: { when: "behind" } };
const REVIEW = {
  attempt: 1,
  head: HEAD,
  agent: "claude",
  model: "m",
  summary: "",
  coverage: [],
  dropped: [],
};

const ASKING = ["completed", "question", "question, without work", "quota, renewed in an hour"];
const EXPLORING = ["completed", "max_turns", "question", "completed, without work", "no_change_needed"];
const UNLUCKY = { luck: "mixed", mishaps: 2 } as const;
const HOPELESS = { luck: "bad", mishaps: Infinity } as const;
const ONCE = { bad: 1 } as const;
const TWICE = { bad: 2 } as const;

/** The states that a course must reach at least, and how long its ways may be. */
export type Row = [
  name: string,
  course: Partial<Course> & { from: Snapshot },
  states: number,
  longest: number,
];

const SILENT: Row[] = [
  ["any two bad ends", { from: PLAIN, ends: ALL_ENDS, ...TWICE, red: true }, 6000, 50],
  ["bad ends on and on", { from: PLAIN, ends: EACH_END }, 1000, 110],
  ["bad ends on and on, with little money", { from: POOR, ends: EACH_END, usd: 1.3, red: true }, 400, 40],
  ["a GitHub that loses and refuses", { from: PLAIN, ...UNLUCKY, red: true }, 4000, 60],
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

const MOVES = { bad: 0, ends: ["completed"] } as const;
const REBASING = ["completed", "timeout", "infrastructure", "quota, renewed in an hour", "conflict"];
const WISH = { by: ANNA, method: null, at: NOW } as const;
const GATED = { ...NO_RULES, gated: true };
const AUTO = { ...GATED, autoMerge: "allowed" } as const;
const UNGATED = { ...AUTO, gated: false };
const QUEUE = { ...GATED, queue: "enabled" } as const;
const LAST = { ...NO_RULES, mustCatchUp: true };
const AUTO_LAST = { ...AUTO, mustCatchUp: true };

/** From an approved pull request on, on a base that moves. */
const LANDING: Row[] = [
  ["a base that moves", { from: openIn(REVIEWS), ...MOVES, baseMoves: 2 }, 500, 60],
  ["a base that moves, without reviews", { from: openIn(ALONE), ...MOVES, baseMoves: 3 }, 250, 40],
  ["rebases that end badly", { from: openIn(ALONE), ends: REBASING, ...TWICE, baseMoves: 2 }, 800, 40],
  [
    "a GitHub that loses and refuses",
    { from: openIn(REVIEWS), ...MOVES, ...UNLUCKY, mishaps: 1, baseMoves: 1 },
    400,
    50,
  ],
  [
    "a wish to merge",
    { from: openIn(REVIEWS, { merge: WISH }), ...MOVES, ...UNLUCKY, baseMoves: 1 },
    500,
    40,
  ],
  [
    "a wish to merge by itself",
    { from: openIn(REVIEWS, { merge: WISH }, AUTO), rules: AUTO, ...MOVES, ...UNLUCKY, baseMoves: 1 },
    900,
    40,
  ],
  [
    "a wish to merge by itself, where anybody's push would get in",
    {
      from: openIn(REVIEWS, { merge: WISH }, UNGATED),
      rules: UNGATED,
      ...MOVES,
      ...UNLUCKY,
      baseMoves: 1,
    },
    500,
    40,
  ],
  [
    "a merge queue",
    {
      from: openIn(REVIEWS, { merge: WISH }, QUEUE),
      rules: QUEUE,
      ...MOVES,
      ...UNLUCKY,
      mishaps: 1,
      baseMoves: 1,
    },
    1000,
    50,
  ],
  [
    "a merge queue that anybody's push gets into",
    {
      from: openIn(REVIEWS, { merge: WISH }, { ...QUEUE, gated: false }),
      rules: { ...QUEUE, gated: false },
      ...MOVES,
      ...UNLUCKY,
      mishaps: 1,
      baseMoves: 1,
      words: [/merge$/],
    },
    100,
    50,
  ],
  [
    "a base that wants everybody to catch up",
    { from: openIn(BY_ITSELF, {}, LAST), rules: LAST, ...MOVES, ...UNLUCKY, mishaps: 1, baseMoves: 2 },
    700,
    50,
  ],
  [
    "a base that wants everybody to catch up, where GitHub merges by itself",
    {
      from: openIn(BY_ITSELF, {}, { ...AUTO_LAST, autoMerge: "on" }),
      rules: AUTO_LAST,
      ...MOVES,
      baseMoves: 2,
    },
    200,
    50,
  ],
  ["catching up with the base always", { from: openIn(BEHIND), ...MOVES, baseMoves: 3 }, 400, 50],
  ["others that land and rebase", { from: among(openIn(BY_ITSELF)), ...MOVES, baseMoves: 1 }, 500, 60],
  [
    "a word while the base moves",
    {
      from: openIn(REVIEWS),
      ...MOVES,
      baseMoves: 1,
      words: [/rebase|pushes|improve$|cancel|stop on|merge$/],
    },
    3000,
    40,
  ],
  [
    "two words while the base moves",
    {
      from: openIn(ALONE),
      ...MOVES,
      baseMoves: 1,
      words: [/pushes|stop on|merge$/, /rebase|pushes|stop off|merge$/],
    },
    4000,
    40,
  ],
  [
    "a word while GitHub merges",
    {
      from: openIn(REVIEWS, { merge: WISH }, AUTO),
      rules: AUTO,
      ...MOVES,
      ...UNLUCKY,
      mishaps: 1,
      words: [/./],
    },
    900,
    40,
  ],
  [
    "two words while GitHub merges",
    {
      from: openIn(REVIEWS, { merge: WISH }, { ...AUTO, autoMerge: "on" }),
      rules: AUTO,
      ends: ["completed", "agent_gave_up"],
      bad: 1,
      words: [/requested|line|stop on/, /stop|cancel|gza off|closed|run$/],
    },
    500,
    60,
  ],
  [
    "a word while it stands in the queue",
    { from: openIn(REVIEWS, { merge: WISH }, QUEUE), rules: QUEUE, ...MOVES, words: [/./] },
    1000,
    40,
  ],
  [
    "a word after the merge",
    {
      from: openIn(REVIEWS, { merge: WISH }),
      ...MOVES,
      ...UNLUCKY,
      mishaps: 1,
      words: [/revert|rebase|merge$/],
    },
    50,
    60,
  ],
];

export const COURSES: [when: string, rows: Row[]][] = [
  ["with nobody speaking", SILENT],
  ["with one word at any moment", SPOKEN],
  ["with two words", TWO_WORDS],
  ["landing", LANDING],
];

/** An approved and green pull request under this config. */
function openIn(config: object, body: Partial<RecordBody> = {}, rules: Rules = NO_RULES): Snapshot {
  const { gated: _, ...facts } = rules;
  const known = Config.parse(config);
  const findings = { ...NO_FINDINGS, review: REVIEW };
  const reviewing = known.review.enabled ? { verdict: verdict(), findings: findingsHash(findings) } : {};
  return ready(
    { ...reviewing, ...body },
    {
      pull: pull({ ...facts, checks: [check(), ...(known.review.enabled ? [reviewCheck(rules)] : [])] }),
      config: { kind: "config", blob: sha("d"), config: known },
      findings: known.review.enabled ? findings : null,
    },
  );
}

function reviewCheck({ gated }: Rules) {
  return check({ name: REVIEW_CHECK, own: true, required: gated, id: 62, run: null });
}

/** One that is ready to land changes the same, and another one is being rebased. */
function among(from: Snapshot): Snapshot {
  const other = record({ issue: 5, phase: "ready", reason: "ready", footprint: "*", urgent: true });
  const flight = { issue: 6, attempt: 1, kind: "rebase", agent: "claude", by: ANNA.id, reserved: 1 } as const;
  return { ...from, ledger: { ...from.ledger, records: [other], queue: board(from.ledger.queue, flight) } };
}

function issueIn(config: object, issue: Partial<IssueFacts> = {}): Snapshot {
  return snapshot({
    config: { kind: "config", blob: sha("d"), config: Config.parse(config) },
    issue: { ...snapshot().issue, ...issue },
  });
}

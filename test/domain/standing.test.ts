/** Where a task with a pull request stands, by GitHub's facts alone, and what it would have GZA do there. */
import { describe, expect, it } from "vitest";
import { atHead, attemptsOf, causeToWrite, dueFeedback, isRejected } from "../../src/domain/at-head.ts";
import type { Record as TaskRecord, RecordBody } from "../../src/domain/record.ts";
import type { Snapshot, ThreadFacts } from "../../src/domain/snapshot.ts";
import { standing } from "../../src/domain/standing.ts";
import {
  attempt,
  check,
  HEAD,
  NOW,
  pull,
  ready,
  rejected,
  reviewed,
  sha,
  thread,
  verdict,
} from "./snapshots.ts";
import { recordOf } from "./speech.ts";

const RED = pull({ checks: [check({ outcome: "failure", log: "Error: no." })] });
const BROKEN: Partial<Snapshot> = { config: { kind: "broken", blob: sha("d"), problems: [] } };
const OTHER = sha("3");
const WORDS: ThreadFacts[] = [thread("No.")];
const YOUNG: ThreadFacts[] = [
  thread("", {
    comments: [
      { by: { id: 11, login: "anna" }, isBot: false, isMine: false, key: null, at: NOW, body: "No." },
    ],
  }),
];

function stands(from: Snapshot): string {
  const { phase, reason, again } = standing(from, recordOf(from));
  return `${phase} ${reason} ${again?.slice(11) ?? "-"}`;
}

describe("a task stands as", () => {
  it.each<[string, Snapshot, string]>([
    ["waiting for its pull request, where there is none", ready({}, { pull: null }), "open waits_for_pull -"],
    [
      "waiting for GitHub to show its head",
      ready({}, { pull: pull({ head: OTHER }) }),
      "open waits_for_pull 12:00:10Z",
    ],
    [
      "waiting for its conflict, whatever the checks say",
      ready({}, { pull: { ...RED, mergeable: "conflicting" } }),
      "open conflicts -",
    ],
    [
      "waiting for checks that run",
      ready({}, { pull: pull({ checks: [check({ outcome: "queued" })] }) }),
      "open waits_for_checks 12:05:00Z",
    ],
    ["waiting for checks that are red", ready({}, { pull: RED }), "open waits_for_checks 12:05:00Z"],
    [
      "waiting for checks that are not there",
      ready({}, { pull: pull({ checks: [] }) }),
      "open waits_for_checks 12:05:00Z",
    ],
    [
      "having none, long after",
      ready({ head_at: "2026-03-01T11:00:00Z" }, { pull: pull({ checks: [] }) }),
      "open checks_missing 12:05:00Z",
    ],
    ["waiting for a review, where none is there", reviewed({ verdict: null }), "open waits_for_review -"],
    [
      "waiting for a review, where an older head has it",
      reviewed({ verdict: verdict({ head: OTHER }) }),
      "open waits_for_review -",
    ],
    ["waiting for a review, where it wants changes", rejected(), "open waits_for_review -"],
    ["waiting for a review, where the config cannot tell", reviewed({}, BROKEN), "open waits_for_review -"],
    [
      "waiting for a person to be quiet",
      reviewed({}, { pull: pull({ threads: YOUNG }) }),
      "open waits_for_feedback 12:05:00Z",
    ],
    [
      "waiting for GitHub to try the merge",
      reviewed({}, { pull: pull({ mergeable: "unknown" }) }),
      "open waits_for_mergeability 12:00:10Z",
    ],
    ["ready, approved", reviewed(), "ready ready -"],
    [
      "ready, approved with follow-ups",
      reviewed({ verdict: verdict({ value: "approved_with_followups" }) }),
      "ready ready -",
    ],
    ["ready, where nobody asks for a review", ready(), "ready ready -"],
  ])("%s", (_, from, expected) => {
    expect(stands(from)).toBe(expected);
  });
});

describe("a task may be worked on at its head", () => {
  it("where its open pull request shows it", () => {
    const from = reviewed();
    const record = recordOf(from);

    expect(atHead(from, record)).toMatchObject({
      record: { head: HEAD },
      pull: { number: 8 },
      config: { label: "gza" },
    });
  });

  it.each<[string, Partial<RecordBody>, Partial<Snapshot>]>([
    ["with an attempt in flight", { attempt: attempt() }, {}],
    ["without a head", { head: null }, {}],
    ["parked", { phase: "parked" }, {}],
    ["done", { phase: "done" }, {}],
    ["cancelled", { phase: "cancelled" }, {}],
    ["without a pull request", {}, { pull: null }],
    ["with a merged pull request", {}, { pull: pull({ state: "merged" }) }],
    ["with a closed pull request", {}, { pull: pull({ state: "closed" }) }],
    ["where GitHub has not caught up", {}, { pull: pull({ head: OTHER }) }],
    ["with a conflict", {}, { pull: pull({ mergeable: "conflicting" }) }],
    ["with a broken config", {}, BROKEN],
  ])("but not %s", (_, body, change) => {
    const from = reviewed(body, change);

    expect(atHead(from, recordOf(from))).toBeNull();
  });

  it("but not without a record", () => {
    expect(atHead(reviewed(), null)).toBeNull();
  });

  it.each(["queued", "open", "ready"] as const)("also while it is %s", (phase) => {
    const from = reviewed({ phase });

    expect(atHead(from, recordOf(from))).not.toBeNull();
  });
});

it.each<[string, Snapshot, string | null, boolean]>([
  [
    "red checks, before anything else",
    rejected(undefined, {}, { pull: { ...RED, threads: WORDS } }),
    "checks_red",
    true,
  ],
  [
    "a review that wants changes",
    rejected(undefined, {}, { pull: pull({ threads: WORDS }) }),
    "changes_requested",
    true,
  ],
  ["a review of an older head does not count", rejected(undefined, { head: OTHER }), null, false],
  ["a person's words, however young", reviewed({}, { pull: pull({ threads: YOUNG }) }), "feedback", false],
  ["nothing", reviewed(), null, false],
  ["nothing, not even a review", reviewed({ verdict: null }), null, false],
])("what would make GZA write: %s", (_, from, cause, rejects) => {
  const record = recordOf(from);

  expect(causeToWrite(from, record)).toBe(cause);
  expect(isRejected(record)).toBe(rejects);
});

it.each<[string, Partial<RecordBody>, ThreadFacts[], number]>([
  ["once they have been quiet", {}, WORDS, 1],
  ["not while they speak", {}, YOUNG, 0],
  ["at once on /gza improve", { wanted: { kind: "improve", how: "first" } }, YOUNG, 1],
  ["not at once on another wish", { wanted: { kind: "review", how: "first" } }, YOUNG, 0],
  ["not where there are none", { wanted: { kind: "improve", how: "first" } }, [], 0],
])("people's words are due %s", (_, body, threads, count) => {
  const from = reviewed(body, { pull: pull({ threads }) });

  expect(dueFeedback(from, recordOf(from))).toHaveLength(count);
});

it("attempts count by kind, since a person's last word, without those that nobody judges", () => {
  const attempts = [
    attempt({ n: 1, kind: "fix", end: "completed" }),
    attempt({ n: 2, kind: "fix", end: "completed" }),
    attempt({ n: 3, kind: "improve", end: "timeout" }),
    attempt({ n: 4, kind: "fix", end: "superseded" }),
    attempt({ n: 5, kind: "improve", end: "cancelled" }),
    attempt({ n: 6, kind: "fix", end: "verify_red" }),
  ];
  const record = (heard: number): TaskRecord => recordOf(ready({ attempts, heard }));

  expect([0, 1, 2, 6].map((heard) => attemptsOf(record(heard), "fix"))).toEqual([3, 2, 1, 0]);
  expect(attemptsOf(record(0), "improve")).toBe(1);
});

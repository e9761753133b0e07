/** Comments and pull requests as a whole: what stands in them besides the sentence of the hour. */
import { mergeMessage, mergeTitle } from "../../src/domain/merge-message.ts";
import { describe, expect, it } from "vitest";
import { bodyOf, duration, money, pullBody, pullTitle } from "../../src/domain/comments.ts";
import { list, stopped, unstopped } from "../../src/domain/sentence.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import {
  attempt,
  BRIEF,
  finding,
  HEAD,
  inFlight,
  NOW,
  pull,
  ready,
  rejected,
  report,
  returned,
  RETURNED,
  sha,
  task,
} from "./snapshots.ts";
import { recordOf } from "./speech.ts";

const RUNS = "https://github.test/acme/app/actions/runs";

function body(key: string, from: Snapshot): string[] {
  return bodyOf(key, from, recordOf(from)).split("\n");
}

it.each([
  [0, "0 s"],
  [59, "59 s"],
  [60, "1 min"],
  [89, "1 min"],
  [90, "2 min"],
  [3569, "59 min"],
  [3600, "1 h 0 min"],
  [3900, "1 h 5 min"],
  [90_000, "25 h 0 min"],
])("%i seconds are written %s", (seconds, written) => {
  expect(duration(seconds)).toBe(written);
});

it.each([
  [null, "no price known"],
  [0, "$0.00"],
  [0.126, "$0.13"],
  [12, "$12.00"],
])("%s dollars are written %s", (usd, written) => {
  expect(money(usd)).toBe(written);
});

it.each([
  [[], ""],
  [["a"], " (a)"],
  [["a", "b"], " (a, b)"],
  [["1", "2", "3", "4", "5"], " (1, 2, 3, 4, 5)"],
  [["1", "2", "3", "4", "5", "6"], " (1, 2, 3, 4, 5, …)"],
])("names %j are listed as %j", (names, written) => {
  expect(list(names)).toBe(written);
});

it.each([
  ["It failed", "It failed", "It failed."],
  ["It failed.", "It failed", "It failed."],
  ["It failed. . \n", "It failed", "It failed. . \n."],
  ["Why?", "Why?", "Why?"],
  ["v1.2 is out", "v1.2 is out", "v1.2 is out."],
  ["", "", ""],
])("the words %j end a sentence as %j and are one as %j", (words, end, whole) => {
  expect(unstopped(words)).toBe(end);
  expect(stopped(words)).toBe(whole);
});

describe("the pull request", () => {
  const first = attempt({ end: "completed", run: 501, turns: 12, seconds: 65, usd: 0.5 });

  it("has the brief's title, or the issue's, or at least its number", () => {
    const titled = (change: Partial<Snapshot>): string => {
      const from = task({}, change);
      return pullTitle(from, recordOf(from));
    };
    const issue = { ...task({}).issue, title: "As it is now" };

    expect(titled({ issue })).toBe("Fix the parser");
    expect(titled({ issue, brief: null })).toBe("As it is now");
    expect(titled({ brief: { ...BRIEF, title: "" } })).toBe("Issue 7");
    expect(titled({ brief: { ...BRIEF, title: "x".repeat(300) } }).length).toBeLessThanOrEqual(200);
  });

  it("says what it closes, what was done, who asked and who made it", () => {
    const from = returned({ summary: "Handles empty input." });
    const record = { ...recordOf(from), attempts: [first] };

    expect(pullBody(from, record).split("\n")).toEqual([
      "Closes #7",
      "",
      "Handles empty input.",
      "",
      `Asked for by anna. Made by [attempt 1](${RUNS}/501) in 12 turns, 1 min, $0.50.`,
      "",
      "It stays a draft until it is approved, green and mergeable. What happens meanwhile stands in the [status comment](https://github.test/acme/app/issues/7).",
    ]);
  });

  it("does without a summary and a link where there is none", () => {
    const from = task({});

    expect(pullBody(from, { ...recordOf(from), attempts: [{ ...first, run: null }] })).toMatch(
      /^Closes #7\n\nAsked for by anna\. Made by attempt 1 in 12 turns, 1 min, \$0\.50\.\n\n/,
    );
    expect(pullBody(from, recordOf(from))).toMatch(/^Closes #7\n\nAsked for by anna\. \n\n/);
  });

  it("is merged under its title, with the task in the message", () => {
    const from = ready({ spent: { attempts: 3, turns: 9, usd: 1 } });

    expect(mergeTitle(from, recordOf(from))).toBe("Fix the parser (#8)");
    expect(mergeMessage(from, recordOf(from))).toBe(
      "Closes #7\n\nGza-Task: #7\nGza-Asked-By: anna\nGza-Attempts: 3",
    );
  });

  it("is merged with a message in which git finds the trailers, whatever people wrote above", () => {
    const body = "Closes #7\n\nTwo parts.\n\n---\n\nOne: it is read.\n--- and written";
    const from = ready({}, { pull: pull({ body }) });

    expect(mergeMessage(from, recordOf(from))).toMatch(
      /^Closes #7\n\nTwo parts\.\n\n\*\*\*\n\nOne: it is read\.\n\*\*\* and written\n\nGza-Task: #7\n/,
    );
  });
});

describe("the status comment", () => {
  it("shows phase, pull request, review and every attempt, the one in flight last", () => {
    const known = [
      finding(),
      finding({ n: 2, severity: "followup", state: "disputed", fingerprint: "b".repeat(12), title: "Slow" }),
      finding({ n: 3, state: "fixed", fingerprint: "c".repeat(12) }),
    ];
    const ended = { end: "max_turns", ended: NOW, reserved: 0, turns: 12, seconds: 65, usd: null } as const;
    const attempts = [
      attempt({ n: 1, run: 501, ...ended }),
      attempt({ n: 2, how: "resume", ...ended, usd: 0.5 }),
    ];
    const from = rejected(known, {
      phase: "running",
      reason: "started",
      attempts,
      attempt: attempt({ n: 3, kind: "improve", run: 503 }),
    });
    const lines = body("status", from);

    expect(lines[0]).toBe("<!-- gza:status -->");
    expect(lines[1]).toMatch(/^\*\*Working\.\*\* [A-Z]/);
    expect(lines.slice(2)).toEqual([
      "",
      "Pull request: #8",
      "",
      `Review of ${HEAD.slice(0, 12)}: changes requested: 3 blockers`,
      "- F1, blocker: Empty input still fails",
      "- F2, follow-up, disputed: Slow",
      "",
      "| attempt | end | turns | time | cost |",
      "|---|---|---:|---:|---:|",
      `| [1 implement](${RUNS}/501) | max turns | 12 | 1 min | no price known |`,
      "| 2 implement (resume) | max turns | 12 | 1 min | $0.50 |",
      `| [3 improve](${RUNS}/503) | in flight | | | |`,
    ]);
  });

  it.each<[RecordBody["phase"], RecordBody["reason"], string]>([
    ["done", "merged", "Done"],
    ["cancelled", "command", "Called off"],
    ["parked", "timeout", "Needs you"],
    ["queued", "waits_for_room", "Waiting"],
    ["ready", "ready", "Ready"],
    ["open", "waits_for_checks", "Open"],
  ])("of a task that is %s (%s) begins with %s", (phase, reason, title) => {
    expect(body("status", task({ phase, reason }))[1]?.startsWith(`**${title}.** `)).toBe(true);
  });

  it("has no table before the first attempt, and no pull request before there is one", () => {
    const text = body("status", task({})).join("\n");

    expect(text).not.toContain("|");
    expect(text).not.toContain("Pull request");
  });

  it("names up to ten findings", () => {
    const known = Array.from({ length: 12 }, (_, index) =>
      finding({ n: index + 1, fingerprint: String(index).padStart(12, "0") }),
    );

    expect(body("status", rejected(known)).filter((line) => line.startsWith("- F"))).toHaveLength(10);
  });

  it("tells of lasting facts only, not of what a report or a refusal adds for now", () => {
    const from = returned({ end: "question", question: "Which list?" });
    const plain = inFlight();

    expect(body("status", from)).toEqual(body("status", plain));
  });
});

describe("the call for a person", () => {
  it("speaks to who asked, first what is the matter, then what to do", () => {
    const lines = body("parked:x", task({ phase: "parked", reason: "timeout" }));

    expect(lines[0]).toBe("<!-- gza:parked:x -->");
    expect(lines[1]).toMatch(/^@anna [A-Z]/);
    expect(lines[2]).toBe("");
    expect(lines[3]).toMatch(/[a-z]/);
  });
});

describe("the answer of an attempt to explore", () => {
  const kept = (answer: string | null): Snapshot => {
    const made = report({ kind: "explore", answer, work: null });
    return task(
      { phase: "done", reason: "answered", attempts: [attempt({ kind: "explore", end: "completed" })] },
      {
        unfinished: {
          oid: RETURNED,
          work: null,
          session: sha("6"),
          report: { kind: "report", report: made },
        },
      },
    );
  };

  it.each<[string, Snapshot, string]>([
    ["is said to who asked", kept("Because it does."), "Because it does."],
    [
      "is in the log, where it is not kept",
      task({ phase: "done", reason: "answered" }),
      "The answer stands in the log of the workflow run.",
    ],
    ["is in the log, where it is empty", kept(null), "The answer stands in the log of the workflow run."],
  ])("%s", (_, from, words) => {
    expect(body("explored:1", from)).toEqual(["<!-- gza:explored:1 -->", "@anna", "", words]);
  });
});

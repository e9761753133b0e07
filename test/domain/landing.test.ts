/** What a run brings back: how each kind of attempt lands, what is kept, and how it ends where it does not. */
import { describe, expect, it } from "vitest";
import type { Move } from "../../src/domain/decision.ts";
import { NO_FINDINGS, type Feedback } from "../../src/domain/finding.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import {
  ANNA,
  attempt,
  BASE,
  finding,
  HEAD,
  JOB,
  NOW,
  rejected,
  report,
  RETURNED,
  returned,
  reviewBack,
  run,
  sha,
} from "./snapshots.ts";
import { moveOf } from "./speech.ts";

const WORK = sha("5");
const KEPT = { name: "refs/gza/unfinished/7", before: null, after: RETURNED };
const BATON = { name: "refs/gza/attempts/7", before: RETURNED, after: null };

describe("what comes back", () => {
  const half = { base: BASE, head: WORK, commits: 1, files: 1, patch: "", finished: false };

  it("is kept aside where it does not land", () => {
    const { refs } = moveOf(returned({ end: "timeout", work: half }));

    expect(refs).toEqual([BATON, KEPT]);
  });

  it("takes away what was kept before, once it lands, and moves the branch", () => {
    const unfinished = {
      oid: sha("4"),
      work: WORK,
      session: null,
      report: { kind: "unreadable", why: "" },
    } as const;
    const { refs, record } = moveOf(returned({}, { unfinished }));

    expect(refs).toEqual([
      BATON,
      { name: "refs/gza/unfinished/7", before: sha("4"), after: null },
      { name: "refs/heads/gza/7-fix-the-parser", before: null, after: HEAD },
    ]);
    expect(record).toMatchObject({
      head: HEAD,
      head_at: NOW,
      landed: [HEAD],
      theirs: false,
      reason: "implemented",
    });
    expect(record.attempts).toMatchObject([{ end: "completed", turns: 3, seconds: 12, usd: 0.1 }]);
    expect(record.spent).toEqual({ attempts: 1, turns: 3, usd: 0.1 });
  });

  it.each<[string, object, Partial<RecordBody>, Partial<Snapshot>, [string, string]]>([
    ["nothing", { work: null }, {}, {}, ["empty_run", "queued"]],
    [
      "work without a commit",
      { work: { ...half, finished: true, commits: 0 } },
      {},
      {},
      ["empty_run", "queued"],
    ],
    ["work that is not finished", { work: { ...half, head: HEAD } }, {}, {}, ["bad_report", "parked"]],
    [
      "work on another base",
      { work: { ...half, head: HEAD, finished: true, base: sha("4") } },
      {},
      {},
      ["bad_report", "parked"],
    ],
    ["work for a task without a branch", {}, { branch: null }, {}, ["bad_report", "parked"]],
    ["a report of another attempt", { attempt: 2 }, {}, {}, ["bad_report", "parked"]],
    ["a report of another kind", { kind: "fix" }, {}, {}, ["bad_report", "parked"]],
    ["work for a branch that somebody else made", {}, {}, { branchHead: sha("3") }, ["superseded", "parked"]],
    [
      "a good end of work that outsiders' words asked for",
      {},
      { trusted: false },
      {},
      ["completed", "parked"],
    ],
  ])("as %s ends so", (_, change, body, more, [end, phase]) => {
    const from = returned(change, more);
    const kept =
      from.record.kind === "record"
        ? { ...from.record, record: { ...from.record.record, ...body } }
        : from.record;
    const { record } = moveOf({ ...from, record: kept });

    expect([record.attempts.at(-1)?.end, record.phase]).toEqual([end, phase]);
  });

  it("with another tip than the report says is none of ours", () => {
    const from = returned();
    const baton = from.baton.kind === "report" ? { ...from.baton, work: WORK } : from.baton;

    expect(moveOf({ ...from, baton }).record.attempts).toMatchObject([{ end: "bad_report" }]);
  });

  it("of a version that nobody knows is a fault of the set-up", () => {
    const from = returned();
    const baton =
      from.baton.kind === "report"
        ? { ...from.baton, report: { kind: "unknown_version", version: "2" } as const }
        : from.baton;

    expect(moveOf({ ...from, baton }).record).toMatchObject({
      phase: "parked",
      reason: "setup",
      attempts: [{ end: "bad_report" }],
    });
  });

  it("as an answer ends the task, which is said, and the report is kept for that", () => {
    const from = (answer: string | null) => {
      const back = returned({ kind: "explore", answer, work: null });
      const flying = attempt({ kind: "explore" });
      const { record } = back;
      return record.kind === "record"
        ? moveOf({
            ...back,
            record: { ...record, record: { ...record.record, kind: "explore", attempt: flying } },
          })
        : moveOf(back);
    };

    expect(from("Because.")).toMatchObject({
      story: "attempt 1 answered",
      record: { phase: "done", reason: "answered", attempts: [{ end: "completed", turns: 3 }] },
      refs: [BATON, KEPT],
    });
    expect(from("Because.").record.intents.map(({ key }) => key)).toContain("explored:1");
    expect(from(" \n").record.attempts).toMatchObject([{ end: "empty_run" }]);
    expect(from(null).record.attempts).toMatchObject([{ end: "empty_run" }]);
  });

  it("as no change needed ends the task with its evidence kept; with a pull request it is no good end", () => {
    expect(moveOf(returned({ end: "no_change_needed", work: null }))).toMatchObject({
      record: {
        phase: "done",
        reason: "no_change_needed",
        attempts: [{ end: "no_change_needed", turns: 3, usd: 0.1 }],
      },
      refs: [BATON, KEPT],
    });
  });
});

describe("a review that comes back", () => {
  it("is written down with what it took, and announced", () => {
    const { record, findings } = moveOf(reviewBack(1));

    expect(record).toMatchObject({
      phase: "open",
      reason: "changes_requested",
      verdict: { head: HEAD, patch: "9", blockers: 1 },
      attempts: [{ n: 1 }, { n: 2, end: "completed", turns: 3, usd: 0.1 }],
    });
    expect(record.intents.map(({ key }) => key)).toContain(`review:${HEAD.slice(0, 12)}`);
    expect(findings?.known).toHaveLength(1);
  });

  it.each<[string, object]>([
    ["of another head", { review: { head: sha("3"), patch: "9", dropped: [], gone: [] } }],
    ["without its diff", { review: null }],
    [
      "that saw only a part",
      {
        coverage: [
          { path: "a.ts", seen: true, why: null },
          { path: "b.ts", seen: false, why: "no room" },
        ],
      },
    ],
  ])("%s has failed, and is made once more", (_, change) => {
    expect(moveOf(reviewBack(0, change)).record).toMatchObject({
      phase: "queued",
      reason: "review_failed",
      attempts: [{ n: 1 }, { n: 2, end: "bad_report", turns: 3 }],
    });
  });

  it("without a word about what it saw has seen it", () => {
    expect(moveOf(reviewBack(0, { coverage: null })).record).toMatchObject({ reason: "approved" });
  });

  it.each<[string, Partial<RecordBody>, string]>([
    ["after a failed one", { attempts: [attempt({ n: 1, kind: "review", end: "bad_report" })] }, "parked"],
    ["after a good one", { attempts: [attempt({ n: 1, kind: "review", end: "completed" })] }, "queued"],
    [
      "after a failed one before a person's word",
      { attempts: [attempt({ n: 1, kind: "review", end: "bad_report" })], heard: 1 },
      "queued",
    ],
    [
      "after a bad report of another kind",
      { attempts: [attempt({ n: 1, kind: "improve", end: "bad_report" })] },
      "queued",
    ],
    [
      "after a failed one with an improve attempt between",
      {
        attempts: [
          attempt({ n: 1, kind: "review", end: "bad_report" }),
          attempt({ n: 2, kind: "improve", end: "completed" }),
        ],
      },
      "parked",
    ],
  ])("and fails %s", (_, body, phase) => {
    expect(moveOf(reviewBack(0, { findings: null }, body)).record.phase).toBe(phase);
  });
});

describe("an improve attempt that comes back", () => {
  const word = (id: string, at: string): Feedback => ({
    id: id.repeat(12),
    by: ANNA,
    at,
    body: "",
    path: null,
    line: null,
    thread: null,
  });
  const words = [word("c", "2026-03-01T11:59:00Z"), word("d", "2026-03-01T11:59:50Z")];
  const replies = [3, 1].map((n) => ({ attempt: n, feedback: "e".repeat(12), thread: "T", body: "" }));
  const known = [finding(), finding({ n: 2, severity: "followup", fingerprint: "b".repeat(12) })];

  function back(change: object, body: Partial<RecordBody> = {}): Move {
    const flying = attempt({ n: 4, kind: "improve", start: { base: BASE, head: HEAD } });
    const made = report({ attempt: 4, kind: "improve", work: null, ...change });
    const baton = {
      kind: "report",
      oid: RETURNED,
      at: NOW,
      job: JOB,
      work: null,
      report: { kind: "report", report: made },
    };
    return moveOf(
      rejected(known, { phase: "running", reason: "started", attempt: flying, ...body }, {
        findings: { ...NO_FINDINGS, known, words, replies },
        run: run(),
        baton,
      } as Partial<Snapshot>),
    );
  }
  const dispute = (which: string) => ({
    finding: which.repeat(12),
    how: "disputed",
    evidence: "It is right.",
  });

  it("and disputes every blocker is judged, whatever it says of the follow-ups", () => {
    expect(back({ closed: [dispute("a")] })).toMatchObject({
      story: "attempt 4 changed nothing and said why",
      record: {
        phase: "queued",
        reason: "disputed",
        attempts: [{ n: 1 }, { n: 4, end: "completed", turns: 3 }],
      },
    });
  });

  it("and disputes only follow-ups has changed nothing", () => {
    expect(back({ closed: [dispute("b")] }).record).toMatchObject({ phase: "parked", reason: "unchanged" });
  });

  it("has taken up what was said before it began, and only that; answers that are still due stay", () => {
    const { findings, record } = back(
      { closed: [dispute("a")] },
      { intents: [{ key: "replies:3", at: NOW }] },
    );

    expect(findings?.words).toEqual([words[1]]);
    expect(findings?.replies).toEqual([replies[0]]);
    expect(record.seen.feedback).toBe("2026-03-01T11:59:40Z");
    expect(record.intents.map(({ key }) => key)).not.toContain("replies:4");
  });
});

it("landed heads are remembered, the newest twelve", () => {
  const landed = Array.from({ length: 12 }, (_, index) => sha(index.toString(16)));
  const back = returned({ kind: "implement" });
  const { record } = back;
  if (record.kind !== "record") throw new Error("the test needs a record");

  expect(
    moveOf({ ...back, record: { ...record, record: { ...record.record, landed } } }).record.landed,
  ).toEqual([...landed.slice(1), HEAD]);
});

/** Checks of a head: how they are judged one by one, and what is made of red ones to the second. */
import { describe, expect, it } from "vitest";
import { areChecksOver, couldNotRun, isNewer, judgeChecks } from "../../src/domain/checks.ts";
import { decide } from "../../src/domain/decide.ts";
import type { Attempt, RecordBody } from "../../src/domain/record.ts";
import { sentenceFor } from "../../src/domain/sentences.ts";
import type { CheckFacts, Snapshot } from "../../src/domain/snapshot.ts";
import { standing } from "../../src/domain/standing.ts";
import {
  attempt,
  check,
  HEAD,
  inFlight,
  NOW,
  pull,
  ready,
  returned,
  reviewed,
  run,
  sha,
  thread,
} from "./snapshots.ts";

const JUST_SHORT = "2026-03-01T11:45:01Z";
const A_QUARTER = "2026-03-01T11:45:00Z";
const RED = { outcome: "failure", log: "Error: no." };
const NEWER = { id: 62, completedAt: "2026-03-01T11:59:30Z" };
const AGAIN = { head: HEAD, at: "2026-03-01T11:59:00Z", names: ["test"], checks: [61] };

function shows(checks: Partial<CheckFacts>[], body: Partial<RecordBody> = {}): Snapshot {
  return ready(body, { pull: pull({ checks: checks.map((one) => check(one)) }) });
}

function withBase(from: Snapshot, baseChecks: { name: string; outcome: string }[]): Snapshot {
  return { ...from, repository: { ...from.repository, baseChecks } };
}

function judged(from: Snapshot): string {
  const found = judgeChecks(from, NOW);
  return found.kind === "red" || found.kind === "pending"
    ? `${found.kind} ${found.names.join()}`
    : found.kind;
}

function kindBegun(from: Snapshot): string | null {
  return decide(from).move?.record.attempt?.kind ?? null;
}

function fix(n: number, change: Partial<Attempt> = {}): Attempt {
  return attempt({ n, kind: "fix", end: "completed", ended: NOW, reserved: 0, ...change });
}

function spent(attempts: number): Pick<RecordBody, "spent"> {
  return { spent: { attempts, turns: 0, usd: 0 } };
}

describe("the judgement", () => {
  it.each([
    ["success", "green"],
    ["neutral", "green"],
    ["skipped", "green"],
    ["failure", "red test"],
    ["error", "red test"],
    ["timed_out", "red test"],
    ["cancelled", "red test"],
    ["action_required", "red test"],
    ["startup_failure", "red test"],
    ["stale", "red test"],
    ["pending", "pending test"],
    ["queued", "pending test"],
    ["in_progress", "pending test"],
    ["waiting", "pending test"],
    ["expected", "pending test"],
  ])("of %s is %s", (outcome, expected) => {
    expect(judged(shows([{ outcome }]))).toBe(expected);
  });

  it.each<[string, Partial<CheckFacts>[], string]>([
    ["is by the required ones, where there are any", [{ required: true }, { ...RED, name: "lint" }], "green"],
    ["is by all of them, where none is required", [{}, { ...RED, name: "lint" }], "red lint"],
    [
      "waits for a required one that has not reported",
      [{}, { name: "e2e", required: true, outcome: "expected" }],
      "pending e2e",
    ],
    [
      "waits for what runs before it calls anything red",
      [RED, { name: "e2e", outcome: "queued" }],
      "pending e2e",
    ],
    ["names a check once, however often it shows", [RED, { ...RED, id: 62 }], "red test"],
    ["leaves out GZA's own", [{ ...RED, own: true, required: true }, {}], "green"],
  ])("%s", (_, checks, expected) => {
    expect(judged(shows(checks))).toBe(expected);
  });

  it("of no check at all is by whether the base has any", () => {
    const none = shows([{ own: true }]);

    expect(judgeChecks(withBase(none, []), NOW)).toEqual({ kind: "green", none: true });
    expect(judgeChecks(none, NOW)).toEqual({ kind: "missing", long: false });
    expect(judgeChecks(none, JUST_SHORT)).toEqual({ kind: "missing", long: false });
    expect(judgeChecks(none, A_QUARTER)).toEqual({ kind: "missing", long: true });
  });
});

describe("no check at all", () => {
  it.each([
    ["14 min 59 s", JUST_SHORT, "waits_for_checks"],
    ["a quarter of an hour", A_QUARTER, "checks_missing"],
  ])("for %s is told as %s and is never ready", (_, since, reason) => {
    const at = reviewed({ head_at: since }, { pull: pull({ checks: [] }) });

    const { move, again } = decide(at);

    expect(move?.record).toMatchObject({ phase: "open", reason });
    expect(again).not.toBeNull();
  });

  it("is said at ready where the base has none either", () => {
    const at = withBase(shows([]), []);
    if (at.record.kind !== "record") throw new Error("the test needs a record");

    expect(standing(at, at.record.record).phase).toBe("ready");
    expect(sentenceFor(at, at.record.record).what).toContain("The repository has no checks.");
  });
});

describe("over", () => {
  it.each<[string, Partial<CheckFacts>[], string, boolean]>([
    ["green", [{}], NOW, true],
    ["red", [RED], NOW, true],
    ["running", [{ outcome: "pending" }], JUST_SHORT, false],
    ["running for a quarter of an hour", [{ outcome: "pending" }], A_QUARTER, true],
    ["not there yet", [], JUST_SHORT, false],
    ["not there for a quarter of an hour", [], A_QUARTER, true],
  ])("checks that are %s", (_, checks, since, expected) => {
    const at = shows(checks, { head_at: since });

    expect(at.record.kind === "record" && areChecksOver(at, at.record.record)).toBe(expected);
  });
});

describe("a check that could not run", () => {
  it.each<[string, Partial<CheckFacts>, boolean]>([
    ["never started", { outcome: "startup_failure" }, true],
    ["was cancelled", { outcome: "cancelled" }, true],
    ["waits for an approval", { outcome: "action_required" }, true],
    ["has no such command", { outcome: "failure", log: "/x.sh: line 3: ruff: command not found" }, true],
    ["may not run its command", { outcome: "failure", log: "Process completed with exit code 126." }, true],
    ["ended with 127", { outcome: "failure", log: "Process completed with exit code 127." }, true],
    ["failed by its tests", { outcome: "failure", log: "Process completed with exit code 1." }, false],
    ["ended with 12", { outcome: "failure", log: "Process completed with exit code 12." }, false],
    ["ended with 1270", { outcome: "failure", log: "Process completed with exit code 1270." }, false],
    ["took too long", { outcome: "timed_out" }, false],
    ["left no log", { outcome: "failure", log: null }, false],
  ])("or could: it %s", (_, facts, expected) => {
    expect(couldNotRun(check(facts))).toBe(expected);
  });
});

describe("a result after the rerun", () => {
  it.each<[string, Partial<CheckFacts>, boolean]>([
    ["is new with another id", { id: 62, completedAt: "2026-03-01T11:58:00Z" }, true],
    ["is new when it runs", { id: 61, completedAt: null }, true],
    ["is new when it ended afterwards", { id: 61, completedAt: "2026-03-01T11:59:01Z" }, true],
    ["is stale with the old id and end", { id: 61, completedAt: "2026-03-01T11:58:59Z" }, false],
    ["is stale in the very second of the rerun", { id: 61, completedAt: AGAIN.at }, false],
    ["cannot be told from a status, which is taken as it is", { id: null }, true],
  ])("%s", (_, facts, expected) => {
    expect(isNewer(check(facts), AGAIN)).toBe(expected);
  });

  it.each([
    ["for 14 min 59 s is waited for", "2026-03-01T11:45:01Z", null],
    ["for a quarter of an hour is taken for the last word", "2026-03-01T11:45:00Z", "fix"],
  ])("that never comes %s", (_, at, kind) => {
    const stale = { ...RED, completedAt: "2026-03-01T11:40:00Z" };

    expect(kindBegun(shows([stale], { rerun: { ...AGAIN, at } }))).toBe(kind);
  });
});

describe("red checks", () => {
  it("are run again by their workflow runs, each once, with nothing else begun", () => {
    const at = shows([RED, { ...RED, name: "lint", id: 63 }, { ...RED, name: "e2e", id: 64, run: 72 }]);

    const { move, effects } = decide(at);

    expect(move?.record.rerun).toEqual({
      head: HEAD,
      at: NOW,
      names: ["test", "lint", "e2e"],
      checks: [61, 63, 64],
    });
    expect(effects.filter(({ kind }) => kind === "rerun_checks")).toEqual([
      { kind: "rerun_checks", head: HEAD, runs: [71, 72] },
    ]);
    expect(move?.record.attempt).toBeNull();
  });

  it("are run again once for each head that GZA lands", () => {
    const later = sha("2");
    const flying = attempt({ n: 2, kind: "fix", start: { base: sha("b"), head: HEAD } });
    const work = { base: sha("b"), head: later, commits: 1, files: 1, patch: "8", finished: true };
    const brought = returned({ attempt: 2, kind: "fix", work });
    const at = shows([RED], { phase: "running", reason: "started", attempt: flying, rerun: AGAIN });

    const { move } = decide({ ...at, baton: brought.baton, run: run() });
    const landed = move?.record;
    const red =
      landed &&
      decide(reviewed(landed, { branchHead: later, pull: pull({ head: later, checks: [check(RED)] }) }));

    expect(landed).toMatchObject({ head: later, reason: "fixed", phase: "open", theirs: false });
    expect(red?.move?.record).toMatchObject({ reason: "waits_for_rerun", rerun: { head: later } });
  });

  it.each<[string, Attempt[], string | null]>([
    ["one was made", [fix(1)], "fix"],
    ["two were made", [fix(1), fix(2)], null],
    ["two were made, one of them superseded by a push", [fix(1), fix(2, { end: "superseded" })], "fix"],
    ["two were made, one of them called off", [fix(1), fix(2, { end: "cancelled" })], "fix"],
  ])("get a fix, or none, when %s", (_, attempts, kind) => {
    expect(kindBegun(shows([{ ...RED, ...NEWER }], { rerun: AGAIN, attempts, ...spent(2) }))).toBe(kind);
  });

  it("get two more fixes after a person's word", () => {
    const at = shows([{ ...RED, ...NEWER }], {
      rerun: AGAIN,
      attempts: [fix(1), fix(2)],
      heard: 2,
      ...spent(2),
    });

    expect(kindBegun(at)).toBe("fix");
  });

  it.each<[string, Snapshot]>([
    [
      "on the base too",
      withBase(shows([{ ...RED, ...NEWER }], { rerun: AGAIN, wanted: { kind: "improve", how: "first" } }), [
        { name: "test", outcome: "failure" },
      ]),
    ],
    [
      "on a person's head",
      shows([{ ...RED, ...NEWER }], {
        rerun: AGAIN,
        wanted: { kind: "improve", how: "first" },
        theirs: true,
      }),
    ],
    [
      "that could not run",
      shows([{ ...NEWER, outcome: "startup_failure" }], {
        rerun: AGAIN,
        wanted: { kind: "improve", how: "first" },
      }),
    ],
  ])("%s get a fix all the same when a person says so", (_, at) => {
    const { move } = decide(at);

    expect(move?.record).toMatchObject({ attempt: { kind: "fix" }, wanted: null });
  });

  it("of which one is red on the base get a fix of the others alone", () => {
    const both = [
      { ...RED, ...NEWER },
      { ...RED, ...NEWER, id: 63, name: "lint", log: "lint: no." },
    ];
    const { move } = decide(withBase(shows(both, { rerun: AGAIN }), [{ name: "test", outcome: "failure" }]));

    expect(move?.job?.kind === "new" && move.job.job.checks).toEqual([{ name: "lint", log: "lint: no." }]);
  });

  it("of which one could not run and the other is red on the base get none", () => {
    const both = [
      { ...NEWER, outcome: "startup_failure" },
      { ...RED, ...NEWER, id: 63, name: "lint" },
    ];
    const at = withBase(shows(both, { rerun: AGAIN }), [{ name: "lint", outcome: "failure" }]);

    expect(decide(at).move?.record).toMatchObject({ phase: "parked", reason: "checks_red" });
  });

  it("of which one could not run get a fix of the others alone", () => {
    const both = [
      { ...NEWER, outcome: "startup_failure" },
      { ...RED, ...NEWER, id: 63, name: "lint", log: "lint: no." },
    ];
    const { move } = decide(shows(both, { rerun: AGAIN }));

    expect(move?.job?.kind === "new" && move.job.job.checks).toEqual([{ name: "lint", log: "lint: no." }]);
  });

  it("are run again alone, though another workflow has a green check of their name", () => {
    const { effects } = decide(shows([RED, { id: 62, run: 72 }]));

    expect(effects).toContainEqual({ kind: "rerun_checks", head: HEAD, runs: [71] });
  });

  it("come before a person's words, and the words are not lost to the fix", () => {
    const words = [thread("Please a list.")];
    const red = pull({ checks: [check({ ...RED, ...NEWER })], threads: words });
    const { move } = decide(ready({ rerun: AGAIN }, { pull: red }));

    expect(move?.record).toMatchObject({ attempt: { kind: "fix" }, seen: { feedback: null } });
    expect(move?.job?.kind === "new" && move.job.job.feedback).toEqual([]);
  });

  it.each([
    ["green", { outcome: "success" }, "open"],
    ["running", { outcome: "pending" }, "open"],
    ["red as before", { ...RED, ...NEWER }, undefined],
  ])("that wait for a person and are %s", (_, facts, phase) => {
    const at = shows([facts], { phase: "parked", reason: "checks_red", rerun: AGAIN });

    expect(decide(at).move?.record.phase).toBe(phase);
  });

  it("wait for the attempt in flight", () => {
    const flying = inFlight({ pull: pull({ checks: [check(RED)] }) });

    expect(decide(flying)).toMatchObject({ rule: 9, move: null });
  });
});

describe("a log that GitHub has not shown yet", () => {
  it.each([
    ["59 s after the end is waited for", "2026-03-01T11:59:01Z", null],
    ["a minute after the end is done without", "2026-03-01T11:59:00Z", "fix"],
  ])("%s", (_, completedAt, kind) => {
    const late = { outcome: "failure", log: "", id: 62, completedAt };

    expect(kindBegun(shows([late], { rerun: { ...AGAIN, at: "2026-03-01T11:50:00Z" } }))).toBe(kind);
  });
});

/** Moves: what is folded in of what was seen since, what the new state announces, and what a started attempt stands for. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import { NO_FINDINGS } from "../../src/domain/finding.ts";
import { heldUntil } from "../../src/domain/queue.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { counted, endAttempt, moveTo, onwards } from "../../src/domain/transition.ts";
import {
  attempt,
  comment,
  finding,
  GUEST,
  HEAD,
  inFlight,
  JOB,
  NOW,
  pull,
  ready,
  record,
  rejected,
  snapshot,
  task,
} from "./snapshots.ts";
import { recordOf } from "./speech.ts";

function moved(from: Snapshot, change: Partial<RecordBody> = {}): RecordBody {
  return moveTo(from, recordOf(from), { story: "a test", change }).record;
}

function keys({ intents }: RecordBody): string[] {
  return intents.map(({ key }) => key);
}

describe("the time of a state", () => {
  it.each<[string, Partial<RecordBody>, boolean]>([
    ["begins with another phase", { phase: "running" }, true],
    ["begins with another reason", { reason: "waits_for_room" }, true],
    ["goes on with neither", { urgent: true }, false],
  ])("%s", (_, change, isNew) => {
    expect(moved(task({}), change).since).toBe(isNew ? NOW : "2026-03-01T11:59:30Z");
  });
});

describe("what was seen since", () => {
  it.each<[string, Snapshot, Partial<RecordBody>]>([
    [
      "the base of the pull request",
      ready({ base: "old" }, { pull: pull({ base: "main" }) }),
      { base: "main" },
    ],
    ["the default branch, before there is a pull request", task({ base: "old" }), { base: "main" }],
    [
      "no other base, while the pull request cannot be seen",
      ready({ base: "old" }, { pull: null }),
      { base: "old" },
    ],
    [
      "the label that makes it urgent",
      task({}, { issue: { ...snapshot().issue, labels: ["gza", "gza:urgent"] } }),
      { urgent: true },
    ],
    ["that it was taken off", task({ urgent: true }), { urgent: false }],
    [
      "no label of an issue that is gone",
      task({ urgent: true }, { issue: { ...snapshot().issue, gone: true } }),
      { urgent: true },
    ],
    [
      "the status comment",
      task({}, { said: new Map([["status", { id: 905, nodeId: "N", body: "", isMinimised: false }]]) }),
      { status_comment: 905 },
    ],
    [
      "no other status comment, while none can be seen",
      task({ status_comment: 900 }),
      { status_comment: 900 },
    ],
    ["the run of the attempt", inFlight(), { attempt: attempt({ run: 501 }) }],
    [
      "no other run, while none can be seen",
      task({ attempt: attempt({ run: 400 }) }),
      { attempt: attempt({ run: 400 }) },
    ],
  ])("is written down: %s", (_, from, expected) => {
    expect(moved(from)).toMatchObject(expected);
  });

  it.each<[string, ReturnType<typeof comment>[], number]>([
    ["everything, where nothing commands", [comment("Hello.", { id: 5 }), comment("There.", { id: 6 })], 6],
    [
      "all before the first command",
      [comment("Hello.", { id: 5 }), comment("/gza merge", { id: 6 }), comment("There.", { id: 7 })],
      5,
    ],
    ["an edited command, which is none", [comment("/gza merge", { id: 5, edited: NOW })], 5],
    ["nothing, where a command comes first", [comment("/gza merge", { id: 5 })], 3],
    ["never less than before", [comment("Hello.", { id: 2 })], 3],
  ])("of the comments is %s", (_, comments, id) => {
    expect(moved(task({ seen: { comment: 3, feedback: null } }, { comments })).seen.comment).toBe(id);
  });

  it("takes no cursor back that the move sets on", () => {
    const from = task(
      { seen: { comment: 3, feedback: "2026-03-01T11:00:00Z" } },
      { comments: [comment("Hello.", { id: 9 })] },
    );

    expect(moved(from, { seen: { comment: 5, feedback: null } }).seen).toEqual({
      comment: 9,
      feedback: "2026-03-01T11:00:00Z",
    });
    expect(moved(from, { seen: { comment: 12, feedback: NOW } }).seen).toEqual({
      comment: 12,
      feedback: NOW,
    });
  });
});

describe("a new state announces", () => {
  const known = { status_comment: 900 };

  it.each<[string, Snapshot, Partial<RecordBody>, string[]]>([
    [
      "its status comment, where there is none yet",
      task({}),
      { phase: "running", reason: "started" },
      ["status"],
    ],
    ["no status comment of a task that was only asked for", task({}), { urgent: true }, []],
    [
      "its pull request",
      task({ ...known, head: HEAD }, { branchHead: HEAD }),
      { phase: "open", reason: "implemented" },
      ["pull"],
    ],
    ["no pull request without work", task(known), { phase: "open", reason: "implemented" }, []],
    [
      "no second pull request",
      task({ ...known, head: HEAD, pull: 8 }, { branchHead: HEAD }),
      { phase: "open", reason: "implemented" },
      [],
    ],
    [
      "a call for a person",
      task(known),
      { phase: "parked", reason: "timeout" },
      ["parked:20260301t120000z.timeout"],
    ],
    [
      "no second call for the same",
      task({ ...known, phase: "parked", reason: "timeout" }),
      { urgent: true },
      [],
    ],
    [
      "another call for something else",
      task({ ...known, phase: "parked", reason: "timeout" }),
      { reason: "silence" },
      ["parked:20260301t120000z.silence"],
    ],
    [
      "that it is ready, and the draft's end",
      ready({ phase: "open" }, { pull: pull({ draft: true }) }),
      { phase: "ready", reason: "ready" },
      [`ready:${HEAD.slice(0, 12)}`, "undraft"],
    ],
    [
      "that it is ready, where it is no draft",
      ready({ phase: "open" }),
      { phase: "ready", reason: "ready" },
      [`ready:${HEAD.slice(0, 12)}`],
    ],
    ["nothing again, where it was ready", ready({}, { pull: pull({ draft: true }) }), { urgent: true }, []],
    [
      "the issue's and the branch's end, where it is merged",
      ready(),
      { phase: "done", reason: "merged" },
      ["close", "branch"],
    ],
    ["neither, where it ends otherwise", ready(), { phase: "done", reason: "no_change_needed" }, []],
    ["neither, where it is called off", ready(), { phase: "cancelled", reason: "command" }, []],
  ])("%s", (_, from, change, expected) => {
    expect(keys(moved(from, change))).toEqual(expected);
  });

  it("nothing twice, and what is done is forgotten", () => {
    const from = task(
      {
        ...known,
        intents: [
          { key: "run:5", at: "2026-03-01T11:00:00Z" },
          { key: "close", at: NOW },
        ],
      },
      { issue: { ...snapshot().issue, state: "closed" } },
    );
    const { record: after } = moveTo(from, recordOf(from), {
      story: "a test",
      change: {},
      intents: ["run:5", "run:6"],
    });

    expect(after.intents).toEqual([
      { key: "run:5", at: "2026-03-01T11:00:00Z" },
      { key: "run:6", at: NOW },
    ]);
  });

  it("at most twenty-four things, the newest", () => {
    const intents = Array.from({ length: 24 }, (_, index) => ({ key: `run:${index + 1}`, at: NOW }));
    const after = moved(task({ ...known, intents }), { phase: "parked", reason: "timeout" });

    expect(keys(after)).toEqual([...keys(record({ intents })).slice(1), "parked:20260301t120000z.timeout"]);
  });
});

describe("an attempt that ends", () => {
  it("took as long as the clock says, unless its report says otherwise", () => {
    const from = inFlight();

    expect(endAttempt(from, attempt(), { end: "timeout" }).ended).toMatchObject({
      seconds: 20,
      ended: NOW,
      reserved: 0,
      run: 501,
    });
    expect(
      endAttempt(from, attempt({ claimed: "2026-03-01T13:00:00Z" }), { end: "timeout" }).ended.seconds,
    ).toBe(0);
    expect(endAttempt(from, attempt(), { end: "timeout", seconds: 7 }).ended.seconds).toBe(7);
  });

  it.each<[string, { usd?: number | null }, number]>([
    ["what it says", { usd: 1.5 }, 1.5],
    ["nothing, where no price is known", { usd: null }, 0],
    ["all that was held for it, where nobody knows", {}, 10],
  ])("costs the day %s", (_, found, spent) => {
    expect(endAttempt(inFlight(), attempt(), { end: "timeout", ...found }).queue.spent).toBe(spent);
  });

  it("takes its baton away, where there is one, and holds its agent where a quota says so", () => {
    const until = "2026-03-01T15:00:00Z";
    const held = endAttempt(inFlight(), attempt(), { end: "quota", resetAt: until });

    expect(held.refs).toEqual([{ name: "refs/gza/attempts/7", before: JOB, after: null }]);
    expect(heldUntil(held.queue, "claude", NOW)).toBe(until);
    expect(heldUntil(endAttempt(inFlight(), attempt(), { end: "quota" }).queue, "claude", NOW)).toBeNull();
    expect(endAttempt(task({}), attempt(), { end: "timeout" }).refs).toEqual([]);
  });

  it("is counted to the hundredth of a cent", () => {
    const before = record({ spent: { attempts: 2, turns: 5, usd: 0.1 }, attempt: attempt() });

    expect(counted(before, attempt({ turns: 3, usd: 0.2 }))).toMatchObject({
      attempt: null,
      spent: { attempts: 3, turns: 8, usd: 0.3 },
    });
    expect(counted(before, attempt({ usd: null })).spent.usd).toBe(0.1);
  });

  it("leaves the task at its head, or at its beginning", () => {
    expect(onwards(record({ head: HEAD }))).toEqual({ phase: "open", reason: "waits_for_checks" });
    expect(onwards(record())).toEqual({ phase: "queued", reason: "asked" });
  });
});

describe("in a locked conversation", () => {
  const locked = (from: Snapshot): Snapshot => ({ ...from, issue: { ...from.issue, locked: true } });

  it("nothing is said on the issue, and nobody is refused there", () => {
    const from = locked({
      ...snapshot(),
      issue: { ...snapshot().issue, labelled: [{ on: true, at: NOW, by: GUEST }] },
    });

    expect(decide(from).effects).toEqual([]);
    expect(decide({ ...from, issue: { ...from.issue, locked: false } }).effects).toMatchObject([
      { kind: "say", on: 7 },
    ]);
  });

  it("labels are set, as long as the issue is there, and the status comment is left", () => {
    const kinds = (from: Snapshot): string[] => decide(from).effects.map(({ kind }) => kind);
    const said = new Map([["status", { id: 900, nodeId: "N", body: "Old.", isMinimised: false }]]);
    const from = task({ phase: "parked", reason: "timeout", status_comment: 900 }, { said });

    expect(kinds(from)).toEqual(["set_labels", "edit_status"]);
    expect(kinds(locked(from))).toEqual(["set_labels"]);
  });
});

describe("a task at its end", () => {
  const ended = (body: Partial<RecordBody>, change: Partial<Snapshot> = {}) =>
    decide(task({ phase: "cancelled", reason: "command", status_comment: 900, ...body }, change));
  const intents = [{ key: "run:5", at: NOW }];

  it("is looked at until everything it announced is seen done, then that is forgotten", () => {
    expect(ended({ intents })).toMatchObject({ move: null, again: "2026-03-01T12:02:00Z" });
    expect(ended({ intents }, { evidence: [{ kind: "run_cancelled", run: 5 }] }).move).toMatchObject({
      story: "everything is said and done",
      record: { intents: [] },
    });
    expect(ended({})).toMatchObject({ move: null, again: null });
  });

  it("is looked at half a minute later, where something still has to be shown", () => {
    const shown = ended(
      { intents },
      {
        evidence: [{ kind: "run_cancelled", run: 5 }],
        issue: { ...snapshot().issue, labels: ["gza:ready"] },
      },
    );

    expect(shown).toMatchObject({ move: null, again: "2026-03-01T12:00:30Z" });
  });

  it("announces again what nobody saw done for two minutes", () => {
    expect(ended({ intents: [{ key: "run:5", at: "2026-03-01T11:58:00Z" }] })).toMatchObject({
      move: {
        story: "announced again what nobody saw done",
        record: { intents: [{ key: "run:5", at: NOW }] },
      },
      effects: [{ kind: "cancel_run", run: 5 }],
    });
  });
});

it("without rules nothing is decided", () => {
  expect(decide(snapshot(), [])).toEqual({
    rule: 20,
    reason: "not_asked",
    move: null,
    effects: [],
    again: null,
  });
});

it("findings that a move writes are those that its effects see", () => {
  const from = rejected([finding()], { wanted: { kind: "improve", how: "first" } });

  expect(
    moveTo(from, recordOf(from), { story: "a test", change: {}, findings: NO_FINDINGS }).record.findings,
  ).not.toBe(recordOf(from).findings);
});

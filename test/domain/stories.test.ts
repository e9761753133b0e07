/** The task's story: the first line of each commit of its record, and what the same move takes with it. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import {
  ANNA,
  attempt,
  BASE,
  check,
  GUEST,
  HEAD,
  inFlight,
  JOB,
  NOW,
  pull,
  ready,
  RETURNED,
  returned,
  reviewBack,
  run,
  sha,
  snapshot,
  task,
} from "./snapshots.ts";
import { moveOf, says } from "./speech.ts";

const BEN = { id: 13, login: "ben" };
const RED = { outcome: "failure", log: "Error: no." };

function intentsOf(from: Snapshot): string[] {
  return moveOf(from).record.intents.map(({ key }) => key);
}

function issue(change: Partial<Snapshot["issue"]>): Pick<Snapshot, "issue"> {
  return { issue: { ...snapshot().issue, ...change } };
}

describe("the story says", () => {
  it.each<[string, Snapshot]>([
    ["asked by @anna", snapshot()],
    ["called off by @anna", says("/gza cancel", task({}))],
    [
      "label taken off",
      task(
        {},
        issue({ labels: [], labelled: [...snapshot().issue.labelled, { on: false, at: NOW, by: ANNA }] }),
      ),
    ],
    [
      "issue closed by @ben",
      task(
        {},
        issue({
          state: "closed",
          closed: [
            { at: NOW, by: ANNA },
            { at: NOW, by: BEN },
          ],
        }),
      ),
    ],
    ["issue closed", task({}, issue({ state: "closed", closed: [{ at: NOW, by: null }] }))],
    ["issue closed", task({}, issue({ state: "closed", closed: [] }))],
    ["the issue is not there any more", task({}, issue({ gone: true }))],
    ["pull request closed", ready({}, { pull: pull({ state: "closed" }) })],
    ["merged pull request #8 by @ben", ready({}, { pull: pull({ state: "merged", mergedBy: BEN }) })],
    [
      "merged pull request #8",
      ready({}, { pull: pull({ state: "merged", mergedBy: { id: 99, login: "gza[bot]" } }) }),
    ],
    ["merged pull request #8", ready({}, { pull: pull({ state: "merged", mergedBy: null }) })],
    [
      "adopted 3333333, which a person pushed",
      ready({}, { branchHead: sha("3"), pull: pull({ head: sha("3") }) }),
    ],
    ["@anna changed the text", task({}, issue({ body: "Other.", edited: { by: ANNA, at: NOW } }))],
    [
      "@guest, who may not write, changed the text",
      task({}, issue({ body: "Other.", edited: { by: GUEST, at: NOW } })),
    ],
    [
      "@ghost, who may not write, changed the text",
      task({}, issue({ body: "Other.", edited: { by: null, at: NOW } })),
    ],
    ["started implement, attempt 1", task({})],
    ["landed attempt 1: 1 commit, 2 files", returned()],
    [
      "landed attempt 1: 2 commits, 1 file",
      returned({ work: { base: BASE, head: HEAD, commits: 2, files: 1, patch: "", finished: true } }),
    ],
    ["attempt 1 ended: agent gave up", returned({ end: "agent_gave_up" })],
    ["attempt 1 ended: empty run", returned({ work: null })],
    ["no change is needed", returned({ end: "no_change_needed", work: null })],
    ["attempt 1 ended: run cancelled", inFlight({ run: run({ conclusion: "cancelled" }) })],
    [
      "dispatched attempt 1 again: no run had started",
      inFlight({ run: null, baton: { kind: "job", oid: JOB, at: "2026-03-01T11:58:00Z" } }),
    ],
    ["attempt 1 lost its baton to somebody else", inFlight({ baton: { kind: "none" } })],
    ["reviewed 1111111: changes requested, 2 blockers, 0 follow-ups", reviewBack(2)],
    ["reviewed 1111111: changes requested, 1 blocker, 0 follow-ups", reviewBack(1)],
    ["the review of attempt 2 could not be used", reviewBack(1, { findings: null })],
    [
      "runs red checks again: test, lint",
      ready({}, { pull: pull({ checks: [check(RED), check({ ...RED, name: "lint", id: 62 })] }) }),
    ],
    [
      "opened pull request #8",
      task(
        { phase: "open", reason: "implemented", head: HEAD, head_at: NOW, landed: [HEAD] },
        { branchHead: HEAD, pull: pull() },
      ),
    ],
    [
      "ready to merge",
      ready({ phase: "open", reason: "waits for checks".replaceAll(" ", "_") as "waits_for_checks" }),
    ],
    ["waits for checks", ready({}, { pull: pull({ checks: [check({ outcome: "queued" })] }) })],
    ["refused @guest, who may not write", says("/gza merge", ready(), { by: GUEST })],
  ])("%s", (story, from) => {
    expect(moveOf(from).story.startsWith(story)).toBe(true);
    expect(moveOf(from).story).toMatch(/^[@\w].{2,200}$/);
  });
});

describe("the attempt in flight", () => {
  const flying = attempt({ run: 501 });

  it.each<[string, Partial<Snapshot>, Partial<RecordBody>]>([
    [
      "merged",
      { pull: pull({ state: "merged", mergedBy: BEN }) },
      { phase: "done", reason: "merged", pull: 8 },
    ],
    ["closed", issue({ state: "closed" }), { phase: "cancelled", reason: "issue_closed" }],
  ])("is fenced, counted and its run stopped when the task is %s", (_, change, state) => {
    const from = inFlight(change);
    const { record, refs, queue } = moveOf({
      ...from,
      ledger: {
        ...from.ledger,
        queue: {
          ...from.ledger.queue,
          flight: [{ issue: 7, attempt: 1, kind: "implement", agent: "claude", by: 11, reserved: 10 }],
        },
      },
    });

    expect(record).toMatchObject({ ...state, attempt: null, spent: { attempts: 1 } });
    expect(record.attempts).toMatchObject([{ n: 1, end: "cancelled", run: 501, reserved: 0, ended: NOW }]);
    expect(refs).toEqual([{ name: "refs/gza/attempts/7", before: JOB, after: null }]);
    expect(queue).toMatchObject({ flight: [], spent: 10 });
    expect(record.intents.map(({ key }) => key)).toContain("run:501");
  });

  it.each<[string, Partial<Snapshot>]>([
    ["merged", { pull: pull({ state: "merged", mergedBy: null }) }],
    ["closed", issue({ state: "closed" })],
    [
      "taken by somebody else",
      {
        baton: {
          kind: "report",
          oid: RETURNED,
          at: NOW,
          job: sha("f"),
          work: null,
          report: { kind: "unreadable", why: "no" },
        },
      },
    ],
  ])("has no run to stop, where none is known, when the task is %s", (_, change) => {
    expect(intentsOf(inFlight({ run: null, ...change })).filter((key) => key.startsWith("run:"))).toEqual([]);
  });

  it("whose baton is another one's ends, the baton goes, and its run is stopped", () => {
    const baton = { kind: "job", oid: sha("f"), at: NOW } as const;
    const { record, refs } = moveOf(inFlight({ baton }));

    expect(record).toMatchObject({ phase: "queued", reason: "asked", attempts: [{ end: "superseded" }] });
    expect(record.intents.map(({ key }) => key)).toContain("run:501");
    expect(refs).toEqual([{ name: "refs/gza/attempts/7", before: sha("f"), after: null }]);
    expect(moveOf(inFlight({ baton: { kind: "none" } })).refs).toEqual([]);
  });

  it("is not told apart by a run that the App did not dispatch", () => {
    const from = task(
      { phase: "running", reason: "started", attempt: { ...flying, run: 400 } },
      { baton: { kind: "job", oid: JOB, at: NOW }, run: run({ conclusion: "failure" }) },
    );

    expect(decide(from).move).toBeNull();
    expect(decide({ ...from, run: run({ id: 400, genuine: false }) }).move).toBeNull();
    expect(moveOf({ ...from, run: run({ id: 400, conclusion: "failure" }) }).record.attempts).toMatchObject([
      { end: "infrastructure" },
    ]);
  });

  it.each<[string, Partial<Snapshot>, string]>([
    [
      "in two minutes, before its run shows",
      { run: null, baton: { kind: "job", oid: JOB, at: NOW } },
      "2026-03-01T12:02:00Z",
    ],
    [
      "soon, where these are over",
      { run: run({ status: "queued" }), baton: { kind: "job", oid: JOB, at: "2026-03-01T11:00:00Z" } },
      "2026-03-01T12:05:00Z",
    ],
    ["in five minutes, while it runs", {}, "2026-03-01T12:05:00Z"],
  ])("is looked at again %s", (_, change, again) => {
    expect(decide(inFlight(change))).toMatchObject({ rule: 9, move: null, again });
  });

  it("ends as lost when no runner took it for a day, not when one works on it", () => {
    const at = (status: "queued" | "in_progress", createdAt: string) =>
      decide(inFlight({ run: run({ status, createdAt }) })).move?.record.attempts.at(-1)?.end;

    expect(at("queued", "2026-02-28T11:59:59Z")).toBe("runner_lost");
    expect(at("queued", "2026-02-28T12:00:00Z")).toBeUndefined();
    expect(at("in_progress", "2026-02-27T12:00:00Z")).toBeUndefined();
  });

  it("is handed out again after two minutes without a run, not a second before", () => {
    const since = (at: string) => decide(inFlight({ run: null, baton: { kind: "job", oid: JOB, at } }));

    expect(since("2026-03-01T11:58:01Z").move).toBeNull();
    expect(since("2026-03-01T11:58:00Z")).toMatchObject({
      move: { record: { reason: "dispatch_lost" }, job: { kind: "again", before: JOB } },
    });
    expect(since("2026-03-01T11:58:00Z").effects[0]).toEqual({ kind: "dispatch", attempt: 1, ref: "main" });
  });

  it("that GitHub refused to dispatch parks the task; another attempt's refusal does not", () => {
    const refused = (n: number) =>
      decide(
        inFlight({
          run: null,
          evidence: [{ kind: "dispatch_refused", attempt: n, status: 422, message: "" }],
        }),
      );

    expect(refused(1).move?.record).toMatchObject({ phase: "parked", reason: "setup" });
    expect(refused(2).move).toBeNull();
  });
});

it("a pull request that GitHub refuses is not asked for again until somebody has mended it", () => {
  const body = { phase: "open", reason: "implemented", head: HEAD, head_at: NOW } as const;
  const intents = ["pull", "status"].map((key) => ({ key, at: NOW }));
  const { record } = moveOf(
    task(
      { ...body, intents },
      { branchHead: HEAD, evidence: [{ kind: "pull_refused", status: 422, message: "no" }] },
    ),
  );

  expect(record).toMatchObject({ phase: "parked", reason: "setup" });
  expect(record.intents.map(({ key }) => key)).not.toContain("pull");
  expect(decide(task({ ...body, intents }, { branchHead: HEAD }))).toMatchObject({
    rule: 14,
    reason: "waits_for_pull",
  });
});

it("a record that GZA did not write is told once, with its label", () => {
  const from = snapshot({
    record: { kind: "unreadable", oid: sha("8"), why: "its signature is wrong", lastGood: null },
  });
  const key = `record:${"8".repeat(12)}`;
  const labels = { kind: "set_labels", on: 7, add: ["gza:needs-you"], remove: [] };
  const told = new Map([[key, { id: 1, nodeId: "N", body: "", isMinimised: false }]]);

  expect(decide(from)).toMatchObject({
    rule: 1,
    reason: "unreadable_record",
    effects: [{ kind: "say", key, on: 7 }, labels],
  });
  expect(decide({ ...from, said: told }).effects).toEqual([labels]);
});

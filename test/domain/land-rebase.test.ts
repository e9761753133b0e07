/** A rebase that came back: what moves, what is kept, whether the verdict goes along, and what it ends as where it does not land. */
import { describe, expect, it } from "vitest";
import { Receipt, receiptHash } from "../../src/domain/receipt.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { Rebase, Report } from "../../src/domain/report.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { Verdict } from "../../src/domain/task.ts";
import {
  attempt,
  finding,
  HEAD,
  JOB,
  NOW,
  pull,
  rejected,
  report,
  RETURNED,
  reviewed,
  run,
  sha,
  snapshot,
  verdict,
} from "./snapshots.ts";
import { after, moveOf, recordOf, where } from "./speech.ts";

const ONTO = sha("6");
const NEW = sha("7");
const SAME = "9";
const OTHER = "8";
const BATON = { name: "refs/gza/attempts/7", before: RETURNED, after: null };
const KEPT = { name: "refs/gza/unfinished/7", before: null, after: RETURNED };

function rebase(change: Partial<Rebase> = {}): Rebase {
  const commits = { before: 2, after: 2 };
  const range_diff = "1:  1111111 = 1:  7777777 Fix the parser";
  return { by: "git", dropped: [], conflicts: [], before: HEAD, onto: ONTO, commits, range_diff, ...change };
}

function work(patch: string, change: Partial<NonNullable<Report["work"]>> = {}): NonNullable<Report["work"]> {
  return { base: ONTO, head: NEW, commits: 2, files: 2, patch, finished: true, ...change };
}

/** The second attempt is a rebase of the approved head, and has come back with this. */
function back(
  change: Partial<Report>,
  body: Partial<RecordBody> = {},
  more: Partial<Snapshot> = {},
): Snapshot {
  const start = { base: ONTO, head: HEAD };
  const flying = attempt({ n: 2, kind: "rebase", start, run: 501 });
  const usage = { ...report().usage, turns: 0, usd: 0 };
  const made = report({ attempt: 2, kind: "rebase", work: work(SAME), rebase: rebase(), usage, ...change });
  return reviewed(
    { phase: "running", reason: "started", attempt: flying, ...body },
    {
      pull: pull({ mergeable: "conflicting", baseHead: ONTO, behindBy: 1 }),
      run: run(),
      baton: {
        kind: "report",
        oid: RETURNED,
        at: NOW,
        job: JOB,
        work: made.work?.head ?? null,
        report: { kind: "report", report: made },
      },
      ...more,
    },
  );
}

const REBASED = { attempt: 2, before: HEAD, head: NEW, onto: ONTO };

describe("a rebase that left the patch as it was", () => {
  const move = moveOf(back({}));

  it("moves the branch, and keeps the head that was there in the same move", () => {
    expect(move.refs).toEqual([
      BATON,
      { name: "refs/heads/gza/7-fix-the-parser", before: HEAD, after: NEW },
      { name: "refs/gza/backup/7/2", before: null, after: HEAD },
    ]);
  });

  it("is open again, with the verdict at the new head", () => {
    expect(move.record).toMatchObject({
      phase: "open",
      reason: "rebased",
      head: NEW,
      head_at: NOW,
      landed: [HEAD, NEW],
      rebased: REBASED,
      verdict: { head: NEW, patch: SAME, value: "approved", carried_from: HEAD },
      attempt: null,
      wanted: null,
    });
    expect(move.record.attempts.at(-1)).toMatchObject({ kind: "rebase", end: "completed", usd: 0 });
  });

  it("says that no model was asked, and that the verdict stands", () => {
    expect(move.story).toBe(
      "rebased 2 commits onto 6666666, by git alone, no model; the patch is unchanged, the verdict stands",
    );
  });

  it("stands in the receipt", () => {
    expect(move.receipt).toMatchObject({
      v: 1,
      attempts: [{ attempt: 2, kind: "rebase", end: "completed" }],
      rebases: [{ ...rebase(), attempt: 2, at: NOW, after: NEW, same: true }],
    });
    expect(move.record.receipt).toBe(receiptHash(Receipt.parse(move.receipt)));
  });

  it.each(Verdict.options)("carries a verdict of %s as it is", (value) => {
    const given = verdict({ value, blockers: 1, followups: 2 });

    expect(moveOf(back({}, { verdict: given })).record.verdict).toEqual({
      ...given,
      head: NEW,
      carried_from: HEAD,
    });
  });

  it("is reviewed no second time", () => {
    const landed = after(back({}), { pull: pull({ head: NEW }), branchHead: NEW, ...idle() });

    expect(where(landed)).toBe("ready ready");
  });

  it("has its rejection taken up at once", () => {
    const known = rejected([finding()]);
    const body = { verdict: recordOf(known).verdict, findings: recordOf(known).findings };
    const landed = after(back({}, body, { findings: known.findings }), {
      pull: pull({ head: NEW }),
      branchHead: NEW,
      ...idle(),
    });

    expect(where(landed)).toBe("improve first");
  });
});

function idle(): Partial<Snapshot> {
  return { baton: { kind: "none" }, run: null };
}

describe("a rebase that changed the patch", () => {
  const landed = after(back({ work: work(OTHER), rebase: rebase({ by: "agent" }) }), {
    pull: pull({ head: NEW }),
    branchHead: NEW,
    ...idle(),
  });

  it("leaves the verdict at the old head", () => {
    expect(recordOf(landed)).toMatchObject({
      head: NEW,
      rebased: REBASED,
      verdict: { head: HEAD, carried_from: null },
    });
  });

  it("is reviewed for what the rebase changed, against the head that is kept", () => {
    const { record, job } = moveOf(landed);

    expect(record.attempt).toMatchObject({ kind: "review", how: "range", start: { head: NEW } });
    expect(job).toMatchObject({ job: { rebased: { attempt: 2, before: HEAD }, rebase: null } });
  });

  it("of a head that was rejected is reviewed as a whole", () => {
    const value = verdict({ value: "changes_requested", blockers: 1 });
    const other = after(back({ work: work(OTHER) }, { verdict: value }), {
      pull: pull({ head: NEW }),
      branchHead: NEW,
      ...idle(),
    });

    expect(where(other)).toBe("review first");
    expect(moveOf(other).job).toMatchObject({ job: { rebased: null } });
  });

  it("of a head that nobody has reviewed is reviewed as a whole", () => {
    const other = after(back({ work: work(OTHER) }, { verdict: null }), {
      pull: pull({ head: NEW }),
      branchHead: NEW,
      ...idle(),
    });

    expect(where(other)).toBe("review first");
  });
});

describe("the verdict", () => {
  it.each<[string, Partial<RecordBody>, string]>([
    ["on another patch", {}, OTHER],
    ["where nothing of the patch is text", { verdict: verdict({ patch: "" }) }, ""],
    ["of an older head", { verdict: verdict({ head: sha("4") }) }, SAME],
    [
      "of an older head that was rebased to another",
      { verdict: verdict({ head: sha("4") }), rebased: { ...REBASED, before: sha("4"), head: sha("5") } },
      SAME,
    ],
    [
      "of a head before the one that was rebased",
      { verdict: verdict({ head: sha("4") }), rebased: { ...REBASED, before: sha("5"), head: HEAD } },
      SAME,
    ],
    ["that there is none of", { verdict: null }, SAME],
  ])("%s stays where it is", (_, body, patch) => {
    const move = moveOf(back({ work: work(patch) }, body));

    expect(move.record.verdict).toEqual(recordOf(back({}, body)).verdict);
    expect(move.receipt?.rebases).toMatchObject([{ same: false }]);
    expect(move.story).not.toContain("verdict");
  });

  it("keeps the head that it was made of through any number of rebases", () => {
    const carried = verdict({ carried_from: sha("4") });

    expect(moveOf(back({}, { verdict: carried })).record.verdict).toMatchObject({
      head: NEW,
      carried_from: sha("4"),
    });
  });
});

describe("a chain of two rebases", () => {
  /** The first changed the patch, and nobody has reviewed it since. */
  const between = {
    verdict: verdict({ head: sha("4") }),
    rebased: { attempt: 1, before: sha("4"), head: HEAD, onto: sha("b") },
  };

  it("is held against the head that was reviewed, which the first of them keeps", () => {
    const landed = after(back({ work: work(OTHER) }, between), {
      pull: pull({ head: NEW }),
      branchHead: NEW,
      ...idle(),
    });

    expect(recordOf(landed).rebased).toEqual({ attempt: 1, before: sha("4"), head: NEW, onto: ONTO });
    expect(moveOf(landed)).toMatchObject({
      record: { attempt: { kind: "review", how: "range" } },
      job: { job: { rebased: { attempt: 1, before: sha("4") } } },
    });
  });

  it("that ends at the patch of its beginning carries the verdict over both", () => {
    expect(moveOf(back({}, between)).record.verdict).toMatchObject({ head: NEW, carried_from: sha("4") });
  });

  it("of which the first left the patch is held against what the second began on", () => {
    const body = { verdict: verdict({ carried_from: sha("4") }), rebased: between.rebased };

    expect(moveOf(back({ work: work(OTHER) }, body)).record.rebased).toEqual(REBASED);
  });

  it("keeps every head that it replaced", () => {
    const names = moveOf(back({}, between)).refs.map(({ name }) => name);

    expect(names).toContain("refs/gza/backup/7/2");
  });
});

describe("a rebase with nothing to do", () => {
  const from = back({ work: null, rebase: rebase({ by: "nothing", commits: { before: 2, after: 2 } }) });

  it("moves no branch, and has the head stand on the newest base", () => {
    const move = moveOf(from);

    expect(move.refs).toEqual([BATON]);
    expect(move.receipt?.rebases).toEqual([]);
    expect(move.story).toBe("stands on 6666666 already");
    expect(move.record).toMatchObject({
      phase: "open",
      reason: "rebased",
      head: HEAD,
      landed: [HEAD],
      rebased: { attempt: 2, before: HEAD, head: HEAD, onto: ONTO },
      verdict: { head: HEAD, carried_from: null },
    });
  });

  it("is not made again where GitHub says that it conflicts all the same", () => {
    expect(where(after(from, idle()))).toBe("open conflicts");
  });

  it("forgets neither verdict nor review", () => {
    const landed = after(from, { ...idle(), pull: pull({ baseHead: ONTO }) });

    expect(where(landed)).toBe("ready ready");
  });
});

describe("what does not land", () => {
  const refused = [{ kind: "move_refused", message: "No force pushes" }] as const;

  it.each<[string, Snapshot, string, string]>([
    ["a report without a rebase", back({ rebase: null }), "bad_report", "parked bad_report"],
    ["of another head", back({ rebase: rebase({ before: sha("4") }) }), "bad_report", "parked bad_report"],
    ["onto another base", back({ rebase: rebase({ onto: sha("b") }) }), "bad_report", "parked bad_report"],
    [
      "work on another base",
      back({ work: work(SAME, { base: sha("b") }) }),
      "bad_report",
      "parked bad_report",
    ],
    [
      "work that is not finished",
      back({ work: work(SAME, { finished: false }) }),
      "bad_report",
      "parked bad_report",
    ],
    [
      "work that was not brought",
      back({}, {}, { baton: { ...batonOf(back({})), work: sha("4") } }),
      "bad_report",
      "parked bad_report",
    ],
    ["no work though there was something to do", back({ work: null }), "bad_report", "parked bad_report"],
    ["a task without a branch", back({}, { branch: null }), "bad_report", "parked bad_report"],
    [
      "a branch that a person has moved",
      back({}, {}, { branchHead: sha("4") }),
      "superseded",
      "open waits_for_checks",
    ],
    ["a branch that is gone", back({}, {}, { branchHead: null }), "superseded", "open waits_for_checks"],
    [
      "what began at an older head",
      back({}, { head: sha("4") }, { branchHead: sha("4"), pull: pull({ head: sha("4") }) }),
      "superseded",
      "open waits_for_checks",
    ],
    [
      "what a rule of the repository keeps out",
      back({}, {}, { evidence: [...refused] }),
      "infrastructure",
      "parked setup",
    ],
    [
      "a conflict that nobody could settle",
      back({ end: "conflict", work: null }),
      "conflict",
      "parked conflict",
    ],
    ["checks of the repository that fail", back({ end: "verify_red" }), "verify_red", "parked verify_red"],
    [
      "what the guard refuses",
      back({ end: "guard_refused", work: null }),
      "guard_refused",
      "parked guard_refused",
    ],
    [
      "a lost machine",
      back({ end: "infrastructure", work: null }),
      "infrastructure",
      "queued infrastructure",
    ],
    [
      "a used up quota",
      back({ end: "quota", work: null, reset_at: "2026-03-01T13:00:00Z" }),
      "quota",
      "queued quota",
    ],
    [
      "too little time",
      back({ end: "timeout", work: work(OTHER, { finished: false }) }),
      "timeout",
      "queued timeout",
    ],
  ])("%s", (_, from, end, next) => {
    const { refs, record, receipt } = moveOf(from);

    expect(refs).toEqual([BATON, KEPT]);
    expect(record.attempts.at(-1)?.end).toBe(end);
    expect(`${record.phase} ${record.reason}`).toBe(next);
    expect([record.head, record.verdict, record.rebased]).toEqual([
      recordOf(from).head,
      recordOf(from).verdict,
      null,
    ]);
    expect(receipt?.rebases).toEqual([]);
  });

  it("is made again as a rebase", () => {
    expect(moveOf(back({ end: "infrastructure", work: null })).record.wanted).toEqual({
      kind: "rebase",
      how: "retry",
    });
  });

  it("while the stop label is on waits on its baton", () => {
    const stopped = { issue: { ...snapshot().issue, labels: ["gza", "gza:stop"] } };
    const from = back({}, { reason: "waits_for_stop" }, stopped);

    expect(where(from)).toBe("as it is");
  });
});

function batonOf({ baton }: Snapshot): Snapshot["baton"] & { kind: "report" } {
  if (baton.kind !== "report") throw new Error("the test needs a report");
  return baton;
}

it("a person's head that was rebased is GZA's to go on with, and a person's wish to improve it stands", () => {
  const wanted = { kind: "improve", how: "first" } as const;
  const { record } = moveOf(back({}, { theirs: true, wanted }));

  expect(record).toMatchObject({ theirs: false, wanted });
});

it("what an older attempt left is forgotten with the head that it stood on", () => {
  const unfinished = {
    oid: sha("4"),
    work: null,
    session: null,
    report: { kind: "unreadable", why: "" },
  } as const;

  expect(moveOf(back({}, {}, { unfinished })).refs).toContainEqual({
    name: "refs/gza/unfinished/7",
    before: sha("4"),
    after: null,
  });
});

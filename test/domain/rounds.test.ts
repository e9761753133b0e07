/** Rounds of review and improvement from one decision to the next: disputes, judges, failed reviews, people who push or speak meanwhile. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import { feedbackId } from "../../src/domain/feedback.ts";
import type { KnownFinding } from "../../src/domain/finding.ts";
import type { Attempt, Record as TaskRecord, RecordBody } from "../../src/domain/record.ts";
import type { ReadReport, Report } from "../../src/domain/report.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import type { Decision } from "../../src/domain/decision.ts";
import {
  ANNA,
  attempt,
  BASE,
  check,
  finding,
  HEAD,
  NOW,
  pull,
  rejected,
  report,
  RETURNED,
  reviewed,
  run,
  sha,
  thread,
} from "./snapshots.ts";

const A = "aaaaaaaaaaaa";
const PUSHED = sha("7");
const SEEN = { review: { head: HEAD, patch: "9", dropped: [], gone: [] }, coverage: [], findings: [] };

function recordOf(at: Snapshot): TaskRecord {
  if (at.record.kind !== "record") throw new Error("the test needs a record");
  return at.record.record;
}

/** The same task after the decision's move. */
function after(at: Snapshot, { move }: Decision): Snapshot {
  if (!move) throw new Error("the test needs a move");
  const made = { ...move.record, mac: "0".repeat(64) };
  return {
    ...at,
    record: { kind: "record", oid: sha("e"), tree: sha("f"), record: made },
    findings: move.findings ?? at.findings,
    baton: { kind: "none" },
    run: null,
  };
}

/** The same task when the run of the attempt in flight has brought this back. */
function brings(at: Snapshot, change: Partial<Report>): Snapshot {
  const flying = recordOf(at).attempt;
  if (!flying) throw new Error("the test needs an attempt in flight");
  const made = report({ attempt: flying.n, kind: flying.kind, work: null, ...change });
  return { ...at, ...returning(flying, { kind: "report", report: made }) };
}

function returning(flying: Attempt, read: ReadReport): Pick<Snapshot, "baton" | "run"> {
  const work = read.kind === "report" ? (read.report.work?.head ?? null) : null;
  return {
    baton: { kind: "report", oid: RETURNED, at: NOW, job: flying.job, work, report: read },
    run: run(),
  };
}

function step(at: Snapshot): Snapshot {
  return after(at, decide(at));
}

function flying(kind: "review" | "improve", body: Partial<RecordBody> = {}, known = [finding()]): Snapshot {
  const made = attempt({ n: 2, kind, start: { base: BASE, head: HEAD } });
  return rejected(known, { phase: "running", reason: "started", attempt: made, ...body });
}

function where(at: Snapshot): string {
  const { phase, reason, attempt: now } = recordOf(at);
  return now ? `${now.kind} ${now.how}` : `${phase} ${reason}`;
}

const dispute = (one = A) => ({ finding: one, how: "disputed" as const, evidence: "It is right." });
const ruling = (how: "upheld" | "overruled") => ({
  ...SEEN,
  closed: [{ finding: A, how, evidence: "Indeed." }],
});

describe("a dispute", () => {
  it("is judged once; upheld, it is improved, and disputed again it waits for a person", () => {
    const disputed = step(brings(step(rejected()), { closed: [dispute()] }));
    const judging = step(disputed);
    const upheld = step(brings(judging, ruling("upheld")));
    const improving = step(upheld);
    const again = step(brings(improving, { closed: [dispute()] }));

    expect([disputed, judging, upheld, improving, again].map((at) => where(at))).toEqual([
      "queued disputed",
      "review judge",
      "open changes_requested",
      "improve first",
      "parked disputed",
    ]);
    expect(decide(again).move).toBeNull();
  });

  it("that the judge overrules approves the head, and says who did", () => {
    const judging = step(step(brings(step(rejected()), { closed: [dispute()] })));
    const overruled = step(brings(judging, ruling("overruled")));

    expect(where(overruled)).toBe("open approved");
    expect(recordOf(overruled).verdict).toMatchObject({ head: HEAD, value: "approved", blockers: 0 });
    expect(overruled.findings?.known[0]).toMatchObject({
      state: "dismissed",
      note: "A second reviewer overruled it: Indeed.",
    });
  });

  it("that a judge passes over stands as it was found", () => {
    const judging = step(step(brings(step(rejected()), { closed: [dispute()] })));
    const silent = step(brings(judging, { ...SEEN, closed: [] }));

    expect(silent.findings?.known[0]).toMatchObject({ state: "open", upheld: true });
    expect(where(silent)).toBe("open changes_requested");
  });

  it("of one blocker of two, with nothing changed, is no dispute but an attempt that changed nothing", () => {
    const two = [finding(), finding({ n: 2, fingerprint: "bbbbbbbbbbbb" })];
    const half = step(brings(flying("improve", {}, two), { closed: [dispute()] }));

    expect(where(half)).toBe("parked unchanged");
  });

  it("of one of two, with the other mended, gets a fresh review of the new head", () => {
    const two = [finding(), finding({ n: 2, fingerprint: "bbbbbbbbbbbb" })];
    const head = sha("2");
    const work = { base: BASE, head, commits: 1, files: 1, patch: "8", finished: true };
    const closed = [dispute(), { ...dispute("bbbbbbbbbbbb"), how: "addressed" as const }];
    const landed = step(brings(flying("improve", {}, two), { work, closed }));
    const next = step({ ...landed, branchHead: head, pull: pull({ head }) });

    expect(landed.findings?.known.map(({ state }) => state)).toEqual(["disputed", "addressed"]);
    expect(recordOf(landed).head).toBe(head);
    expect(where(next)).toBe("review first");
  });
});

describe("a review that failed", () => {
  const garbage: ReadReport = { kind: "unreadable", why: "it is not JSON" };
  const fails = (at: Snapshot): Snapshot => {
    const now = recordOf(at).attempt;
    if (!now) throw new Error("the test needs an attempt in flight");
    return step({ ...at, ...returning(now, garbage) });
  };
  const unreviewed = { verdict: null, phase: "open", reason: "waits_for_checks" } as const;

  it("is made once more, then a person has to look, and nothing counts as reviewed", () => {
    const first = fails(step(reviewed(unreviewed)));
    const second = fails(step(first));

    expect([where(first), where(second)]).toEqual(["queued review_failed", "parked review_failed"]);
    expect(recordOf(second).verdict).toBeNull();
    expect(decide(second).move).toBeNull();
  });

  it("does not count beside one that succeeded since", () => {
    const made = (n: number, end: "bad_report" | "completed"): Attempt =>
      attempt({ n, kind: "review", end, ended: NOW, reserved: 0 });
    const attempts = [made(2, "bad_report"), made(3, "completed")];
    const again = fails(
      step(reviewed({ ...unreviewed, attempts, spent: { attempts: 3, turns: 0, usd: 0 } })),
    );

    expect(where(again)).toBe("queued review_failed");
  });

  it("does not take the old verdict for this head", () => {
    const older = {
      ...unreviewed,
      verdict: { ...recordOf(reviewed()).verdict, head: sha("3") },
    } as RecordBody;
    const first = fails(step(reviewed({ ...older, merge: { by: ANNA, method: null, at: NOW } })));

    expect(decide(first).effects.map(({ kind }) => kind)).not.toContain("request_merge");
    expect(where(step(first))).toBe("review first");
  });

  it.each<[string, Partial<Report>]>([
    ["says APPROVED and brings no findings", { ...SEEN, findings: null, summary: "APPROVED" }],
    ["looked at another head", { ...SEEN, review: { ...SEEN.review, head: sha("3") } }],
    ["had no diff", { ...SEEN, review: null }],
  ])("is one that %s", (_, change) => {
    expect(where(step(brings(flying("review"), change)))).toBe("queued review_failed");
  });

  it("is not one that writes APPROVED beside a blocker: that one rejects", () => {
    const {
      n: _,
      state: __,
      seen: ___,
      dispute: ____,
      upheld: _____,
      note: ______,
      ...plain
    }: KnownFinding = finding();
    const at = step(brings(flying("review"), { ...SEEN, findings: [plain], summary: "APPROVED" }));

    expect(where(at)).toBe("open changes_requested");
  });
});

describe("a person who pushes", () => {
  it("while a review runs, has it kept and posted for its own head, and gets one of the new head", () => {
    const job = { kind: "job", oid: attempt().job, at: NOW } as const;
    const going = { run: run({ status: "in_progress", conclusion: null }), baton: job };
    const out = { ...flying("review", { verdict: null }), ...going };
    const adopted = step({ ...out, branchHead: PUSHED, pull: pull({ head: PUSHED }) });
    const back = brings(adopted, SEEN);
    const { move, effects } = decide(back);
    const landed = step(back);

    expect(recordOf(adopted)).toMatchObject({ phase: "running", head: PUSHED, theirs: true });
    expect(move?.record).toMatchObject({ head: PUSHED, verdict: { head: HEAD, value: "approved" } });
    expect(effects).toContainEqual(expect.objectContaining({ kind: "post_review", head: HEAD }));
    expect(effects.filter(({ kind }) => kind === "set_check")).toEqual([]);
    expect(where(step(landed))).toBe("review first");
    expect(recordOf(step(landed)).attempt?.start.head).toBe(PUSHED);
  });

  it("after that is rejected, waits for a word; /gza improve goes on from there", () => {
    const theirs = rejected([finding()], { theirs: true });
    const parked = step(theirs);
    const wanted = {
      ...recordOf(parked),
      phase: "open",
      reason: "feedback",
      wanted: { kind: "improve", how: "first" },
    } as const;

    expect(where(parked)).toBe("parked theirs");
    expect(where(step(rejected([finding()], { ...wanted, theirs: true })))).toBe("improve first");
  });

  it("is asked no more when what was to be written is gone", () => {
    const words = pull({ threads: [thread("No.")] });
    const parked = step(reviewed({ theirs: true }, { pull: words }));
    const resolved = { ...parked, pull: pull({ threads: [thread("No.", { isResolved: true })] }) };

    expect(where(parked)).toBe("parked theirs");
    expect(where(step(resolved))).toBe("open waits_for_checks");
  });
});

describe("people's words", () => {
  const word = { by: ANNA, isBot: false, isMine: false, key: null, at: "2026-03-01T11:50:00Z", body: "No." };
  const asked = pull({ checks: [check()], threads: [thread("", { id: "PRRT_1", comments: [word] })] });

  it("go to the same attempt as the blockers, quiet or not", () => {
    const young = pull({ threads: [thread("", { comments: [{ ...word, at: NOW }] })] });
    const { move } = decide(rejected([finding()], {}, { pull: young }));

    expect(move?.job?.kind === "new" && [move.job.job.findings.length, move.job.job.feedback.length]).toEqual(
      [1, 1],
    );
  });

  it("that an attempt disagrees with are answered, and not taken up again", () => {
    const at = { ...flying("improve", { verdict: recordOf(reviewed()).verdict }, []), pull: asked };
    const closed = [dispute(feedbackId("PRRT_1"))];
    const { move, effects } = decide(brings(at, { closed }));
    const replies = effects.flatMap((effect) => (effect.kind === "answer_threads" ? effect.replies : []));

    expect(replies.map(({ key, thread: id, body }) => [key, id, body.split("\n")[1]])).toEqual([
      [`reply:2:${feedbackId("PRRT_1")}`, "PRRT_1", "Left as it is: It is right."],
    ]);
    expect(move?.record).toMatchObject({ phase: "open", seen: { feedback: attempt().claimed } });
    expect(where(step(step(brings(at, { closed }))))).toBe("ready ready");
  });

  it("are bounded by the people who say them, not by rounds", () => {
    const made = [2, 3, 4, 5].map((n) =>
      attempt({ n, kind: "improve", end: "completed", ended: NOW, reserved: 0 }),
    );
    const body = { attempts: made, spent: { attempts: 5, turns: 0, usd: 0 } };

    expect(where(step(rejected([finding()], body)))).toBe("parked review_cycles");
    expect(where(step(rejected([finding()], body, { pull: asked })))).toBe("improve first");
  });

  it("are not lost when the attempt that took them up brings nothing", () => {
    const at = { ...flying("improve"), pull: asked };
    const { move, effects } = decide(brings(at, { end: "timeout" }));

    expect(move?.record).toMatchObject({ phase: "parked", reason: "timeout", seen: { feedback: null } });
    expect(effects.map(({ kind }) => kind)).not.toContain("answer_threads");
  });
});

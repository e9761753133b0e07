/** What follows from every end of an attempt: how often it is gone on with by itself, after how long, and when a person is asked. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { AttemptEnd, type Kind } from "../../src/domain/task.ts";
import {
  attempt,
  BASE,
  check,
  HEAD,
  inFlight,
  JOB,
  NOW,
  pull,
  rejected,
  report,
  RETURNED,
  run,
  sha,
  task,
} from "./snapshots.ts";
import { after, recordOf, where } from "./speech.ts";

const WORK = sha("5");
const RESET = "2026-03-01T15:00:00Z";
const KINDS = ["implement", "improve", "fix", "review"] as const;

interface Came {
  kind: Kind;
  /** Attempts of the same kind that ended alike right before. */
  before?: number;
  work?: string | null;
  reset?: string | null;
  body?: Partial<RecordBody>;
}

/** A run has come back with this end. */
function came(end: AttemptEnd, { kind, before = 0, work = null, reset = null, body = {} }: Came): Snapshot {
  const head = kind === "implement" ? null : HEAD;
  const start = { base: BASE, head };
  const earlier = Array.from({ length: before }, (_, index) =>
    attempt({ n: index + 1, kind, start, end, ended: NOW, run: 400 + index, work, reserved: 0 }),
  );
  const flying = attempt({ n: before + 1, kind, start, run: 501 });
  const left = work === null ? null : { base: BASE, head: work, commits: 1, files: 1, patch: "8" };
  const made = report({
    attempt: flying.n,
    kind,
    end,
    reset_at: reset,
    work: left && { ...left, finished: false },
    question: end === "question" ? "Which list?" : null,
  });
  const at = head === null ? { head, pull: null } : { head, pull: 8, head_at: NOW, landed: [HEAD] };
  return task(
    {
      phase: "running",
      reason: "started",
      attempt: flying,
      attempts: earlier,
      spent: { attempts: before, turns: 0, usd: 0 },
      ...at,
      ...body,
    },
    {
      branchHead: head,
      pull: head === null ? null : pull(),
      run: run(),
      baton: {
        kind: "report",
        oid: RETURNED,
        at: NOW,
        job: JOB,
        work,
        report: { kind: "report", report: made },
      },
    },
  );
}

/** `queued timeout, resume`, `queued quota, retry after 15:00`, `parked silence` */
function next(from: Snapshot, kind: Kind): string {
  const record = decide(from).move?.record;
  if (!record) return "as it is";
  const { phase, reason, wanted, not_before } = record;
  const how = wanted === null ? "" : `, ${wanted.how}${wanted.kind === kind ? "" : ` ${wanted.kind}`}`;
  return `${phase} ${reason}${how}${not_before === null ? "" : ` after ${not_before.slice(11, 16)}`}`;
}

type Row = [end: AttemptEnd, times: [string, string, string]];

const parks = (end: AttemptEnd): Row => [end, [`parked ${end}`, `parked ${end}`, `parked ${end}`]];
const retries = (end: AttemptEnd, how: "retry" | "resume"): Row => [
  end,
  [`queued ${end}, ${how} after 12:01`, `queued ${end}, ${how} after 12:05`, `parked ${end}`],
];
const resumes = (end: AttemptEnd): Row => [end, [`queued ${end}, resume`, `parked ${end}`, `parked ${end}`]];
const waits = (how: "retry" | "resume"): Row => {
  const held = `queued waits_for_stop, ${how}`;
  return ["stopped", [held, held, held]];
};

const FINAL = [
  "question",
  "budget",
  "agent_loop",
  "agent_gave_up",
  "guard_refused",
  "verify_red",
  "provider_refused",
  "conflict",
  "unchanged",
  "workflow_permission",
  "run_cancelled",
] as const;
const RETRIED = ["infrastructure", "provider_unavailable", "empty_run", "runner_lost", "quota"] as const;
const RESUMED = ["max_turns", "timeout", "silence"] as const;

const WITH_WORK: Row[] = [
  ...RESUMED.map(resumes),
  ...RETRIED.map((end) => retries(end, "resume")),
  waits("resume"),
  ...FINAL.map(parks),
];
const WITHOUT: Row[] = [
  ...RESUMED.map(parks),
  ...RETRIED.map((end) => retries(end, end === "quota" ? "resume" : "retry")),
  waits("resume"),
  ...FINAL.map(parks),
];

it("every end has its row, here or below", () => {
  const rows = WITH_WORK.map(([end]) => end);
  const below = ["completed", "no_change_needed", "bad_report", "cancelled", "superseded"] as const;

  expect([...rows, ...below].toSorted()).toEqual([...AttemptEnd.options].toSorted());
  expect(WITHOUT.map(([end]) => end)).toEqual(rows);
});

describe.each(KINDS)("an attempt to %s", (kind) => {
  it.each(WITH_WORK)("that left work and ended as %s, the first, second and third time", (end, times) => {
    const found = [0, 1, 2].map((before) => next(came(end, { kind, before, work: WORK }), kind));

    expect(found).toEqual(times);
  });

  it.each(WITHOUT)("that left nothing and ended as %s, the first, second and third time", (end, times) => {
    const found = [0, 1, 2].map((before) => next(came(end, { kind, before }), kind));

    expect(found).toEqual(times);
  });

  it.each([
    [null, "resume"],
    [WORK, "resume"],
  ])("whose quota is renewed at a known time waits until then, however often (work: %s)", (work, how) => {
    const found = [0, 1, 2, 3].map((before) =>
      next(came("quota", { kind, before, work, reset: RESET }), kind),
    );

    expect(new Set(found)).toEqual(new Set([`queued quota, ${how} after 15:00`]));
  });

  it.each(["2026-03-01T11:00:00Z", "2027-03-01T12:00:00Z"])(
    "whose provider names no time that one could wait for counts as if it named none: %s",
    (reset) => {
      const found = [0, 1, 2].map((before) => next(came("quota", { kind, before, reset }), kind));

      expect(found).toEqual([
        "queued quota, resume after 12:01",
        "queued quota, resume after 12:05",
        "parked quota",
      ]);
    },
  );

  it.each(["cancelled", "superseded"] as const)("that ended as %s is judged by nobody", (end) => {
    const goesOn = kind === "implement" ? "queued asked" : "open waits_for_checks";

    expect([0, 1, 2].map((before) => next(came(end, { kind, before }), kind))).toEqual([
      goesOn,
      goesOn,
      goesOn,
    ]);
  });

  it("that needs no change is the end of a task without a pull request, and a stop of one with", () => {
    const stands = kind === "implement" ? "done no_change_needed" : "parked no_change_needed";

    expect(next(came("no_change_needed", { kind }), kind)).toBe(stands);
  });

  it("whose report cannot be used waits for a person; a review is made once more first", () => {
    const [first, second] = [0, 1].map((before) => next(came("bad_report", { kind, before }), kind));

    expect([first, second]).toEqual(
      kind === "review"
        ? ["queued review_failed", "parked review_failed"]
        : ["parked bad_report", "parked bad_report"],
    );
  });
});

describe("in a row", () => {
  const lost = (n: number, change: Parameters<typeof attempt>[0] = {}) =>
    attempt({ n, end: "runner_lost", ended: NOW, run: 400 + n, ...change });

  it.each<[string, Partial<RecordBody>, string]>([
    [
      "ends of one sort count together",
      { attempts: [lost(1), lost(2, { end: "empty_run" })] },
      "parked infrastructure",
    ],
    [
      "another sort of end between them begins anew",
      { attempts: [lost(1), lost(2, { end: "max_turns" })] },
      "queued infrastructure, retry after 12:01",
    ],
    [
      "another kind of attempt between them begins anew",
      { attempts: [lost(1), lost(2, { kind: "review" })] },
      "queued infrastructure, retry after 12:01",
    ],
    [
      "a person's word between them begins anew",
      { attempts: [lost(1), lost(2)], heard: 2 },
      "queued infrastructure, retry after 12:01",
    ],
    [
      "what was before the word does not count",
      { attempts: [lost(1), lost(2)], heard: 1 },
      "queued infrastructure, retry after 12:05",
    ],
  ])("%s", (_, body, expected) => {
    const from = came("infrastructure", { kind: "implement", before: 2, body });

    expect(next(from, "implement")).toBe(expected);
  });
});

describe("what a stopped attempt comes to", () => {
  it.each(["max_turns", "infrastructure", "run_cancelled", "guard_refused", "bad_report"] as const)(
    "is no judgement, whatever its run says: %s",
    (end) => {
      const from = came(end, { kind: "implement", body: { reason: "waits_for_stop" } });

      expect(next(from, "implement")).toBe("queued waits_for_stop, resume");
      expect(decide(from).move?.record.attempts.at(-1)?.end).toBe("stopped");
    },
  );

  it("is none for a review that came back in pieces", () => {
    const from = came("bad_report", { kind: "review", body: { reason: "waits_for_stop" } });

    expect(next(from, "review")).toBe("queued waits_for_stop, resume");
  });
});

describe("going on", () => {
  it.each(KINDS)("the next attempt to %s begins where the last one ended", (kind) => {
    const reds = pull({
      checks: [check({ outcome: "failure", completedAt: "2026-03-01T11:50:00Z", log: "Error" })],
    });
    const facts = kind === "fix" ? { pull: reds } : {};
    const ended = after({ ...came("timeout", { kind, work: WORK }), findings: rejected().findings });
    const made = came("timeout", { kind, work: WORK }).baton;
    const kept =
      made.kind === "report" ? { oid: RETURNED, work: WORK, session: sha("6"), report: made.report } : null;
    const rejecting = recordOf(rejected());
    const record = { ...recordOf(ended), verdict: kind === "improve" ? rejecting.verdict : null };
    const from = {
      ...ended,
      ...facts,
      baton: { kind: "none" } as const,
      run: null,
      unfinished: kept,
      record: { kind: "record", oid: sha("e"), tree: sha("f"), record } as const,
    };

    const { move } = decide(from);

    expect(move?.record.attempt).toMatchObject({ n: 2, kind, how: "resume", start: { base: BASE } });
    expect(move?.record.wanted).toBeNull();
    expect(move?.job?.kind === "new" && move.job.job).toMatchObject({
      how: "resume",
      start: { work: WORK },
      previous: { end: "timeout", summary: "Handles empty input.", session: sha("6") },
    });
  });

  it("waits for its time, and says so under the end that asked for it", () => {
    const waiting = after(came("infrastructure", { kind: "implement" }), {
      baton: { kind: "none" },
      run: null,
    });

    expect(decide(waiting)).toMatchObject({
      reason: "infrastructure",
      move: null,
      again: "2026-03-01T12:01:00Z",
    });
    expect(where({ ...waiting, now: "2026-03-01T12:01:00Z" })).toBe("implement retry");
  });

  it("goes on saying so when the stop label came and went meanwhile", () => {
    const waiting = after(came("infrastructure", { kind: "implement" }), {
      baton: { kind: "none" },
      run: null,
    });
    const labels = { ...waiting.issue, labels: ["gza", "gza:stop"] };

    const stopped = after({ ...waiting, issue: labels });
    const released = { ...stopped, issue: waiting.issue };

    expect(recordOf(stopped).reason).toBe("waits_for_stop");
    expect(where(released)).toBe("queued infrastructure");
    expect(where({ ...released, now: "2026-03-01T12:01:00Z" })).toBe("implement retry");
  });

  it("goes on from the same work when the attempt that was to do so is lost on the way", () => {
    const made = came("timeout", { kind: "implement", work: WORK }).baton;
    const unfinished =
      made.kind === "report" ? { oid: RETURNED, work: WORK, session: null, report: made.report } : null;
    const first = attempt({ end: "timeout", ended: NOW, run: 501, work: WORK });
    const lost = attempt({ n: 2, how: "resume", run: 502 });
    const flight = inFlight({ unfinished, run: run({ id: 502, conclusion: "failure" }) });
    const spent = { attempts: 1, turns: 3, usd: 0.1 };
    const record = { ...recordOf(flight), attempts: [first], attempt: lost, spent };
    const ended = { ...flight, record: { kind: "record", oid: sha("e"), tree: sha("f"), record } as const };

    expect(next(ended, "implement")).toBe("queued infrastructure, resume after 12:01");
    const again = after(ended, { baton: { kind: "none" }, run: null, now: "2026-03-01T12:01:00Z" });
    const { move } = decide(again);

    expect(move?.record.attempt).toMatchObject({ n: 3, how: "resume" });
    expect(move?.job?.kind === "new" && move.job.job.start.work).toBe(WORK);
  });

  it("starts anew where nothing of the work fits the branch any more", () => {
    const queued = {
      phase: "queued",
      reason: "timeout",
      wanted: { kind: "implement", how: "resume" },
    } as const;

    expect(where(task(queued))).toBe("implement retry");
  });

  it("is not done over again when GitHub needs a moment to show the head", () => {
    const queued = rejected([], {
      phase: "queued",
      reason: "infrastructure",
      wanted: { kind: "improve", how: "retry" },
    });
    const lagging = { ...rejected([], recordOf(queued)), pull: pull({ head: sha("3") }) };
    const open = after(lagging);

    expect(where(lagging)).toBe("open waits_for_pull");
    expect(where({ ...open, pull: pull() })).toBe("improve retry");
  });

  it.each([
    ["a fix of checks that are green by now", "fix"],
    ["an improvement of what nobody wants changed any more", "improve"],
  ] as const)("forgets %s", (_, kind) => {
    const queued = {
      phase: "queued",
      reason: "infrastructure",
      wanted: { kind, how: "retry" },
      head: HEAD,
    } as const;
    const from = task({ ...queued, pull: 8 }, { pull: pull(), branchHead: HEAD });

    expect(decide(from).move?.record).toMatchObject({ phase: "open", wanted: null });
  });

  it("hands the agent what the last one said, and no session of another agent", () => {
    const read = came("timeout", { kind: "implement", work: WORK }).baton;
    const kept = read.kind === "report" ? read.report : null;
    const last = attempt({ agent: "codex", end: "timeout", ended: NOW, work: WORK, run: 501 });
    const from = task(
      {
        phase: "queued",
        reason: "timeout",
        attempts: [last],
        spent: { attempts: 1, turns: 3, usd: 0 },
        wanted: { kind: "implement", how: "resume" },
      },
      { unfinished: kept && { oid: RETURNED, work: WORK, session: sha("6"), report: kept } },
    );

    const { move } = decide(from);

    expect(move?.job?.kind === "new" && move.job.job.previous).toEqual({
      end: "timeout",
      summary: "Handles empty input.",
      session: null,
    });
  });
});

describe("a run without a report", () => {
  it.each([
    ["that nobody saw spends nothing", null, 0],
    ["that was seen may have spent all that was reserved", 501, 10],
  ] as const)("%s", (_, id, spent) => {
    const refused = [{ kind: "dispatch_refused", attempt: 1, status: 422, message: "no" }] as const;
    const from = inFlight({
      run: id === null ? null : run({ conclusion: "timed_out" }),
      evidence: id === null ? [...refused] : [],
    });

    expect(decide(from).move?.queue?.spent).toBe(spent);
  });
});

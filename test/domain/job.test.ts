/** The job of an attempt: everything its run is told, kind by kind, and nothing that belongs to another. */
import { describe, expect, it } from "vitest";
import { Config } from "../../src/domain/config.ts";
import { NO_FINDINGS, type Findings, type KnownFinding } from "../../src/domain/finding.ts";
import { Job } from "../../src/domain/job.ts";
import { jobFor, matterFor } from "../../src/domain/make-job.ts";
import type { Attempt, RecordBody } from "../../src/domain/record.ts";
import type { Snapshot, Unfinished } from "../../src/domain/snapshot.ts";
import {
  ANNA,
  attempt,
  BASE,
  BRIEF,
  check,
  finding,
  HEAD,
  NOW,
  pull,
  record,
  RETURNED,
  ready,
  report,
  sha,
  snapshot,
  task,
  thread,
} from "./snapshots.ts";
import { recordOf } from "./speech.ts";

const CONFIG = Config.parse({
  setup: "npm ci",
  verify: "npm test",
  instructions: "Be brief.",
  agents: { review: { max_turns: 33 }, implement: { max_turns: 77, timeout: "30m", silence: "4m" } },
  guard: { protect: ["infra/**"], allow: ["AGENTS.md"], files: 12, bytes: "1KiB" },
  loops: { same_call: 3, same_error: 4, same_test: 6 },
});
const RED = { outcome: "failure", log: "Error: no." };
const NOTHING = { findings: [], feedback: [], checks: [] };

function job(from: Snapshot, change: Partial<Attempt> = {}, body: Partial<RecordBody> = {}): Job {
  const made = { ...record(), ...recordOf(from), ...body };
  return jobFor(from, made, { attempt: attempt(change), config: CONFIG });
}

function matter(from: Snapshot, kind: Attempt["kind"], how: Attempt["how"] = "first") {
  return matterFor(from, recordOf(from), { kind, how });
}

function named(state: KnownFinding["state"], n: number): KnownFinding {
  return finding({ state, n, fingerprint: String(n).padStart(12, "0") });
}

function word(at: string, body: string) {
  return { id: "0123456789ab", by: ANNA, at, body, path: null, line: null, thread: null };
}

function left(change: Partial<Unfinished> = {}, of = 1): Unfinished {
  const read = { kind: "report", report: report({ attempt: of, summary: "Half of it." }) } as const;
  return { oid: RETURNED, work: sha("5"), session: sha("6"), report: read, ...change };
}

it("is all of this, in the shape of the contract", () => {
  const made = job(task({}), { n: 3, agent: "codex", model: "large", reserved: 4 });

  expect(made).toEqual({
    v: 1,
    repository: { id: 1, name: "acme/app" },
    issue: 7,
    attempt: 3,
    kind: "implement",
    how: "first",
    brief: BRIEF,
    start: { base: BASE, base_branch: "main", head: null, work: null },
    plan: null,
    answer_to: null,
    ...NOTHING,
    previous: null,
    agent: { name: "codex", model: "large", fallback: [] },
    limits: {
      turns: 77,
      seconds: 1800,
      silence: 240,
      usd: 4,
      files: 12,
      bytes: 1024,
      loops: { same_call: 3, same_error: 4, same_test: 6 },
    },
    rebase: null,
    rebased: null,
    email: "99+gza[bot]@users.noreply.github.test",
    parallel: 5,
    setup: "npm ci",
    verify: "npm test",
    sandbox: "auto",
    network: { registries: true, tunnel: [] },
    logs: true,
    protect: ["infra/**"],
    allow: ["AGENTS.md"],
    instructions: "Be brief.",
  });
  expect(Job.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
});

it("cannot be made of a task whose brief is not there", () => {
  expect(() => job(task({}, { brief: null }))).toThrow("the record of task 7 has no brief.json beside it");
});

it.each<[Attempt["kind"], number | null, number]>([
  ["implement", null, 77],
  ["implement", 9, 9],
  ["improve", 9, 9],
  ["review", null, 33],
  ["review", 9, 33],
])("an attempt to %s asked for with %s turns has %i", (kind, asked, turns) => {
  const settings = { agent: null, model: null, max_turns: asked, budget: null };

  expect(job(task({ settings }), { kind }).limits.turns).toBe(turns);
});

describe("what it goes on from", () => {
  const last = attempt({ end: "timeout", ended: NOW, reserved: 0, work: sha("5") });
  const before = { attempts: [last], spent: { attempts: 1, turns: 3, usd: 0.1 } };
  const from = task(before, { unfinished: left() });

  it("is work, session and summary of the attempt before, for the same agent", () => {
    const made = job(from, { n: 2, how: "resume" });

    expect(made.start.work).toBe(sha("5"));
    expect(made.previous).toEqual({ end: "timeout", summary: "Half of it.", session: sha("6") });
    expect(Job.parse(made)).toEqual(made);
  });

  it("has no session for another agent", () => {
    const made = job(from, { n: 2, how: "resume", agent: "codex" });

    expect(made.start.work).toBe(sha("5"));
    expect(made.previous).toEqual({ end: "timeout", summary: "Half of it.", session: null });
  });

  it("is the summary alone for an attempt made again", () => {
    const made = job(from, { n: 2, how: "retry" });

    expect(made.start.work).toBeNull();
    expect(made.previous).toEqual({ end: "timeout", summary: "Half of it.", session: null });
  });

  it.each<[string, Snapshot, Partial<Attempt>]>([
    ["a first attempt", from, { n: 2, how: "first" }],
    ["a judge", from, { n: 2, how: "judge", kind: "review" }],
    ["an attempt with none before it", task({}), { how: "retry" }],
  ])("is nothing for %s", (_, at, change) => {
    expect(job(at, change).previous).toBeNull();
  });

  it("has no words where the report is gone or of an older attempt", () => {
    const older = task(
      { attempts: [attempt({ end: "question", ended: NOW }), { ...last, n: 2 }] },
      { unfinished: left() },
    );
    const gone = task(before, { unfinished: null });

    expect(job(older, { n: 3, how: "retry" }).previous).toEqual({
      end: "timeout",
      summary: "",
      session: null,
    });
    expect(job(gone, { n: 2, how: "retry" }).previous).toEqual({
      end: "timeout",
      summary: "",
      session: null,
    });
  });
});

describe("what people answered", () => {
  const asked = attempt({ end: "question", ended: "2026-03-01T11:30:00Z", reserved: 0 });
  const words = [
    word("2026-03-01T11:29:00Z", "Before the question."),
    word("2026-03-01T11:31:00Z", "The short list."),
    word("2026-03-01T11:32:00Z", "Sorted."),
  ];

  it("to the question of the attempt before goes with the job, each with its author", () => {
    const from = task({ attempts: [asked] }, { findings: { ...NO_FINDINGS, words } });

    expect(job(from, { n: 2, how: "resume" }).answer_to).toBe("anna: The short list.\n\nanna: Sorted.");
  });

  it.each<[string, Attempt[], Findings | null, Attempt["kind"]]>([
    ["nobody has answered", [asked], NO_FINDINGS, "implement"],
    ["there are no words", [asked], null, "implement"],
    [
      "the question has come through since",
      [asked, attempt({ n: 2, end: "completed", ended: NOW })],
      { ...NO_FINDINGS, words },
      "implement",
    ],
    ["an attempt of another kind had asked", [asked], { ...NO_FINDINGS, words }, "fix"],
    [
      "the attempt before asked nothing",
      [attempt({ end: "timeout", ended: NOW })],
      { ...NO_FINDINGS, words },
      "implement",
    ],
  ])("is nothing where %s", (_, attempts, findings, kind) => {
    expect(job(task({ attempts }, { findings }), { n: 3, kind }).answer_to).toBeNull();
  });
});

describe("the matter", () => {
  const known = [
    named("open", 1),
    named("addressed", 2),
    named("disputed", 3),
    named("fixed", 4),
    named("unseen", 5),
    named("dismissed", 6),
  ];
  const words = [word("2026-03-01T11:00:00Z", "Shorter, please.")];
  const full = ready(
    {},
    {
      findings: { ...NO_FINDINGS, known, words },
      pull: pull({ checks: [check(RED)], threads: [thread("No.")] }),
    },
  );
  const numbers = ({ findings }: { findings: KnownFinding[] }): number[] => findings.map(({ n }) => n);

  it("of an improve attempt is every open finding and every open word, of no other kind of work", () => {
    const found = matter(full, "improve");

    expect(numbers(found)).toEqual([1, 3]);
    expect(found.feedback.map(({ body }) => body)).toEqual(["Shorter, please.", "anna: No."]);
    expect(found.checks).toEqual([]);
  });

  it("of a review is what may be seen again; of a judge what is disputed", () => {
    expect(numbers(matter(full, "review"))).toEqual([1, 2, 3]);
    expect(numbers(matter(full, "review", "judge"))).toEqual([3]);
    expect(matter(full, "review")).toMatchObject({ feedback: [], checks: [] });
    expect(matter(ready(), "review")).toEqual(NOTHING);
  });

  it.each(["implement", "explore", "plan", "rebase"] as const)(
    "of an attempt to %s is the brief alone",
    (kind) => {
      expect(matter(full, kind)).toEqual(NOTHING);
    },
  );

  it.each<[string, Snapshot, { name: string; log: string }[]]>([
    ["the red checks with their logs", full, [{ name: "test", log: "Error: no." }]],
    [
      "without a log where there is none",
      ready({}, { pull: pull({ checks: [check({ ...RED, log: null })] }) }),
      [{ name: "test", log: "" }],
    ],
    ["none, where none is red", ready(), []],
    [
      "none, where one still runs",
      ready({}, { pull: pull({ checks: [check(RED), check({ outcome: "queued" })] }) }),
      [],
    ],
    [
      "all of them, where all are red on the base too",
      {
        ...full,
        repository: { ...snapshot().repository, baseChecks: [{ name: "test", outcome: "failure" }] },
      },
      [{ name: "test", log: "Error: no." }],
    ],
  ])("of a fix is %s", (_, from, checks) => {
    expect(matter(from, "fix")).toEqual({ ...NOTHING, checks });
  });
});

it("names what the branch stood on when the attempt began", () => {
  const from = ready({}, {});
  const made = job(from, { n: 2, kind: "fix", start: { base: BASE, head: HEAD } });

  expect(made.start).toEqual({ base: BASE, base_branch: "main", head: HEAD, work: null });
});

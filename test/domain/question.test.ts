/** A question of an agent: whose words answer it, what they come to, and that they are said to no one else. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import { feedbackId } from "../../src/domain/feedback.ts";
import { NO_FINDINGS, type Findings } from "../../src/domain/finding.ts";
import { findingsHash } from "../../src/domain/findings.ts";
import type { CommentFacts, Snapshot } from "../../src/domain/snapshot.ts";
import {
  ANNA,
  attempt,
  BASE,
  comment,
  CONFIG,
  GUEST,
  HEAD,
  JOB,
  NOW,
  pull,
  report,
  RETURNED,
  returned,
  run,
  sha,
  task,
} from "./snapshots.ts";
import { after, answers, recordOf, says, where } from "./speech.ts";

const ASKED = "2026-03-01T11:59:50Z";
const QUESTION = attempt({ end: "question", ended: ASKED, run: 501, reserved: 0 });
const SPENT = { attempts: 1, turns: 3, usd: 0.1 };
const LISTED: Partial<Snapshot> = {
  config: { kind: "config", blob: sha("d"), config: { ...CONFIG, bots: [77] } },
};

/** Parked with a question; a session and no work are kept. */
function asking(change: Partial<Snapshot> = {}): Snapshot {
  const read = { kind: "report", report: report({ end: "question", question: "Which list?" }) } as const;
  return task(
    { phase: "parked", reason: "question", attempts: [QUESTION], spent: SPENT },
    { unfinished: { oid: RETURNED, work: null, session: sha("6"), report: read }, ...change },
  );
}

describe("an answer", () => {
  it("is acknowledged first, then taken", () => {
    const { move, effects } = decide(says("The short one.", asking(), { acknowledged: false }));

    expect(move).toBeNull();
    expect(effects[0]).toEqual({ kind: "react", comment: 1001, content: "+1" });
  });

  it("is given to the agent, which goes on in its session", () => {
    const taken = after(says("The short one.", asking()));

    const { move } = decide(taken);

    expect(recordOf(taken)).toMatchObject({
      phase: "queued",
      reason: "resumed",
      heard: 1,
      seen: { comment: 1001 },
    });
    expect(move?.record.attempt).toMatchObject({ n: 2, how: "resume" });
    expect(move?.job?.kind === "new" && move.job.job).toMatchObject({
      answer_to: "anna: The short one.",
      previous: { end: "question", session: sha("6") },
    });
  });

  it.each<[string, string, Partial<CommentFacts>, Partial<Snapshot>]>([
    ["somebody without write", "The long one.", { by: GUEST }, {}],
    ["an account that is gone", "The long one.", { by: null }, {}],
    ["a bot", "Build passed.", { by: { id: 77, login: "ci[bot]" }, isBot: true }, {}],
  ])("is none by %s", (_, body, change, facts) => {
    expect(where(says(body, asking(facts), change))).toBe("as it is");
  });

  it.each<[string, Partial<CommentFacts>, Partial<Snapshot>]>([
    ["on the pull request", { on: "pull" }, {}],
    ["edited since", { edited: NOW }, {}],
    ["by a bot that the config lists", { by: { id: 77, login: "ci[bot]" }, isBot: true }, LISTED],
  ])("counts too: %s", (_, change, facts) => {
    expect(where(says("The short one.", asking(facts), change))).toBe("queued resumed");
  });

  it("comes after an outsider's words, which are left out", () => {
    const comments = [comment("The long one!", { by: GUEST }), comment("The short one.", { id: 1002 })];

    const { move } = decide(asking({ comments }));

    expect(move?.findings?.words.map(({ body }) => body)).toEqual(["The short one."]);
  });

  it("is cleaned of what hides", () => {
    const { move } = decide(says("The short<!-- and leak --> one.", asking()));

    expect(move?.findings?.words.map(({ body }) => body)).toEqual(["The short one."]);
  });

  it("is not lost when another move is made in the same look", () => {
    const lost = [{ key: "parked:20260301t115950z", at: "2026-03-01T11:50:00Z" }];
    const from = says("The short one.", asking(), { acknowledged: false });
    const overdue = { ...from, record: task({ ...recordOf(from), intents: lost }).record };

    expect(decide(overdue).move).toMatchObject({ record: { seen: { comment: 0 } } });
  });
});

describe("a command beside it", () => {
  it("before it is heard first, and the answer stays for the next look", () => {
    const comments = [comment("/gza status"), comment("The short one.", { id: 1002 })];
    const first = decide(asking({ comments }));

    expect(answers(asking({ comments }))).toEqual(["status"]);
    expect(first.move?.record).toMatchObject({ phase: "parked", seen: { comment: 1001 } });
  });

  it("after it is heard after it", () => {
    const comments = [comment("The short one."), comment("/gza retry", { id: 1002 })];
    const first = after(asking({ comments }));

    expect(recordOf(first)).toMatchObject({ phase: "queued", seen: { comment: 1001 } });
    expect(where({ ...first, comments: comments.slice(1) })).toBe("queued retried");
  });

  it("/gza cancel is heard at once", () => {
    const comments = [comment("The short one."), comment("/gza cancel", { id: 1002 })];

    expect(where(asking({ comments }))).toBe("cancelled command");
  });

  it("is no answer, even a mistaken one", () => {
    expect(where(says("/gza the short one", asking()))).toBe("parked question");
  });

  it("/gza retry does without an answer", () => {
    const { move } = decide(after(says("/gza retry", asking())));

    expect(move?.record.attempt).toMatchObject({ how: "retry" });
    expect(move?.job?.kind === "new" && move.job.job.answer_to).toBeNull();
  });
});

describe("what was answered", () => {
  const words = {
    id: feedbackId("comment 1001"),
    by: ANNA,
    at: "2026-03-01T11:59:55Z",
    body: "The short one.",
    path: null,
    line: null,
    thread: null,
  };
  const findings: Findings = { ...NO_FINDINGS, words: [words] };
  const known = { findings: findingsHash(findings), spent: { attempts: 2, turns: 6, usd: 0.2 } };

  it("is told once more to an attempt that is made again", () => {
    const lost = attempt({ n: 2, how: "resume", end: "infrastructure", ended: NOW, run: 502, reserved: 0 });
    const again = task(
      {
        ...known,
        phase: "queued",
        reason: "infrastructure",
        attempts: [QUESTION, lost],
        wanted: { kind: "implement", how: "retry" },
      },
      { findings },
    );

    const { move } = decide(again);

    expect(move?.job?.kind === "new" && move.job.job.answer_to).toBe("anna: The short one.");
  });

  it("is no wish for a further change once the work has landed", () => {
    const flying = attempt({ n: 2, how: "resume", run: 501 });
    const back = returned({ attempt: 2 });
    const running = task({
      ...known,
      phase: "running",
      reason: "started",
      attempt: flying,
      attempts: [QUESTION],
    });

    const landed = decide({ ...back, record: running.record, findings });

    expect(landed.move?.record).toMatchObject({ phase: "open", reason: "implemented" });
    expect(landed.move?.findings?.words).toEqual([]);
  });

  it("to a reviewer is no wish for a change either", () => {
    const start = { base: BASE, head: HEAD };
    const asked = attempt({ ...QUESTION, kind: "review", start });
    const flying = attempt({ n: 2, kind: "review", how: "resume", start, run: 501 });
    const read = report({
      attempt: 2,
      kind: "review",
      findings: [],
      coverage: [],
      review: { head: HEAD, patch: "9", dropped: [], gone: [] },
    });
    const from = task(
      {
        ...known,
        phase: "running",
        reason: "started",
        attempt: flying,
        attempts: [asked],
        head: HEAD,
        pull: 8,
      },
      {
        findings,
        pull: pull(),
        branchHead: HEAD,
        run: run(),
        baton: {
          kind: "report",
          oid: RETURNED,
          at: NOW,
          job: JOB,
          work: null,
          report: { kind: "report", report: read },
        },
      },
    );

    expect(decide(from).move?.findings?.words).toEqual([]);
  });

  it("is not told to an attempt of another kind", () => {
    const completed = attempt({ n: 2, end: "completed", ended: NOW, run: 502, reserved: 0 });
    const later = task(
      {
        ...known,
        phase: "queued",
        reason: "retried",
        attempts: [QUESTION, completed],
        wanted: { kind: "implement", how: "retry" },
      },
      { findings },
    );

    const { move } = decide(later);

    expect(move?.job?.kind === "new" && move.job.job.answer_to).toBeNull();
  });
});

/** Words of people: which count, when they are taken up, and that each is answered. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import { feedbackId, openFeedback, quietAt } from "../../src/domain/feedback.ts";
import { NO_FINDINGS } from "../../src/domain/finding.ts";
import type { ReviewFacts, Snapshot, ThreadComment, ThreadFacts } from "../../src/domain/snapshot.ts";
import {
  ANNA,
  attempt,
  GUEST,
  HEAD,
  NOW,
  pull,
  ready,
  record,
  run,
  report,
  sha,
  task,
  thread,
} from "./snapshots.ts";

const QUIET = "2026-03-01T11:55:00Z";
const BEN = { id: 13, login: "ben" };
const TOO_SOON = "2026-03-01T11:55:01Z";

function word(change: Partial<ThreadComment> = {}): ThreadComment {
  return { by: ANNA, isBot: false, isMine: false, key: null, at: QUIET, body: "Please a list.", ...change };
}

function review(change: Partial<ReviewFacts> = {}): ReviewFacts {
  return { id: 5, by: ANNA, isBot: false, state: "changes_requested", at: QUIET, body: "No.", ...change };
}

function said(threads: ThreadFacts[], reviews: ReviewFacts[] = []): Snapshot {
  return ready({}, { pull: pull({ threads, reviews }) });
}

function count(snapshot: Snapshot): number {
  return snapshot.record.kind === "record" ? openFeedback(snapshot, snapshot.record.record).length : 0;
}

describe("what counts", () => {
  it.each([
    ["a thread whose last word is a person's", said([thread("No.")]), 1],
    [
      "one of GZA's that a person has answered",
      said([thread("", { comments: [word({ isMine: true, by: null }), word()] })]),
      1,
    ],
    [
      "one that GZA has answered",
      said([thread("", { comments: [word(), word({ isMine: true, by: null })] })]),
      0,
    ],
    ["one that is resolved", said([thread("No.", { isResolved: true })]), 0],
    ["one by somebody without write", said([thread("", { comments: [word({ by: GUEST })] })]), 0],
    ["one by a bot", said([thread("", { comments: [word({ isBot: true })] })]), 0],
    ["a review that requests changes", said([], [review()]), 1],
    ["one that the same person took back", said([], [review(), review({ id: 6, state: "approved" })]), 0],
    [
      "one after which the person only commented",
      said([], [review(), review({ id: 6, state: "commented" })]),
      1,
    ],
    ["one by somebody without write", said([], [review({ by: GUEST })]), 0],
    ["a mere comment", said([], [review({ state: "commented" })]), 0],
  ])("%s", (_, snapshot, expected) => {
    expect(count(snapshot)).toBe(expected);
  });

  it("is taken up once", () => {
    const taken = ready(
      { seen: { comment: 0, feedback: QUIET } },
      { pull: pull({ threads: [thread("", { comments: [word()] })] }) },
    );

    expect(count(taken)).toBe(0);
  });
});

describe("when", () => {
  it("five minutes have passed without another word, an attempt takes up all of it", () => {
    const threads = [thread("", { comments: [word()] }), thread("", { id: "PRRT_2", comments: [word()] })];
    const { move } = decide(said(threads, [review()]));

    expect(move?.record).toMatchObject({ phase: "running", attempt: { kind: "improve" }, heard: 1 });
    expect(move?.job?.kind === "new" && move.job.job.feedback.map(({ body }) => body)).toEqual([
      "anna: Please a list.",
      "anna: Please a list.",
      "No.",
    ]);
  });

  it("a word is younger, it waits, and nothing is merged over it", () => {
    const young = said([thread("", { comments: [word({ at: TOO_SOON })] })]);
    if (young.record.kind === "record") young.record.record.merge = { by: ANNA, method: null, at: NOW };

    const { move, effects, again } = decide(young);

    expect(move?.record).toMatchObject({ phase: "open", reason: "waits_for_feedback" });
    expect(effects.map(({ kind }) => kind)).not.toContain("request_merge");
    expect(again).toBe("2026-03-01T12:00:01Z");
  });

  it("somebody says /gza improve, it does not wait", () => {
    const threads = [thread("", { comments: [word({ at: TOO_SOON })] })];
    const wanted = ready(
      { phase: "open", reason: "feedback", wanted: { kind: "improve", how: "first" } },
      { pull: pull({ threads }) },
    );

    expect(decide(wanted).move?.record.attempt?.kind).toBe("improve");
  });
});

describe("an improve attempt that lands", () => {
  it("answers in every thread that was there when it began, also where it said nothing", () => {
    const threads = [
      thread("", { id: "PRRT_1", comments: [word()] }),
      thread("", { id: "PRRT_2", comments: [word()] }),
      thread("", { id: "PRRT_3", comments: [word({ at: NOW })] }),
    ];
    const head = sha("2");
    const closed = [{ finding: feedbackId("PRRT_1"), how: "addressed" as const, evidence: "A list." }];
    const work = { base: sha("b"), head, commits: 1, files: 1, patch: "8", finished: true };
    const flying = attempt({ n: 2, kind: "improve", start: { base: sha("b"), head: HEAD }, claimed: QUIET });
    const body =
      ready().record.kind === "record"
        ? record({ head: HEAD, pull: 8, phase: "running", reason: "started", attempt: flying })
        : null;
    const snapshot = task(body ?? {}, {
      pull: pull({ threads }),
      branchHead: HEAD,
      run: run(),
      baton: {
        kind: "report",
        oid: sha("c"),
        at: NOW,
        job: flying.job,
        work: head,
        report: { kind: "report", report: report({ attempt: 2, kind: "improve", closed, work }) },
      },
    });

    const { move, effects } = decide(snapshot);
    const answers = effects.find((effect) => effect.kind === "answer_threads");

    expect(move?.record).toMatchObject({ head, reason: "improved", seen: { feedback: QUIET } });
    expect(
      answers?.kind === "answer_threads" &&
        answers.replies.map(({ thread: id, body: text }) => [id, text.split("\n")[1]]),
    ).toEqual([
      ["PRRT_1", `Taken up in ${head.slice(0, 12)}. A list.`],
      [
        "PRRT_2",
        `Work went on in ${head.slice(0, 12)}; nothing was said about this in particular, so please look.`,
      ],
    ]);
  });
});

describe("the words that an attempt gets", () => {
  const bodies = (from: Snapshot): string[] =>
    from.record.kind === "record" ? openFeedback(from, from.record.record).map(({ body }) => body) : [];

  it("are what GZA and the person said, each named, oldest first, and nobody else's", () => {
    const comments = [
      word({ by: null, isMine: true, isBot: true, body: "**F1, blocker: No list**" }),
      word({ by: GUEST, body: "I have a say." }),
      word({ by: null, body: "So had I." }),
      word({ body: "Not so." }),
    ];

    expect(bodies(said([thread("", { comments })]))).toEqual([
      "GZA: **F1, blocker: No list**\n\nanna: Not so.",
    ]);
  });

  it("are the last eight thousand characters of a long conversation", () => {
    const comments = [word({ body: "y".repeat(5000) }), word({ body: "x".repeat(5000) })];
    const [body] = bodies(said([thread("", { comments })]));

    expect(body).toHaveLength(8000);
    expect(body?.endsWith("x".repeat(5000))).toBe(true);
  });

  it("come oldest first, wherever they were said", () => {
    const threads = [thread("", { comments: [word({ at: "2026-03-01T11:03:00Z", body: "third" })] })];
    const reviews = [review({ at: "2026-03-01T11:02:00Z", body: "second" })];
    const words = { id: "0123456789ab", by: ANNA, path: null, line: null, thread: null };
    const at = "2026-03-01T11:01:00Z";
    const findings = { ...NO_FINDINGS, words: [{ ...words, at, body: "first" }] };

    expect(bodies({ ...said(threads, reviews), findings })).toEqual(["first", "second", "anna: third"]);
  });

  it("know where they were said, so that the answer comes back there", () => {
    const threads = [thread("", { id: "PRRT_1", path: "a.ts", line: 3, comments: [word()] })];
    const reviews = [review({ id: 5 }), review({ id: 6, by: BEN })];
    const from = said(threads, reviews);
    const roles = new Map([...from.roles, [BEN.id, "write"] as const]);
    const found = from.record.kind === "record" ? openFeedback({ ...from, roles }, from.record.record) : [];

    expect(found[0]).toMatchObject({ thread: "PRRT_1", path: "a.ts", line: 3, by: ANNA, at: QUIET });
    expect(found[1]).toMatchObject({ thread: null, path: null, line: null });
    expect(new Set(found.map(({ id }) => id)).size).toBe(3);
    for (const { id } of found) expect(id).toMatch(/^[0-9a-f]{12}$/);
  });

  it.each([
    ["a thread", said([thread("", { comments: [word({ by: null })] })])],
    ["a thread that is empty", said([thread("", { comments: [] })])],
    ["a review", said([], [review({ by: null })])],
    ["no pull request", ready({}, { pull: null })],
  ])("are none of an account that is gone: %s", (_, from) => {
    expect(bodies(from)).toEqual([]);
  });

  it("are each person's own, also where two accounts are gone", () => {
    const reviews = [
      review({ id: 5, by: null }),
      review({ id: 6, body: "Mine." }),
      review({ id: 7, by: null }),
    ];

    expect(bodies(said([], reviews))).toEqual(["Mine."]);
  });
});

it("is quiet five minutes after the last word, and never where there is none", () => {
  const words = { id: "0123456789ab", by: ANNA, body: "", path: null, line: null, thread: null };

  expect(
    quietAt([
      { ...words, at: "2026-03-01T10:00:00Z" },
      { ...words, at: QUIET },
    ]),
  ).toBe(NOW);
  expect(quietAt([])).toBeNull();
});

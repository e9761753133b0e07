/** Words of people: which count, when they are taken up, and that each is answered. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import { feedbackId, openFeedback } from "../../src/domain/feedback.ts";
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

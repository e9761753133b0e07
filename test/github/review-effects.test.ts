/** Reviews and what belongs to them: posted once, written anew, answered, resolved, folded away. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Effect } from "../../src/domain/decision.ts";
import type { Evidence, Snapshot } from "../../src/domain/snapshot.ts";
import { applyEffect } from "../../src/github/apply-effect.ts";
import { smallRepository, type SmallRepository } from "./small-repository.ts";
import { look, taskWithPull } from "./task-on-branch.ts";

const where = { owner: "ada", repo: "engine" };
const TEN = Array.from({ length: 10 }, (_, index) => `line ${index + 1}\n`).join("");
const REVIEW = { kind: "post_review", key: "review:1", body: "<!-- gza:review:1 -->\nLook." } as const;

let small: SmallRepository;

beforeAll(async () => {
  small = await smallRepository();
});
afterAll(() => small.playground.stop());

/** Both times from the same, by then outdated, snapshot. */
async function twice(snapshot: Snapshot, effect: Effect): Promise<Evidence[][]> {
  const first = await applyEffect(small.client, { snapshot, record: null }, effect);
  return [first, await applyEffect(small.client, { snapshot, record: null }, effect)];
}

async function reviewsOf(pull: number) {
  const { data } = await small.ada.rest.pulls.listReviews({ ...where, pull_number: pull });
  return data;
}

async function lineComments(pull: number) {
  const { data } = await small.ada.rest.pulls.listReviewComments({ ...where, pull_number: pull });
  return data;
}

describe("a review", () => {
  test("is posted once, on its head, with its comments on lines, and is known by its key afterwards", async () => {
    const { snapshot, pull, head, issue } = await taskWithPull(small, { "a file (ü).txt": TEN });
    const comments = [
      { path: "a file (ü).txt", line: 3, startLine: null, body: "<!-- gza:finding:aa -->\nOne line." },
      { path: "a file (ü).txt", line: 8, startLine: 5, body: "<!-- gza:finding:bb -->\nSeveral." },
    ];

    const [first, second] = await twice(snapshot, { ...REVIEW, pull: pull.number, head, comments });
    const posted = await reviewsOf(pull.number);
    const lines = await lineComments(pull.number);
    const after = await look(small, issue);

    expect(posted).toMatchObject([{ body: REVIEW.body, state: "COMMENTED", commit_id: head }]);
    expect([first, second]).toEqual([1, 2].map(() => [{ kind: "said", key: "review:1", id: posted[0]?.id }]));
    expect(lines.map(({ line, start_line: start }) => [start ?? null, line])).toEqual([
      [null, 3],
      [5, 8],
    ]);
    expect(after.said.get("review:1")).toMatchObject({ body: REVIEW.body, isMinimised: false });
    expect(after.pull).toMatchObject({
      reviews: [],
      threads: [
        {
          path: "a file (ü).txt",
          line: 3,
          isResolved: false,
          comments: [{ isMine: true, key: "finding:aa" }],
        },
        { line: 8, comments: [{ key: "finding:bb" }] },
      ],
    });
  });

  test("is written anew where it says something else now", async () => {
    const { snapshot, pull, head, issue } = await taskWithPull(small);
    const effect = { ...REVIEW, pull: pull.number, head, comments: [] };
    await twice(snapshot, effect);
    const body = "<!-- gza:review:1 -->\nF1 was dismissed.";

    await twice(await look(small, issue), { ...effect, body });

    expect((await reviewsOf(pull.number)).map((review) => review.body)).toEqual([body]);
  });

  test("with one comment outside the diff is posted without its comments", async () => {
    const { snapshot, pull, head } = await taskWithPull(small, { "a.txt": TEN });
    const comments = [
      { path: "a.txt", line: 3, startLine: null, body: "In the diff." },
      { path: "a.txt", line: 300, startLine: null, body: "Nowhere." },
    ];

    await twice(snapshot, { ...REVIEW, pull: pull.number, head, comments });

    expect([(await reviewsOf(pull.number)).length, await lineComments(pull.number)]).toEqual([1, []]);
  });

  test("whose answer was lost is found again", async () => {
    const { snapshot, pull, head } = await taskWithPull(small);
    small.loseAnswer("POST", /\/reviews$/);

    const effect = { ...REVIEW, pull: pull.number, head, comments: [] };
    const evidence = await applyEffect(small.client, { snapshot, record: null }, effect);

    const posted = await reviewsOf(pull.number);
    expect(posted).toHaveLength(1);
    expect(evidence).toEqual([{ kind: "said", key: "review:1", id: posted[0]?.id }]);
  });

  test("of somebody else with the same hidden line is not GZA's", async () => {
    const { pull, head, issue } = await taskWithPull(small);
    const theirs = { ...where, pull_number: pull.number, event: "COMMENT" as const, body: REVIEW.body };
    await small.eve.rest.pulls.createReview(theirs);
    const snapshot = await look(small, issue);

    await twice(snapshot, { ...REVIEW, pull: pull.number, head, comments: [] });

    expect(await reviewsOf(pull.number)).toHaveLength(2);
    expect([snapshot.said.size, snapshot.pull?.reviews.length]).toEqual([0, 1]);
  });
});

test("the check run is made once, and written over when the verdict changes", async () => {
  const { snapshot, head, issue } = await taskWithPull(small, { "a.txt": TEN });
  const note = { path: "a.txt", startLine: 2, endLine: 3, level: "failure", title: "F1", message: "Wrong." };
  const check = { kind: "set_check", name: "gza / review", head, title: "1 blocker", summary: "F1" } as const;
  await twice(snapshot, { ...check, conclusion: "failure", annotations: [{ ...note, level: "failure" }] });
  const red = (await look(small, issue)).pull?.checks;

  await twice(await look(small, issue), { ...check, conclusion: "success", annotations: [] });
  const green = (await look(small, issue)).pull?.checks;

  const shown = { name: "gza / review", own: true, run: null, log: null };
  expect(red).toMatchObject([{ ...shown, outcome: "failure", completedAt: expect.any(String) }]);
  expect(green).toMatchObject([{ ...shown, id: red?.[0]?.id, outcome: "success" }]);
});

test("the check run of a move that was just won is made without a look", async () => {
  const { snapshot, head } = await taskWithPull(small);
  if (snapshot.record.kind !== "record") throw new Error("there is no record");
  const record = { ...snapshot.record.record };
  const before = small.playground.requests().length;

  await applyEffect(
    small.client,
    { snapshot, record },
    {
      kind: "set_check",
      name: "gza / review",
      head,
      conclusion: "success",
      title: "Approved",
      summary: "",
      annotations: [],
    },
  );

  const asked = small.playground.requests().slice(before);
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /repos/ada/engine/check-runs"]);
});

describe("threads", () => {
  test("of people are answered; one that is gone is passed over", async () => {
    const { pull, head, issue } = await taskWithPull(small, { "a.txt": TEN });
    await small.ada.rest.pulls.createReviewComment({
      ...where,
      pull_number: pull.number,
      commit_id: head,
      path: "a.txt",
      line: 4,
      body: "Why four?",
    });
    const snapshot = await look(small, issue);
    const thread = snapshot.pull?.threads[0]?.id ?? "";
    const gone = `${thread.slice(0, -4)}AAAA`;
    const reply = (id: string) => ({
      key: "reply:2:aa",
      thread: id,
      body: "<!-- gza:reply:2:aa -->\nTaken up.",
    });

    const evidence = await applyEffect(
      small.client,
      { snapshot, record: null },
      { kind: "answer_threads", attempt: 2, replies: [reply(gone), reply(thread)] },
    );
    const [answered] = (await look(small, issue)).pull?.threads ?? [];

    expect(evidence).toEqual([{ kind: "replied", attempt: 2 }]);
    expect(answered?.comments).toMatchObject([
      { by: { login: "ada" }, isMine: false, isBot: false, key: null, body: "Why four?" },
      { isMine: true, isBot: true, key: "reply:2:aa" },
    ]);
  });

  test("of GZA's own are resolved, and what newer words replaced is folded away", async () => {
    const { snapshot, pull, head, issue } = await taskWithPull(small, { "a.txt": TEN });
    const comments = [{ path: "a.txt", line: 3, startLine: null, body: "<!-- gza:finding:aa -->\nWrong." }];
    await twice(snapshot, { ...REVIEW, pull: pull.number, head, comments });
    await twice(snapshot, { kind: "say", key: "parked:1", on: issue, body: "<!-- gza:parked:1 -->\nHelp." });
    const before = await look(small, issue);
    const threads = (before.pull?.threads ?? []).map(({ id }) => id);
    const nodes = [...before.said.values()].map(({ nodeId }) => nodeId);

    await twice(before, { kind: "resolve_threads", threads });
    await twice(before, { kind: "minimise", nodes });
    const after = await look(small, issue);

    expect(before.pull?.threads.map(({ isResolved }) => isResolved)).toEqual([false]);
    expect(after.pull?.threads.map(({ isResolved }) => isResolved)).toEqual([true]);
    expect([...after.said].map(([key, { isMinimised }]) => [key, isMinimised])).toEqual([
      ["review:1", true],
      ["parked:1", true],
    ]);
  });
});

test("checks that cannot run again are no failure", async () => {
  const { snapshot, head } = await taskWithPull(small);

  const evidence = await twice(snapshot, { kind: "rerun_checks", head, runs: [999_998] });

  expect(evidence.flat()).toEqual([
    { kind: "rerun_asked", head },
    { kind: "rerun_asked", head },
  ]);
});

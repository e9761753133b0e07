/** What GitHub takes of a review and what it refuses whole: lines, paths, sizes. */
import { expect, test } from "vitest";
import type { Octokit } from "@octokit/rest";
import { refusal } from "./engine-world.ts";
import { lines, PULL, reviewedPull } from "./reviewed-pull.ts";

const NAME = "docs/naïve plan – 計画 #1.md";
const LINE = "Unprocessable Entity: Line could not be resolved";
const PATH = "Unprocessable Entity: Path could not be resolved";
const START = "Unprocessable Entity: Pull request review thread start line must";
const LONG = "Validation Failed: body is too long (maximum is 65536 characters)";

/** Two hunks in `a.txt`, a renamed file with a changed line, a binary file, a name with everything in it. */
const BASE = { "old name.txt": lines(), "same.txt": lines() };
const HEAD = {
  "a.txt": lines({ 1: "one", 12: "twelve" }),
  "old name.txt": "",
  "new name.txt": lines({ 6: "six" }),
  "data.bin": "\0\u0001\0",
  [NAME]: "first\nsecond\n",
};

test("one comment that is not in the diff refuses the whole review", async () => {
  const { charles } = await reviewedPull(HEAD, { base: BASE });
  const good = { path: "a.txt", line: 1, body: "Good" };
  const bad = [
    [LINE, { path: "a.txt", line: 6, body: "Between the hunks" }],
    [LINE, { path: "a.txt", line: 13, body: "Beyond the end" }],
    [LINE, { path: "data.bin", line: 1, body: "Binary" }],
    [PATH, { path: "same.txt", line: 1, body: "Not changed" }],
    [PATH, { path: "old name.txt", line: 6, side: "LEFT", body: "Under the old name" }],
    [`${START} precede the end line.`, { path: "a.txt", start_line: 2, line: 2, body: "Same line" }],
    [`${START} be part of the same hunk as the line.`, { path: "a.txt", start_line: 2, line: 11, body: "x" }],
    [`${START} be part of the same hunk as the line.`, { path: "a.txt", start_line: 7, line: 10, body: "x" }],
    [LONG, { path: "a.txt", line: 2, body: "x".repeat(65_537) }],
  ] as const;

  const words = [];
  for (const [, comment] of bad)
    words.push(
      await wordsOf(charles.pulls.createReview({ ...PULL, event: "COMMENT", comments: [good, comment] })),
    );
  const long = await wordsOf(
    charles.pulls.createReview({ ...PULL, event: "COMMENT", body: "x".repeat(65_537), comments: [good] }),
  );

  expect(words).toEqual(bad.map(([expected]) => expected));
  expect(long).toBe(LONG);
  expect((await charles.pulls.listReviews(PULL)).data).toEqual([]);
  expect((await charles.pulls.listReviewComments(PULL)).data).toEqual([]);
});

test("a comment of its own is refused with the field that is wrong", async () => {
  const { charles } = await reviewedPull({ "a.txt": lines({ 1: "one", 12: "twelve" }) });
  const { data: pull } = await charles.pulls.get(PULL);
  const comment = { ...PULL, path: "a.txt", commit_id: pull.head.sha, body: "x" };

  const outside = await refusal(charles.pulls.createReviewComment({ ...comment, line: 6 }));
  const torn = await refusal(charles.pulls.createReviewComment({ ...comment, start_line: 1, line: 12 }));

  const problem = { resource: "PullRequestReviewComment", code: "custom" };
  expect(outside.data).toMatchObject({
    message: "Validation Failed",
    errors: [{ ...problem, message: "pull_request_review_thread.line must be part of the diff" }],
  });
  expect(torn.data).toMatchObject({
    errors: [
      {
        ...problem,
        field: "pull_request_review_thread.start_line",
        message: "pull_request_review_thread.start_line must be part of the same hunk as the line.",
      },
    ],
  });
});

test("lines of renamed files, of odd names and of several lines are commented on, up to the longest text", async () => {
  const { charles } = await reviewedPull(HEAD, { base: BASE });
  const longest = "é".repeat(65_536);

  await charles.pulls.createReview({
    ...PULL,
    event: "COMMENT",
    body: longest,
    comments: [
      { path: "new name.txt", line: 6, body: "Renamed" },
      { path: "new name.txt", line: 6, side: "LEFT", body: "What it was" },
      { path: NAME, start_line: 1, line: 2, body: longest },
      { path: "a.txt", start_line: 10, start_side: "RIGHT", line: 12, side: "RIGHT", body: "Three lines" },
    ],
  });

  const { data: comments } = await charles.pulls.listReviewComments(PULL);
  expect(comments.map(({ path, start_line: start, line, side }) => [path, start, line, side])).toEqual([
    ["new name.txt", null, 6, "RIGHT"],
    ["new name.txt", null, 6, "LEFT"],
    [NAME, 1, 2, "RIGHT"],
    ["a.txt", 10, 12, "RIGHT"],
  ]);
  expect(comments[1]?.diff_hunk).toMatch(/\n-line 6$/);
  expect(comments[2]?.body).toBe(longest);
});

/** The message with what it says of each problem. */
async function wordsOf(request: ReturnType<Octokit["pulls"]["createReview"]>): Promise<string> {
  const { message, data } = await refusal(request);
  const { errors = [] } = data as { errors?: (string | { message: string })[] };
  return [message, ...errors.map((one) => (typeof one === "string" ? one : one.message))].join(": ");
}

/** What stays of an agent's commit message. */
import { expect, it } from "vitest";
import { cleanMessage } from "../../../src/runner/publish/commit-message.ts";

const TRAILERS = "\n\nGza-Task: #7\nGza-Attempt: 2\n";

it.each([
  ["Add a test", "Add a test"],
  ["Add a test\n\nIt was missing.\n", "Add a test\n\nIt was missing."],
  ["", "Work on the task"],
  ["\n\n", "Work on the task"],
  ["Fixes #3", "see #3"],
  [
    "This closes: octo/demo#12 and resolved https://github.com/o/r/issues/1",
    "This see octo/demo#12 and see https://github.com/o/r/issues/1",
  ],
  ["Fix the parser", "Fix the parser"],
  ["Thanks @octocat and @org/team", "Thanks octocat and org/team"],
  ["Mail a@b.example", "Mail a@b.example"],
  ["Docs [skip ci]", "Docs"],
  ["A\n\nGza-Task: #1\nCo-authored-by: Eve <e@e.e>\nSigned-off-by: Eve <e@e.e>", "A"],
  ["A\u{1b}[31mB\u{202e}C\u{200b}", "ABC"],
])("%j becomes %j", (message, expected) => {
  const cleaned = cleanMessage(message, { task: 7, attempt: 2 });

  expect(cleaned).toBe(`${expected}${TRAILERS}`);
});

it("keeps long messages within bounds", () => {
  const cleaned = cleanMessage("x".repeat(50_000), { task: 7, attempt: 2 });

  expect(cleaned).toHaveLength(10_000 + TRAILERS.length);
});

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
  ["A\n\nGza-Task : #1\nCo-Authored-By\t: Eve <e@e.e>", "A"],
  ["Closes GH-3, fix:#4 and _resolves #5_", "see GH-3, see #4 and _see #5_"],
  ["Thanks @@octocat, `@org/team` and _@ann_", "Thanks octocat, `org/team` and _ann_"],
  // What is taken out must not leave together what it kept apart.
  ["Docs [skip [skip ci]ci]", "Docs"],
  ["A\n\nGza-[no ci]Task: #1\nskip-@checks: true", "A"],
  ["A clo[no ci]ses #3", "A see #3"],
  ["A\u{1b}[31mB\u{202e}C\u{200b}", "ABC"],
])("%j becomes %j", (message, expected) => {
  const cleaned = cleanMessage(message, { task: 7, attempt: 2 });

  expect(cleaned).toBe(`${expected}${TRAILERS}`);
});

it("keeps long messages within bounds", () => {
  const cleaned = cleanMessage("x".repeat(50_000), { task: 7, attempt: 2 });

  expect(cleaned).toHaveLength(10_000 + TRAILERS.length);
});

it("ends where somebody nests without end", () => {
  const cleaned = cleanMessage(`${"[skip ".repeat(20)}[skip ci]${"ci]".repeat(20)}`, { task: 7, attempt: 2 });

  expect(cleaned).not.toMatch(/\[skip ci\]/);
});

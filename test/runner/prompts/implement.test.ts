/** The prompt of an implement attempt: what it says, and that nobody's words can end their own block. */
import { expect, it } from "vitest";
import { implementPrompt } from "../../../src/runner/prompts/implement.ts";
import { plainJob } from "../task-server.ts";

const job = plainJob("a".repeat(40));

it("shows the issue as data and says what counts as done", () => {
  const prompt = implementPrompt({ ...job, verify: "npm test\nnpm run lint" }, "f00d");

  expect(prompt).toContain("BEGIN ISSUE f00d\n#7: add() subtracts\n\nIt should add.\nEND ISSUE f00d");
  expect(prompt).toContain("    npm test\n    npm run lint");
  expect(prompt).not.toContain("BEGIN PLAN");
});

it("brings comments, plan, answer, earlier attempt and instructions along", () => {
  const comment = { by: { id: 5, login: "bo" }, at: "2026-01-02T03:04:05Z", body: "Mind the zero." };
  const prompt = implementPrompt({
    ...job,
    brief: { ...job.brief, comments: [comment] },
    plan: "First this.",
    answer_to: "Yes, do.",
    previous: { end: "timeout", summary: "Half done.", session: null },
    instructions: "Write British English.",
  });

  for (const words of [
    "Comment by bo, 2026-01-02T03:04:05Z:\nMind the zero.",
    "First this.",
    "Yes, do.",
    '"timeout"',
    "Half done.",
    "Write British English.",
  ]) {
    expect(prompt).toContain(words);
  }
});

it("fences with a word that nobody can know before", () => {
  const fences = [implementPrompt(job), implementPrompt(job)].map(
    (prompt) => /BEGIN ISSUE (\w+)/.exec(prompt)?.[1],
  );

  expect(fences[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(fences[0]).not.toBe(fences[1]);
});

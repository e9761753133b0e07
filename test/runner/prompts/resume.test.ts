/** The prompts of attempts that go on: why they were stopped, what a person said since, and what is left of the work. */
import { expect, it } from "vitest";
import type { Job } from "../../../src/domain/job.ts";
import { explorePrompt } from "../../../src/runner/prompts/explore.ts";
import { implementPrompt } from "../../../src/runner/prompts/implement.ts";
import { IMPROVE_FORM } from "../../../src/runner/prompts/improve.ts";
import { resumePrompt } from "../../../src/runner/prompts/resume.ts";
import { plainJob } from "../task-server.ts";

const stopped: Job = {
  ...plainJob("a".repeat(40)),
  how: "resume",
  previous: { end: "max_turns", summary: "Half done.", session: "b".repeat(40) },
  verify: "npm test",
};

it("says in the same session only what is new", () => {
  const prompt = resumePrompt(stopped, null, "f00d");

  expect(prompt).toContain("You go on where you were stopped: your turns were used up.");
  expect(prompt).toContain("npm test");
  expect(prompt).toContain('"outcome": "no_change_needed"');
  expect(prompt).not.toContain("It should add.");
  expect(prompt).not.toContain("Half done.");
  expect(prompt.length).toBeLessThan(2000);
});

it("quotes the answer to a question, in the same session and anew", () => {
  const asked: Job = {
    ...stopped,
    previous: { end: "question", summary: "Which?", session: null },
    answer_to: "ann: The first.",
  };

  for (const prompt of [resumePrompt(asked, null, "f00d"), implementPrompt(asked, "f00d")]) {
    expect(prompt).toContain("BEGIN ANSWER f00d\nann: The first.\nEND ANSWER f00d");
  }
});

it("keeps to the form of the kind", () => {
  expect(resumePrompt(stopped, IMPROVE_FORM, "f00d")).toContain('"closed": [');
});

it("says everything anew, and what the earlier attempt has left, where its session is gone", () => {
  const prompt = implementPrompt(stopped, "f00d");

  expect(prompt).toContain("It should add.");
  expect(prompt).toContain('An earlier attempt ended with "max_turns". What it left in the folder is yours');
  expect(prompt).toContain("BEGIN EARLIER f00d\nHalf done.\n");
});

it("says to who tries again how the earlier attempt ended, and that nothing of it is there", () => {
  const prompt = implementPrompt({ ...stopped, how: "retry" }, "f00d");

  expect(prompt).toContain('ended with "max_turns"; nothing of it is in the folder');
});

it("asks who explores for an answer with places, and for no change", () => {
  const prompt = explorePrompt({ ...plainJob("a".repeat(40)), kind: "explore" }, "f00d");

  expect(prompt).toContain("It should add.");
  expect(prompt).toContain("name each file with its path and line");
  expect(prompt).not.toContain("npm test");
  expect(prompt).not.toContain("Commit if you like");
});

/** The prompts of reviewers and judges: what they see, and what is kept from them. */
import { expect, it } from "vitest";
import { againPrompt } from "../../../src/runner/prompts/again.ts";
import {
  judgePrompt,
  REVIEW_FORM,
  reviewPrompt,
  type ReviewMatter,
} from "../../../src/runner/prompts/review.ts";
import { knownFinding, plainJob } from "../task-server.ts";

const secret = knownFinding({ n: 1, title: "An earlier reviewer's words" });
const job = {
  ...plainJob("a".repeat(40)),
  plan: "First this.",
  findings: [secret],
  checks: [{ name: "ci", log: "the log of the checks" }],
};
const matter: ReviewMatter = {
  job,
  house: "Never add a dependency.",
  files: "modified src/add.js, +1 -1",
  diff: "+export const add = (a, b) => a + b;",
  part: 2,
  parts: 3,
};

it("shows brief, plan, the repository's rules, all files and the part's diff, each as data", () => {
  const prompt = reviewPrompt(matter, "f00d");

  expect(prompt).toContain("BEGIN ISSUE f00d\n#7: add() subtracts");
  expect(prompt).toContain("BEGIN PLAN f00d\nFirst this.\nEND PLAN f00d");
  expect(prompt).toContain("BEGIN RULES f00d\nNever add a dependency.\nEND RULES f00d");
  expect(prompt).toContain("BEGIN FILES f00d\nmodified src/add.js, +1 -1\nEND FILES f00d");
  expect(prompt).toContain("BEGIN DIFF f00d\n+export const add");
  expect(prompt).toContain("shown in 3 parts");
  expect(prompt).toContain("Yours is part 2");
  expect(prompt).toContain(REVIEW_FORM);
});

it("keeps earlier reviews and the CI's output from a fresh reviewer", () => {
  const prompt = reviewPrompt(matter);

  expect(prompt).not.toContain("An earlier reviewer's words");
  expect(prompt).not.toContain("the log of the checks");
});

it("leaves out what there is not", () => {
  const prompt = reviewPrompt({ ...matter, job: { ...job, plan: null }, house: null, part: 1, parts: 1 });

  expect(prompt).not.toMatch(/BEGIN (?:PLAN|RULES)/);
  expect(prompt).not.toContain("parts");
});

it("gives a judge each disputed finding and what is said against it", () => {
  const disputed = knownFinding({
    n: 3,
    title: "It overflows",
    end_line: 4,
    dispute: "It cannot: see the test.",
  });

  const prompt = judgePrompt({ ...matter, part: 1, parts: 1 }, [disputed], "f00d");

  expect(prompt).toContain("F3, blocker: It overflows\nWhere: src/add.js:1-4\nEvidence: a - b");
  expect(prompt).toContain("BEGIN DISPUTE OF F3 f00d\nIt cannot: see the test.\nEND DISPUTE OF F3 f00d");
  expect(prompt).toContain('"rulings"');
});

it("asks once more with the faults, the answer's end and the form", () => {
  const prompt = againPrompt(
    { words: `${"x".repeat(100_000)}the end`, faults: ["findings: missing"], form: REVIEW_FORM },
    "f00d",
  );

  expect(prompt).toContain("the end\nEND ANSWER f00d");
  expect(prompt).toContain("- findings: missing");
  expect(prompt).toContain(REVIEW_FORM);
  expect(prompt.length).toBeLessThan(70_000);
});

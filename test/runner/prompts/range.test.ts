/** The prompt of a reviewer who looks at nothing but what a rebase changed. */
import { expect, it } from "vitest";
import { rangePrompt, type RangeMatter } from "../../../src/runner/prompts/range.ts";
import { REVIEW_FORM } from "../../../src/runner/prompts/review.ts";
import { knownFinding, plainJob } from "../task-server.ts";

const matter: RangeMatter = {
  job: {
    ...plainJob("a".repeat(40)),
    findings: [knownFinding({ n: 1, title: "An earlier reviewer's words" })],
  },
  house: "Never add a dependency.",
  files: "modified src/add.js, +1 -1",
  landed: "0123456789ab Add in another way",
  rangeDiff: "1:  aaaaaaaaaaaa ! 1:  bbbbbbbbbbbb Add",
  gone: ["src/old.js"],
  diff: "+export const add = (a, b) => a + b;",
  part: 1,
  parts: 1,
};

it("shows both sides, the comparison and the diff, each as data, and what is not to be reviewed again", () => {
  const prompt = rangePrompt(matter, "f00d");

  expect(prompt).toContain("BEGIN ISSUE f00d\n#7: add() subtracts");
  expect(prompt).toContain("BEGIN RULES f00d\nNever add a dependency.\nEND RULES f00d");
  expect(prompt).toContain("What came to main meanwhile");
  expect(prompt).toContain("BEGIN BASE f00d\n0123456789ab Add in another way\nEND BASE f00d");
  expect(prompt).toContain(
    "BEGIN RANGE-DIFF f00d\n1:  aaaaaaaaaaaa ! 1:  bbbbbbbbbbbb Add\nEND RANGE-DIFF f00d",
  );
  expect(prompt).toContain("BEGIN GONE f00d\nsrc/old.js\nEND GONE f00d");
  expect(prompt).toContain("BEGIN DIFF f00d\n+export const add");
  expect(prompt).toContain("do not review it again");
  expect(prompt).toContain(REVIEW_FORM);
  expect(prompt).not.toContain("An earlier reviewer's words");
  expect(prompt).not.toContain("parts");
});

it("leaves out what there is not, and says which part it is", () => {
  const prompt = rangePrompt({ ...matter, house: null, landed: "", gone: [], part: 2, parts: 3 });

  expect(prompt).not.toMatch(/BEGIN (?:RULES|BASE|GONE)/);
  expect(prompt).toContain("is shown in 3 parts");
  expect(prompt).toContain("Yours is part 2");
});

/** Answers of agents: read leniently where the meaning is clear, refused where it is not. */
import { expect, it } from "vitest";
import { readAnswer } from "../../../src/runner/attempt/ask-json.ts";
import { closedBy, ImproveAnswer, isAllDisputed } from "../../../src/runner/attempt/improve-answer.ts";
import { JudgeAnswer, ReviewAnswer } from "../../../src/runner/review/review-answer.ts";
import { knownFinding, plainJob } from "../task-server.ts";

const FINDING = { severity: "blocker", title: "It subtracts", path: "src/add.js", line: 1 };

function finding(change: object): unknown {
  const answer = ReviewAnswer.parse({ summary: "s", findings: [{ ...FINDING, ...change }] });
  return answer.findings[0];
}

it.each([
  [12, undefined, 12, null],
  ["12", undefined, 12, null],
  ["L12", undefined, 12, null],
  ["12-15", undefined, 12, 15],
  ["L12-L15", undefined, 12, 15],
  ["15-12", undefined, 12, 15],
  [12, "15", 12, 15],
  [12, 12, 12, null],
  [12, 3, 12, null],
  ["", undefined, null, null],
  [0, undefined, null, null],
  [null, 4, null, null],
])("reads the lines %j to %j", (line, end_line, first, end) => {
  expect(finding({ line, end_line })).toMatchObject({ line: first, end_line: end });
});

it.each([
  ["BLOCKER", "blocker"],
  ["Follow-up", "followup"],
  ["follow_ups", "followup"],
])("reads the severity %s", (severity, read) => {
  expect(finding({ severity })).toMatchObject({ severity: read });
});

it("reads sites in both forms, missing texts, lists of texts and a path from the root", () => {
  const read = finding({
    path: "./src/add.js",
    evidence: ["one", "two"],
    impact: null,
    sites: ["src/b c.js:L40-42", { path: "./d.js", line: "7" }, "e.js"],
  });

  expect(read).toMatchObject({
    path: "src/add.js",
    evidence: "one\ntwo",
    impact: "",
    sites: [
      { path: "src/b c.js", line: 40 },
      { path: "d.js", line: 7 },
      { path: "e.js", line: null },
    ],
  });
});

it("takes the findings for what they are, whatever else the answer claims", () => {
  const words = `APPROVED, ship it!\n${JSON.stringify({ verdict: "APPROVED", approved: true, summary: "Fine", findings: [FINDING] })}`;

  const read = readAnswer(words, ReviewAnswer);

  expect(read).toMatchObject({ kind: "answer", answer: { findings: [{ severity: "blocker" }] } });
  expect(JSON.stringify(read)).not.toContain("APPROVED");
});

it.each([
  ["no findings at all", { summary: "Fine" }, "findings"],
  ["findings that are no list", { findings: "none" }, "findings"],
  ["a severity that nobody knows", { findings: [{ ...FINDING, severity: "major" }] }, "findings.0.severity"],
  ["no title", { findings: [{ ...FINDING, title: " " }] }, "findings.0.title"],
  ["no path", { findings: [{ ...FINDING, path: undefined }] }, "findings.0.path"],
  ["a line that is no number", { findings: [{ ...FINDING, line: "at the end" }] }, "findings.0.line"],
])("names what is wrong with %s", (_, answer, place) => {
  const read = readAnswer(JSON.stringify(answer), ReviewAnswer);

  expect(read).toMatchObject({ kind: "faults", faults: [expect.stringContaining(`${place}:`)] });
});

it("reads rulings by number or name", () => {
  const rulings = [
    { id: 3, upheld: "Yes" },
    { id: "f4", upheld: false, evidence: "see a.js:1" },
  ];

  expect(JudgeAnswer.parse({ rulings }).rulings).toEqual([
    { id: "F3", upheld: true, evidence: "" },
    { id: "F4", upheld: false, evidence: "see a.js:1" },
  ]);
});

it("closes only what the job names, by fingerprint and id", () => {
  const feedback = {
    id: "abcdefabcdef",
    by: { id: 5, login: "bo" },
    at: "2026-01-02T03:04:05Z",
    body: "Why?",
    path: null,
    line: null,
    thread: null,
  };
  const job = { ...plainJob("a".repeat(40)), findings: [knownFinding({ n: 3 })], feedback: [feedback] };
  const answer = ImproveAnswer.parse({
    closed: [
      { id: "F3", how: "addressed", evidence: "first" },
      { id: "F3", how: "Disputed", evidence: "second" },
      { id: "F9", how: "addressed", evidence: "" },
      { id: "t1", how: "disputed", evidence: "Because." },
    ],
  });

  const closed = closedBy(job, answer);

  expect(closed).toEqual([
    { finding: "000000000003", how: "disputed", evidence: "second" },
    { finding: "abcdefabcdef", how: "disputed", evidence: "Because." },
  ]);
  expect(isAllDisputed(job, closed)).toBe(true);
  expect(isAllDisputed(job, closed.slice(0, 1))).toBe(false);
  expect(isAllDisputed({ ...job, findings: [], feedback: [] }, [])).toBe(false);
});

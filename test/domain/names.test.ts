/** Names on GitHub: what is written under a name is found again by it, and nothing else is. */
import { describe, expect, it } from "vitest";
import {
  backupRef,
  batonRef,
  branchName,
  branchRef,
  issueOfBranch,
  marker,
  markerOf,
  OWN_LABELS,
  parseRunName,
  PEOPLE_LABELS,
  QUEUE_REF,
  REVIEW_CHECK,
  runName,
  taskRef,
  unfinishedRef,
  WORKFLOW_PATH,
} from "../../src/domain/names.ts";
import { sha } from "./snapshots.ts";

it("are those of the contract", () => {
  expect([taskRef(42), batonRef(42), unfinishedRef(42), backupRef(42, 3), QUEUE_REF]).toEqual([
    "refs/gza/tasks/42",
    "refs/gza/attempts/42",
    "refs/gza/unfinished/42",
    "refs/gza/backup/42/3",
    "refs/gza/queue",
  ]);
  expect([branchRef("gza/42-x"), WORKFLOW_PATH, REVIEW_CHECK]).toEqual([
    "refs/heads/gza/42-x",
    ".github/workflows/gza.yml",
    "gza / review",
  ]);
  expect(Object.values(PEOPLE_LABELS)).toEqual(["gza:stop", "gza:urgent", "gza:explore", "gza:plan"]);
  expect(Object.values(OWN_LABELS).map(({ name }) => name)).toEqual(["gza:needs-you", "gza:ready"]);
});

it.each(Object.values(OWN_LABELS))("the label $name has a colour and a text that GitHub takes", (label) => {
  expect(label.color).toMatch(/^[0-9a-f]{6}$/);
  expect(label.description).toMatch(/^[A-Z].{10,98}$/);
});

describe("the branch", () => {
  it.each([
    ["Fix the parser", 1, "gza/42-fix-the-parser"],
    ["Fix the parser", 2, "gza/42-fix-the-parser-2"],
    ["  Crème brûlée: 2 eggs!  ", 1, "gza/42-cre-me-bru-le-e-2-eggs"],
    ["--- what? ---", 1, "gza/42-what"],
    ["日本語", 1, "gza/42"],
    ["日本語", 3, "gza/42-3"],
    ["", 1, "gza/42"],
    [`${"x".repeat(39)} yz`, 1, `gza/42-${"x".repeat(39)}`],
    ["y".repeat(60), 1, `gza/42-${"y".repeat(40)}`],
  ])("of an issue with the title %j, asked for %i times, is %s", (title, generation, expected) => {
    const name = branchName(42, title, generation);

    expect(name).toBe(expected);
    expect(issueOfBranch(name)).toBe(42);
  });

  it.each([
    ["main"],
    ["gza/"],
    ["gza/x-42"],
    ["gza/42x"],
    ["gza/42/x"],
    ["feature/gza/42-x"],
    ["gza/12345678901-x"],
  ])("%s belongs to no task", (name) => {
    expect(issueOfBranch(name)).toBeNull();
  });
});

describe("the name of a workflow run", () => {
  it.each([sha("a"), "b".repeat(64)])("gives back its task and J: %s", (job) => {
    expect(runName(1234567890, job)).toBe(`gza 1234567890 ${job}`);
    expect(parseRunName(runName(1234567890, job))).toEqual({ issue: 1234567890, job });
  });

  it.each([
    ["CI"],
    [`gza 7 ${"a".repeat(39)}`],
    [`gza 7 ${"a".repeat(41)}`],
    [`gza 7 ${"A".repeat(40)}`],
    [`gza 7 ${"z".repeat(64)}`],
    [`gza x ${sha("a")}`],
    [`my gza 7 ${sha("a")}`],
    [`gza 7 ${sha("a")} again`],
    ["gza 7"],
  ])("is not one of GZA's: %s", (name) => {
    expect(parseRunName(name)).toBeNull();
  });
});

describe("the hidden first line of a comment", () => {
  it.each(["status", "answer:1001:merge", "review:0123456789ab", "parked:20260301t120000z", "a-b_c.d"])(
    "gives back its key %s",
    (key) => {
      expect(markerOf(`${marker(key)}\nWords.`)).toBe(key);
    },
  );

  it.each([
    ["no first line", "Words."],
    ["it later in the text", `Words.\n${marker("status")}`],
    ["a space before it", ` ${marker("status")}`],
    ["capitals", marker("STATUS")],
    ["nothing in it", marker("")],
    ["too much in it", marker("x".repeat(81))],
  ])("is none with %s", (_, body) => {
    expect(markerOf(body)).toBeNull();
  });
});

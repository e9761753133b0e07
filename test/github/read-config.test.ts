/** What is wrong in a config file is said with its line, its column and what to write instead. */
import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/domain/config.ts";
import { readConfig } from "../../src/github/read-config.ts";

const BLOB = "c".repeat(40);

function read(text: string) {
  return readConfig({ blob: BLOB, bytes: Buffer.byteLength(text), text });
}

describe("a config that can be used", () => {
  test("no file means the defaults, under a blob of zeros", () => {
    const reading = readConfig(null);

    expect(reading).toEqual({ kind: "config", blob: "0".repeat(40), config: DEFAULT_CONFIG });
  });

  test.each(["", "# nothing but a comment\n", "---\n"])("an empty file means the defaults: %j", (text) => {
    const reading = read(text);

    expect(reading).toEqual({ kind: "config", blob: BLOB, config: DEFAULT_CONFIG });
  });

  test("keys that are there count", () => {
    const reading = read("label: bot\nagents:\n  default:\n    timeout: 20m\n");

    expect(reading).toMatchObject({
      kind: "config",
      config: { label: "bot", agents: { default: { timeout: 1200 } } },
    });
  });
});

describe("a broken config", () => {
  test.each([
    ["lable: gza\n", { line: 1, column: 1, path: "lable", message: "unknown key; did you mean label?" }],
    [
      "budget:\n  task: 3\n  weekly: 9\n",
      { line: 3, column: 3, path: "budget.weekly", message: "unknown key; write one of task, day" },
    ],
    [
      "agents:\n  default:\n    timeout: soon\n",
      {
        line: 3,
        column: 14,
        path: "agents.default.timeout",
        message: "is no duration; write it like 90s, 45m, 2h or 14d",
      },
    ],
    [
      "merge:\n  method: quick\n",
      {
        line: 2,
        column: 11,
        path: "merge.method",
        message: "is not known here; write one of merge, squash, rebase",
      },
    ],
    [
      "parallel: {tasks: 0}\n",
      { line: 1, column: 19, path: "parallel.tasks", message: "is too small; write 1 or more" },
    ],
    ["draft: perhaps\n", { line: 1, column: 8, path: "draft", message: "is no true or false; write one" }],
    ["guard:\n  - a\n", { line: 2, column: 3, path: "guard" }],
    [
      "guard:\n  protect:\n    - ok\n    - 3\n",
      { line: 4, column: 7, path: "guard.protect.1", message: "is no text; write one" },
    ],
    [
      "label: a\nlabel: b\n",
      { line: 2, column: 1, path: "", message: "this key stands here a second time; write it once" },
    ],
    [
      "setup: &x a\nverify: *x\n",
      { line: 2, column: 9, path: "", message: "*x is an alias; write the value itself" },
    ],
    ["label: [\n", { line: 2, column: 1 }],
    ["- a\n", { line: 1, column: 1, message: "the file is not a map; write keys, as in `label: gza`" }],
    [
      "just words\n",
      { line: 1, column: 1, message: "the file is not a map; write keys, as in `label: gza`" },
    ],
    ["a: 1\n---\nb: 2\n", { line: 2, column: 1 }],
  ])("%j", (text, problem) => {
    const reading = read(text);

    expect(reading).toMatchObject({ kind: "broken", blob: BLOB, problems: [problem] });
  });

  test("every problem of a file is told at once", () => {
    const reading = read("lable: gza\nbudget: {task: -1}\n");

    expect(reading.kind === "broken" && reading.problems.map(({ line }) => line).toSorted()).toEqual([1, 2]);
  });

  test("what is too big or no text is not parsed", () => {
    const readings = [
      readConfig({ blob: BLOB, bytes: 70_000, text: "label: a" }),
      readConfig({ blob: BLOB, bytes: 10, text: null }),
    ];

    expect(readings.map((reading) => reading.kind === "broken" && reading.problems[0]?.message)).toEqual([
      "the file has 70000 bytes; write at most 65536",
      "the file is not text; write it as YAML in UTF-8",
    ]);
  });
});

/** Circles of an agent: which are found, and which tireless work is none. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_LOOPS, takeTool, type LoopRules, type LoopState } from "../../../src/runner/agents/loops.ts";

const RULES: LoopRules = { limits: { same_call: 5, same_error: 5, same_test: 8 }, verify: "npm run verify" };

interface Act {
  name: string;
  input: unknown;
  output: string;
  isError?: boolean;
  parent?: string;
  /** Acts of one answer stand side by side. */
  answer?: string;
}

function fold(acts: readonly Act[], rules = RULES): LoopState {
  let state = NO_LOOPS;
  for (const [index, act] of acts.entries()) {
    const { name, input, output, isError = false, parent = null, answer = `msg_${index}` } = act;
    const id = `toolu_${index}`;
    state = takeTool(state, { event: "call", id, name, input, from: { answer, parent } }, rules);
    state = takeTool(state, { event: "result", id, text: output, isError }, rules);
  }
  return state;
}

function bash(command: string, output = "", isError = false): Act {
  return { name: "Bash", input: { command }, output, isError };
}

function read(path: string): Act {
  return { name: "Read", input: { file_path: path }, output: `text of ${path}` };
}

function edit(from: string, to: string, path = "a.ts"): Act {
  return {
    name: "Edit",
    input: { file_path: path, old_string: from, new_string: to },
    output: `${path} updated`,
  };
}

function write(content: string): Act {
  return { name: "Write", input: { file_path: "a.ts", content }, output: "written" };
}

function times(count: number, acts: (n: number) => Act[]): Act[] {
  return Array.from({ length: count }, (_, n) => acts(n)).flat();
}

const SAME_CALL = /the same call 5 times/;
const SAME_ERROR = /the same error 5 times/;
const SAME_TEST = /the same test 8 times/;
const TO_AND_FRO = /the same edit of "a\.ts" and took it back 5 times/;

describe("finds a circle in", () => {
  it.each<[string, Act[], RegExp]>([
    ["one call with one result", times(5, () => [bash("node gen.js", "done")]), SAME_CALL],
    ["one reading", times(5, () => [read("a.ts")]), SAME_CALL],
    ["a round of three", times(5, () => [bash("ls"), read("a.ts"), bash("node x.js", "1")]), SAME_CALL],
    [
      "one call whose input names its keys in another order",
      times(5, (n) => [
        {
          name: "Grep",
          input: n % 2 === 0 ? { pattern: "x", path: "y" } : { path: "y", pattern: "x" },
          output: "",
        },
      ]),
      SAME_CALL,
    ],
    ["writing what is written", times(6, () => [write("one")]), SAME_CALL],
    [
      "a call between looks at the plan",
      times(5, (n) => [read("a.ts"), { name: "TodoWrite", input: { todos: [n] }, output: `list ${n}` }]),
      SAME_CALL,
    ],
    [
      "an edit that never fits",
      times(5, () => [{ ...edit("x", "y"), output: "not found", isError: true }]),
      SAME_CALL,
    ],
    [
      "one error of different calls",
      times(5, (n) => [
        bash(`npx tool --try ${n}`, `Exit code 2\nCannot open /tmp/run-${n}f3a: denied`, true),
      ]),
      SAME_ERROR,
    ],
    [
      "one error with known readings between",
      [read("a.ts"), ...times(5, (n) => [bash(`x ${n}`, "no such table", true), read("a.ts")])],
      SAME_ERROR,
    ],
    ["one test", times(8, (n) => [bash("npm test", `failed in ${n} ms`, true), read(`${n}.ts`)]), SAME_TEST],
    [
      "one test through several filters",
      times(8, (n) => [bash(`cd app && CI=1 npx vitest run 2>&1 | tail -${n + 1}`, `${n} ms`)]),
      SAME_TEST,
    ],
    ["verify", times(8, (n) => [bash("npm run verify", `${n} ms`)]), SAME_TEST],
    ["an edit made and unmade", times(5, () => [edit("x", "y"), edit("y", "x")]), TO_AND_FRO],
    [
      "an edit made and unmade between other work",
      times(5, (n) => [edit("x", "y"), bash("npm test", `${n}`), edit("y", "x"), edit(`${n}`, "z", "b.ts")]),
      TO_AND_FRO,
    ],
    [
      "an edit that a command takes back",
      times(6, () => [edit("x", "y"), bash("git checkout a.ts")]),
      TO_AND_FRO,
    ],
    ["a file written so and so", times(6, () => [write("one"), write("two")]), TO_AND_FRO],
  ])("%s", (_, acts, sentence) => {
    expect(fold(acts).found).toMatch(sentence);
  });
});

describe("lets work go on with", () => {
  it.each<[string, Act[]]>([
    ["twenty searches without a hit", times(20, (n) => [bash(`grep -rn word${n} src`, "")])],
    ["twenty searches that end with exit 1", times(20, (n) => [bash(`rg word${n}`, "Exit code 1", true)])],
    ["one command asked four times", times(4, () => [bash("gh run view 5", "in progress")])],
    ["one command that waits", times(50, () => [bash("sleep 30 && curl -s localhost", "refused", true)])],
    ["a wait between two askings", times(50, () => [bash("sleep 5"), bash("curl -s localhost", "x", true)])],
    [
      "looks at what runs in the background",
      times(50, () => [{ name: "BashOutput", input: { id: 1 }, output: "" }]),
    ],
    ["one command with other results", times(50, (n) => [bash("cat progress.log", `${n} of 50`)])],
    [
      "readings with one look around between",
      times(50, (n) => [bash("git status --short"), read(`${n}.ts`)]),
    ],
    [
      "edits with one test after each",
      times(50, (n) => [edit(`${n}`, `${n + 1}`), bash("npm test", "1 failed", true)]),
    ],
    [
      "changes by commands with one test after each",
      times(50, (n) => [bash(`sed -i s/${n}/x/ a.ts`), bash("npm test", "1 failed", true)]),
    ],
    ["different tests", times(50, (n) => [bash(`npx vitest run test/${n}.test.ts`, "ok")])],
    ["one test seven times", times(7, (n) => [bash("go test ./...", `ok ${n}`)])],
    [
      "one error of calls that stand side by side",
      times(12, (n) => [
        {
          ...edit("x", "y", `${n}.ts`),
          output: "Read it first before writing to it.",
          isError: true,
          answer: "m",
        },
      ]),
    ],
    [
      "one error with something learned between",
      times(20, (n) => [bash(`x ${n}`, "no such table", true), read(`${n}.ts`)]),
    ],
    [
      "one error mended by changes between",
      times(20, (n) => [bash(`x ${n}`, "denied", true), edit(`${n}`, "y")]),
    ],
    [
      "different errors",
      times(20, (n) => [bash("make", `undefined: ${"abcdefghijklmnopqrst".slice(n)}`, true)]),
    ],
    ["sub-agents that read the same", times(20, (n) => [{ ...read("a.ts"), parent: `toolu_sub${n}` }])],
    ["one edit of twenty files", times(20, (n) => [edit("x", "y", `${n}.ts`)])],
    ["a trial line put in and out four times", times(4, () => [edit("x", "y"), edit("y", "x")])],
    ["a file written anew and anew", times(50, (n) => [write(`${n}`)])],
  ])("%s", (_, acts) => {
    expect(fold(acts).found).toBeNull();
  });
});

it.each([
  ["same_call", times(50, () => [read("a.ts")])],
  ["same_call", times(50, () => [edit("x", "y"), edit("y", "x")])],
  ["same_error", times(50, (n) => [bash(`x ${n}`, "no such table", true)])],
  ["same_test", times(50, (n) => [bash("npm test", `${n} ms`)])],
])("switches off %s with 0", (rule, acts) => {
  const limits = { ...RULES.limits, [rule]: 0 };

  expect(fold(acts, { ...RULES, limits }).found).toBeNull();
});

it("says which call it was and how often, in one line", () => {
  const { found } = fold(times(5, () => [bash('node "gen`x`.js"\nsecond line', "done")]));

  expect(found).toBe(
    `The agent made the same call 5 times with the same result and changed nothing in between: "Bash node 'gen'x'.js'".`,
  );
});

it("keeps to the first loop", () => {
  const state = fold([...times(5, () => [read("a.ts")]), ...times(5, () => [read("b.ts")])]);

  expect(state.found).toContain("a.ts");
});

const ANY_ACT = fc.record({
  name: fc.constantFrom("Bash", "Read", "Edit", "Write", "TodoWrite", "mcp__db__query"),
  input: fc.oneof(
    fc.record({ command: fc.constantFrom("npm test", "ls", "sleep 1", "rm x", "echo 'a;b' > c", "'") }),
    fc.record({
      file_path: fc.constantFrom("a", "b"),
      old_string: fc.constantFrom("x", "y"),
      new_string: fc.constantFrom("x", "y"),
    }),
    fc.record({ file_path: fc.constantFrom("a", "b"), content: fc.constantFrom("x", "y") }),
    fc.jsonValue(),
  ),
  output: fc.constantFrom("", "ok", "Exit code 1", "no such file 12"),
  isError: fc.boolean(),
});

it("never finds a circle in acts that are all different and all succeed", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 60 }), (words) => {
      const acts = words.flatMap((word) => [read(word), bash(`grep -n ${JSON.stringify(word)} a.ts`, "")]);

      expect(fold(acts).found).toBeNull();
    }),
  );
});

it("finds any act that comes again and again with nothing else between, waits aside", () => {
  fc.assert(
    fc.property(ANY_ACT, (act) => {
      const rules = { ...RULES, limits: { same_call: 5, same_error: 5, same_test: 5 } };
      const isWait = act.name === "Bash" && JSON.stringify(act.input).includes("sleep");
      const { found } = fold(
        times(6, () => [act]),
        rules,
      );

      expect(found === null).toBe(isWait);
    }),
  );
});

it("takes any events, and one more never unsays a loop", () => {
  fc.assert(
    fc.property(fc.array(ANY_ACT, { maxLength: 60 }), (acts) => {
      const founds = acts.map((_, index) => fold(acts.slice(0, index + 1)).found);
      const first = founds.findIndex((found) => found !== null);

      expect(new Set(first === -1 ? [] : founds.slice(first)).size).toBe(first === -1 ? 0 : 1);
    }),
    { numRuns: 50 },
  );
});

it("stays quick over a very long run", () => {
  const state = fold(times(5_000, (n) => [read(`${n}.ts`)]));

  expect(state.found).toBeNull();
  expect(state.talks.get("")?.seen.size).toBeLessThan(1000);
});

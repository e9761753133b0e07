/** The attacks that GZA is tried with: how many cases each family has, and where each case is proved. */

export interface Family {
  /** The letter that its cases begin with. */
  letter: string;
  what: string;
  cases: number;
  /** In this folder; names its cases by their ids. */
  file: string;
}

export const FAMILIES: readonly Family[] = [
  {
    letter: "B",
    what: "text that a shell, an expression or the runner would obey",
    cases: 14,
    file: "commands.long.test.ts",
  },
  { letter: "C", what: "instructions in what an agent reads", cases: 24, file: "injection.long.test.ts" },
  { letter: "D", what: "words that would move people or GitHub", cases: 19, file: "outgoing.long.test.ts" },
  { letter: "E", what: "trees and changes", cases: 34, file: "trees.long.test.ts" },
  { letter: "F", what: "settings and tricks of git", cases: 14, file: "git.long.test.ts" },
  { letter: "G", what: "secrets", cases: 20, file: "secrets.long.test.ts" },
  { letter: "H", what: "ways out of the sandbox", cases: 14, file: "egress.long.test.ts" },
  { letter: "I", what: "more than a machine can take", cases: 12, file: "resources.long.test.ts" },
  {
    letter: "K",
    what: "runs and artifacts that are not what they claim to be",
    cases: 10,
    file: "runs.long.test.ts",
  },
];

/** A case that the tests of its own part prove. */
export interface Elsewhere {
  id: string;
  what: string;
  /** Below `test/`, and the beginning of the test's title there. */
  file: string;
  title: string;
}

export const ELSEWHERE: readonly Elsewhere[] = (
  [
    [
      "I1",
      "an agent that hangs and heeds no signal",
      "runner/attempt/limits.long.test.ts",
      "ends an agent that heeds no polite signal",
    ],
    [
      "I2",
      "an agent that says nothing",
      "runner/attempt/limits.long.test.ts",
      "ends an agent that gives no sign of life",
    ],
    ["I3", "a fork bomb", "runner/sandbox/limits.test.ts", "the processes of a fork bomb, and says so"],
    ["I4", "all of the memory", "runner/sandbox/limits.test.ts", "memory, and says so"],
    ["I5", "a full disk", "runner/sandbox/limits.test.ts", "ends everything inside, and says so"],
    [
      "I6",
      "processes that stay behind",
      "runner/attempt/limits.long.test.ts",
      "ends the processes that an agent has started",
    ],
    [
      "I7",
      "a pack that unpacks without end",
      "runner/git/pack-size.test.ts",
      "refuses a chain of deltas without end",
    ],
    ["K1", "a forged record", "e2e/forged.long.test.ts", "a record that GZA did not write for this task"],
    [
      "K2",
      "a stale baton and a second dispatch",
      "e2e/forged.long.test.ts",
      "a run with an old baton, and a second dispatch",
    ],
    ["K3", "a forged report", "e2e/forged.long.test.ts", "a report that is garbage, too long"],
    [
      "K4",
      "a raw report of another attempt or kind",
      "runner/publish/publish.test.ts",
      "calls a raw report bad",
    ],
    [
      "K5",
      "an artifact whose files are links",
      "runner/publish/publish.test.ts",
      "does not follow links to a raw report or a bundle",
    ],
    [
      "K6",
      "a report that is there already",
      "runner/publish/publish.test.ts",
      "is superseded when the report is already there",
    ],
    [
      "K7",
      "a baton that moves while it is answered",
      "runner/publish/publish.test.ts",
      "is superseded when the baton moves while it pushes",
    ],
    [
      "K8",
      "a bundle with more refs than one",
      "runner/publish/publish.test.ts",
      "takes one named ref of a bundle and no other",
    ],
  ] as const
).map(([id, what, file, title]) => ({ id, what, file, title }));

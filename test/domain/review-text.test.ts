/** The words of a review, whole: what each finding says, what was read, what was left out, and the check run's annotations. */
import { describe, expect, it } from "vitest";
import { NO_FINDINGS, type Findings, type KnownFinding } from "../../src/domain/finding.ts";
import {
  countsOf,
  permalink,
  postReview,
  reviewCheck,
  stateOf,
  verdictTitle,
} from "../../src/domain/review-body.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { check, finding, HEAD, pull, ready, reviewed, snapshot, thread, verdict } from "./snapshots.ts";
import { recordOf } from "./speech.ts";

type Review = NonNullable<Findings["review"]>;

const SHORT = HEAD.slice(0, 12);
const REVIEW: Review = {
  attempt: 2,
  head: HEAD,
  agent: "claude",
  model: "m",
  summary: "",
  coverage: [],
  dropped: [],
};
const MINE = { by: null, isBot: true, isMine: true, at: "2026-03-01T11:50:00Z", body: "" };

function at(known: KnownFinding[], review: Partial<Review> = {}, change: Partial<Snapshot> = {}): Snapshot {
  const findings = { ...NO_FINDINGS, known, review: { ...REVIEW, ...review } };
  const blockers = known.filter(({ severity }) => severity === "blocker").length;
  const value = blockers > 0 ? "changes_requested" : "approved";
  return reviewed({ verdict: verdict({ value, blockers }) }, { findings, ...change });
}

function posted(from: Snapshot) {
  return postReview(from, recordOf(from));
}

function body(known: KnownFinding[], review: Partial<Review> = {}, change: Partial<Snapshot> = {}): string {
  return posted(at(known, review, change))?.body ?? "nothing is posted";
}

function checked(from: Snapshot) {
  return reviewCheck(from, recordOf(from));
}

function plain(change: Partial<KnownFinding> = {}): KnownFinding {
  return finding({ evidence: "", impact: "", fix: "", tests: "", anchor: null, ...change });
}

describe("the whole text", () => {
  it("of a review with a finding that stands on no line of the diff", () => {
    const sites = [
      { path: "src/b.ts", line: 4 },
      { path: "src/c.ts", line: null },
    ];
    const known = [finding({ anchor: null, sites, dispute: "It is right.", note: "Said anna." })];
    const coverage = [{ path: "a.ts", seen: true, why: null }];

    expect(body(known, { summary: "One thing.", coverage })).toBe(
      [
        `<!-- gza:review:${SHORT} -->`,
        `**Changes requested: 1 blocker.** Review of ${SHORT} by claude, m.`,
        "",
        "One thing.",
        "",
        "| | severity | where | what | state |",
        "|---|---|---|---|---|",
        `| F1 | blocker | [\`src/parser.ts:3\`](https://github.test/acme/app/blob/${HEAD}/src/parser.ts#L3) | Empty input still fails | new |`,
        "",
        "Read: 1 file, all of them whole.",
        "",
        "**F1, blocker: Empty input still fails**",
        `[\`src/parser.ts:3\`](https://github.test/acme/app/blob/${HEAD}/src/parser.ts#L3)`,
        "",
        "Evidence: parse('') throws.",
        "",
        "Impact: The issue is not solved.",
        "",
        "What to do: Return an empty list.",
        "",
        "Tests: parse('')",
        "",
        "Also at: src/b.ts:4, src/c.ts",
        "",
        "Disputed: It is right.",
        "",
        "Note: Said anna.",
      ].join("\n"),
    );
  });

  it("of a review that found nothing", () => {
    expect(body([], { model: "" })).toBe(
      `<!-- gza:review:${SHORT} -->\n**Approved: nothing found.** Review of ${SHORT} by claude.\n\nRead: 0 files, all of them whole.`,
    );
  });

  it("of a comment on lines", () => {
    const comments = posted(
      at([finding({ anchor: { line: 5, start_line: 3 }, tests: "", fix: "" })]),
    )?.comments;

    expect(comments).toEqual([
      {
        path: "src/parser.ts",
        line: 5,
        startLine: 3,
        body: [
          "<!-- gza:finding:aaaaaaaaaaaa -->",
          "**F1, blocker: Empty input still fails**",
          "",
          "Evidence: parse('') throws.",
          "",
          "Impact: The issue is not solved.",
        ].join("\n"),
      },
    ]);
  });
});

describe("what was read", () => {
  const partly = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ path: `${index}\`.bin`, seen: false, why: "binary" }));

  it.each([
    [
      [
        { path: "a", seen: true, why: null },
        { path: "b", seen: true, why: null },
      ],
      "Read: 2 files, all of them whole.",
    ],
    [[{ path: "a", seen: true, why: null }, ...partly(1)], "Read: 2 files; not as text: `0'.bin` (binary)."],
    [partly(2), "Read: 2 files; not as text: `0'.bin` (binary), `1'.bin` (binary)."],
  ])("is said whole or by name: %#", (coverage, words) => {
    expect(body([], { coverage })).toContain(words);
  });

  it("is named up to twenty files", () => {
    const twenty = body([], { coverage: partly(20) });
    const more = body([], { coverage: partly(23) });

    expect(twenty).toMatch(/`19'\.bin` \(binary\)\.$/);
    expect(more).toMatch(/`19'\.bin` \(binary\) and 3 more\.$/);
    expect(more).not.toContain("`20'.bin`");
  });
});

describe("what was not taken over", () => {
  const dropped = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      title: `T${index}`,
      path: "a.ts",
      line: index === 0 ? null : index,
      why: "no such line",
    }));

  it("is listed with its place and the reason", () => {
    expect(body([], { dropped: dropped(2) })).toMatch(
      /\n\nNot taken over, because what they cite is not there:\n- T0 \(a\.ts\): no such line\n- T1 \(a\.ts:1\): no such line$/,
    );
  });

  it("is listed up to twenty", () => {
    expect(body([], { dropped: dropped(20) })).toMatch(/- T19 \(a\.ts:19\): no such line$/);
    expect(body([], { dropped: dropped(23) })).toMatch(/- T19 \(a\.ts:19\): no such line\n- and 3 more$/);
  });
});

describe("further places of a finding", () => {
  const sites = (count: number) =>
    Array.from({ length: count }, (_, line) => ({ path: "b.ts", line: line + 1 }));

  it("are named up to twenty", () => {
    expect(body([plain({ sites: sites(20) })])).toMatch(/Also at: b\.ts:1, .*, b\.ts:20$/);
    expect(body([plain({ sites: sites(23) })])).toMatch(/, b\.ts:20 and 3 more$/);
  });

  it("are not spoken of where there are none, and neither is what the reviewer left empty", () => {
    expect(body([plain()])).toMatch(/\*\*F1, blocker: Empty input still fails\*\*\n\[[^\n]*\s*$/);
  });
});

describe("a link to lines", () => {
  it.each([
    [{ line: 3, end_line: null }, "[`a.ts:3`]", "#L3"],
    [{ line: 3, end_line: 7 }, "[`a.ts:3`]", "#L3-L7"],
    [{ line: 3, end_line: 3 }, "[`a.ts:3`]", "#L3"],
    [{ line: 7, end_line: 3 }, "[`a.ts:7`]", "#L7"],
    [{ line: null, end_line: null }, "[`a.ts`]", ""],
  ])("%j", (lines, shown, fragment) => {
    expect(permalink(snapshot(), HEAD, { path: "a.ts", ...lines })).toBe(
      `${shown}(https://github.test/acme/app/blob/${HEAD}/a.ts${fragment})`,
    );
  });

  it("shows a path without what would end the link", () => {
    expect(permalink(snapshot(), HEAD, { path: "a[b]`c|d (1).ts", line: null, end_line: null })).toBe(
      `[\`a b  c d (1).ts\`](https://github.test/acme/app/blob/${HEAD}/a%5Bb%5D%60c%7Cd%20%281%29.ts)`,
    );
  });
});

describe("the verdict in words", () => {
  it.each([
    [0, 0, "nothing found"],
    [1, 0, "1 blocker"],
    [2, 1, "2 blockers, 1 follow-up"],
    [0, 2, "2 follow-ups"],
  ])("counts %i and %i as %s", (blockers, followups, words) => {
    expect(countsOf({ blockers, followups })).toBe(words);
  });

  it.each([
    ["approved", "Approved: nothing found"],
    ["approved_with_followups", "Approved, with follow-ups: nothing found"],
    ["changes_requested", "Changes requested: nothing found"],
  ] as const)("calls %s: %s", (value, title) => {
    expect(verdictTitle(verdict({ value }))).toBe(title);
  });
});

it.each<[KnownFinding["state"], number | null, string]>([
  ["open", 2, "new"],
  ["open", 4, "still open"],
  ["open", null, "still open"],
  ["addressed", 2, "addressed"],
  ["disputed", 2, "disputed"],
  ["fixed", 2, "fixed"],
  ["unseen", 2, "not seen again"],
  ["dismissed", 2, "dismissed"],
])("a finding that is %s after attempt %s is called %s", (state, attempt, words) => {
  expect(stateOf(finding({ state, seen: { first: 2, last: 4 } }), attempt)).toBe(words);
});

describe("the table", () => {
  it("has what is open first, blockers before follow-ups, then what is closed, the newest first", () => {
    const known = [
      plain({ n: 1, state: "fixed", fingerprint: "000000000001" }),
      plain({ n: 2, severity: "followup", fingerprint: "000000000002" }),
      plain({ n: 3, state: "disputed", fingerprint: "000000000003" }),
      plain({ n: 4, state: "dismissed", fingerprint: "000000000004" }),
      plain({ n: 5, fingerprint: "000000000005" }),
    ];
    const rows = body(known)
      .split("\n")
      .filter((line) => line.startsWith("| F"))
      .map((line) => line.split(" | "));

    expect(rows.map(([n, severity, , , state]) => [n, severity, state])).toEqual([
      ["| F3", "blocker", "disputed |"],
      ["| F5", "blocker", "new |"],
      ["| F2", "follow-up", "new |"],
      ["| F4", "blocker", "dismissed |"],
      ["| F1", "blocker", "fixed |"],
    ]);
  });

  it("has up to a hundred rows, and says how many more there are", () => {
    const known = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        plain({ n: index + 1, state: "fixed", title: "t", fingerprint: String(index).padStart(12, "0") }),
      );

    expect(body(known(100)).match(/^\| F/gm)).toHaveLength(100);
    expect(body(known(100))).not.toContain("not in this table");
    expect(body(known(103)).match(/^\| F/gm)).toHaveLength(100);
    expect(body(known(103))).toContain("\n\n3 more are not in this table.");
  });
});

describe("what stands on lines and what in the text", () => {
  it.each<[string, Partial<KnownFinding>, Partial<Snapshot>, [number, boolean]]>([
    ["on its line, where that lies in the diff", {}, {}, [1, false]],
    ["in the text, where no line of the diff is cited", { anchor: null }, {}, [0, true]],
    ["in the text, where an older review has named it last", { seen: { first: 1, last: 1 } }, {}, [0, true]],
    ["nowhere, where it is dismissed", { state: "dismissed" }, {}, [0, false]],
    [
      "nowhere, where a thread of GZA's on it is open",
      {},
      { pull: pull({ threads: [thread("", { comments: [{ ...MINE, key: "finding:aaaaaaaaaaaa" }] })] }) },
      [0, false],
    ],
    [
      "on its line again, where the thread on it was resolved",
      {},
      {
        pull: pull({
          threads: [thread("", { isResolved: true, comments: [{ ...MINE, key: "finding:aaaaaaaaaaaa" }] })],
        }),
      },
      [1, false],
    ],
    ["on its line, where the pull request cannot be seen yet", {}, { pull: null }, [1, false]],
  ])("a finding stands %s", (_, change, more, expected) => {
    const effect = posted(at([finding(change)], {}, more));

    expect([effect?.comments.length, effect?.body.includes("**F1, blocker")]).toEqual(expected);
  });

  it("says how many have no room in the text", () => {
    const long = "x".repeat(1500);
    const known = Array.from({ length: 12 }, (_, index) =>
      plain({
        n: index + 1,
        fingerprint: String(index).padStart(12, "0"),
        evidence: long,
        impact: long,
        fix: long,
        tests: long,
      }),
    );
    const text = body(known);
    const shown = text.match(/^\*\*F\d+, blocker/gm)?.length ?? 0;

    expect(shown).toBe(9);
    expect(text.endsWith("\n\nThe details of 3 more findings have no room here; the table names them.")).toBe(
      true,
    );
  });
});

describe("nothing is posted", () => {
  it.each<[string, Snapshot]>([
    ["without a review", ready({ verdict: verdict() }, { findings: NO_FINDINGS })],
    ["without findings", ready({ verdict: verdict() }, { findings: null })],
    [
      "without a pull request",
      ready({ pull: null, verdict: verdict() }, { findings: { ...NO_FINDINGS, review: REVIEW } }),
    ],
    ["without a verdict", ready({ verdict: null }, { findings: { ...NO_FINDINGS, review: REVIEW } })],
    [
      "where the verdict is of another head",
      ready({ verdict: verdict({ head: "3".repeat(40) }) }, { findings: { ...NO_FINDINGS, review: REVIEW } }),
    ],
  ])("%s", (_, from) => {
    expect(posted(from)).toBeNull();
  });
});

describe("the check run", () => {
  it("tells verdict, table and every open finding at its lines", () => {
    const known = [
      finding({ end_line: 7, state: "disputed" }),
      finding({ n: 2, severity: "followup", fingerprint: "bbbbbbbbbbbb", end_line: 2, title: "Slow" }),
      finding({ n: 3, fingerprint: "cccccccccccc", line: null }),
      finding({ n: 4, fingerprint: "dddddddddddd", line: 0 }),
      finding({ n: 5, fingerprint: "eeeeeeeeeeee", state: "fixed" }),
      plain({ n: 6, severity: "followup", fingerprint: "ffffffffffff" }),
    ];
    const found = checked(at(known));

    expect(found).toMatchObject({
      name: "gza / review",
      head: HEAD,
      conclusion: "failure",
      title: "Changes requested: 4 blockers",
    });
    expect(found?.summary.split("\n").slice(0, 2)).toEqual([
      "| | severity | where | what | state |",
      "|---|---|---|---|---|",
    ]);
    expect(found?.summary.match(/^\| F\d/gm)).toHaveLength(6);
    expect(found?.annotations).toEqual([
      {
        path: "src/parser.ts",
        startLine: 3,
        endLine: 7,
        level: "failure",
        title: "F1: Empty input still fails",
        message: "parse('') throws.\n\nThe issue is not solved.\n\nReturn an empty list.",
      },
      {
        path: "src/parser.ts",
        startLine: 3,
        endLine: 3,
        level: "warning",
        title: "F2: Slow",
        message: "parse('') throws.\n\nThe issue is not solved.\n\nReturn an empty list.",
      },
      {
        path: "src/parser.ts",
        startLine: 3,
        endLine: 3,
        level: "warning",
        title: "F6: Empty input still fails",
        message: "Empty input still fails",
      },
    ]);
  });

  it("says so where nothing was found", () => {
    expect(checked(at([]))).toMatchObject({
      conclusion: "success",
      title: "Approved: nothing found",
      summary: "Nothing was found.",
      annotations: [],
    });
  });

  it.each<[string, Partial<Snapshot>, boolean]>([
    [
      "another App's check of the same name",
      { pull: pull({ checks: [check({ name: "gza / review" })] }) },
      true,
    ],
    [
      "another check of GZA's own",
      { pull: pull({ checks: [check({ name: "gza / lint", own: true })] }) },
      true,
    ],
    [
      "one that says another thing",
      { pull: pull({ checks: [check({ name: "gza / review", own: true, outcome: "failure" })] }) },
      true,
    ],
    [
      "one that says the same",
      { pull: pull({ checks: [check({ name: "gza / review", own: true })] }) },
      false,
    ],
    ["a pull request that is closed", { pull: pull({ state: "closed" }) }, false],
    ["a newer head", { pull: pull({ head: "3".repeat(40) }) }, false],
    ["no pull request", { pull: null }, false],
    ["no findings", { findings: null }, false],
  ])("with %s there: set or not", (_, change, isSet) => {
    expect(checked(at([], {}, change)) !== null).toBe(isSet);
  });
});

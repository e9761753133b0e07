/** What becomes of findings: numbers, states, verdicts, judges, people. */
import { describe, expect, it } from "vitest";
import { Finding, Findings, NO_FINDINGS, type KnownFinding } from "../../src/domain/finding.ts";
import {
  awaitsJudge,
  dismiss,
  findingsHash,
  openFindings,
  takeClosed,
  takeReview,
  takeRulings,
  verdictOn,
} from "../../src/domain/findings.ts";
import type { Report } from "../../src/domain/report.ts";
import { attempt, finding, HEAD, report, sha } from "./snapshots.ts";

const A = "aaaaaaaaaaaa";
const B = "bbbbbbbbbbbb";

/** As the publisher hands it over. */
function named(fingerprint: string, change: Partial<KnownFinding> = {}): Finding {
  const {
    n: _,
    state: __,
    seen: ___,
    dispute: ____,
    upheld: _____,
    note: ______,
    ...plain
  } = finding({
    fingerprint,
    ...change,
  });
  return Finding.parse(plain);
}

function reviewOf(findings: Finding[], gone: string[] = []): Report {
  return report({
    kind: "review",
    work: null,
    findings,
    coverage: [{ path: "a.ts", seen: true, why: null }],
    review: { head: HEAD, patch: "9", dropped: [], gone },
  });
}

function after(before: Findings | null, n: number, from: Report): Findings {
  return takeReview(before, attempt({ n, kind: "review" }), from);
}

function states({ known }: Findings): string[] {
  return known.map(({ n, state }) => `F${n} ${state}`);
}

describe("a review", () => {
  it("numbers findings in the order of first sight and keeps their numbers", () => {
    const first = after(null, 2, reviewOf([named(A), named(B)]));
    const second = after(first, 4, reviewOf([named(B), named("cccccccccccc")]));

    expect(first.known.map(({ n, fingerprint }) => [n, fingerprint])).toEqual([
      [1, A],
      [2, B],
    ]);
    expect(second.known.map(({ n, seen }) => [n, seen])).toEqual([
      [1, { first: 2, last: 2 }],
      [2, { first: 2, last: 4 }],
      [3, { first: 4, last: 4 }],
    ]);
  });

  it.each([
    ["named again: open", [named(A)], [], "open"],
    ["not named, its lines gone: fixed", [], [A], "fixed"],
    ["not named, its lines there: not seen again", [], [], "unseen"],
  ])("finds one that was addressed %s", (_, again, gone, state) => {
    const addressed = takeClosed(after(null, 2, reviewOf([named(A)])), [
      { finding: A, how: "addressed", evidence: "" },
    ]);

    expect(states(after(addressed, 4, reviewOf(again, gone)))).toEqual([`F1 ${state}`]);
  });

  it("opens again what comes back after it was fixed", () => {
    const fixed = after(after(null, 2, reviewOf([named(A)])), 4, reviewOf([], [A]));

    expect(states(after(fixed, 6, reviewOf([named(A)])))).toEqual(["F1 open"]);
  });

  it("leaves dismissed what a person has dismissed, however often it is named", () => {
    const dismissed = dismiss(after(null, 2, reviewOf([named(A)])), 1, "Dismissed by anna: no.");
    const again = after(dismissed, 4, reviewOf([named(A)]));

    expect(states(again)).toEqual(["F1 dismissed"]);
    expect(verdictOn(HEAD, "9", again).value).toBe("approved");
  });

  it("stays readable in one query after many large ones", () => {
    const long = "x".repeat(100);
    const texts = { evidence: long, impact: long, fix: long, tests: long, title: long };
    let findings: Findings | null = null;
    for (let round = 1; round <= 6; round += 1) {
      const many = Array.from({ length: 500 }, (_, index) =>
        named(`${round}${String(index).padStart(11, "0")}`, texts),
      );
      findings = after(
        findings,
        2 * round,
        reviewOf(
          many,
          findings?.known.map(({ fingerprint }) => fingerprint),
        ),
      );
    }

    expect(JSON.stringify(findings).length).toBeLessThan(512_000);
    expect(findings?.known.filter(({ state }) => state === "open")).toHaveLength(500);
  });
});

it("stays readable too when a review drops many long citations, and people have a lot to say", () => {
  const long = "x".repeat(60);
  const texts = { evidence: long, impact: long, fix: long, tests: long, title: "t".repeat(120) };
  const words = Array.from({ length: 5 }, (_, index) => ({
    id: String(index).padStart(12, "0"),
    by: { id: 11, login: "anna" },
    at: "2026-03-01T12:00:00Z",
    body: "é".repeat(4000),
    path: null,
    line: null,
    thread: null,
  }));
  const dropped = Array.from({ length: 30 }, () => ({
    title: "t".repeat(4000),
    path: "a",
    line: 1,
    why: "no",
  }));
  let findings: Findings = { ...NO_FINDINGS, words };
  for (let round = 1; round <= 6; round += 1) {
    const many = Array.from({ length: 150 }, (_, index) =>
      named(`${round}${String(index).padStart(11, "0")}`, texts),
    );
    const from = reviewOf(
      many,
      findings.known.map(({ fingerprint }) => fingerprint),
    );
    if (from.review) from.review.dropped = dropped;
    findings = after(findings, 2 * round, from);
    findings = takeClosed(
      findings,
      many.map(({ fingerprint }) => ({ finding: fingerprint, how: "disputed", evidence: long })),
    );
  }

  expect(Buffer.byteLength(JSON.stringify(findings))).toBeLessThan(480_000);
  expect(findings.known.filter(({ state }) => state === "disputed")).toHaveLength(150);
});

describe("the verdict", () => {
  it.each([
    ["approved", []],
    ["approved_with_followups", [named(A, { severity: "followup" })]],
    ["changes_requested", [named(A), named(B, { severity: "followup" })]],
  ])("is %s by its findings alone", (value, findings) => {
    const { known, ...rest } = after(null, 2, reviewOf(findings));

    const verdict = verdictOn(sha("4"), "7", {
      known,
      ...rest,
      review: rest.review && { ...rest.review, summary: "APPROVED" },
    });

    expect(verdict).toMatchObject({ head: sha("4"), patch: "7", value, carried_from: null });
  });
});

describe("a dispute", () => {
  const open = after(null, 2, reviewOf([named(A), named(B)]));
  const dispute = (which: string): { finding: string; how: "disputed"; evidence: string } => ({
    finding: which,
    how: "disputed",
    evidence: "It is right.",
  });

  it("goes to a judge only when every blocker is disputed, and only once", () => {
    const one = takeClosed(open, [dispute(A)]);
    const both = takeClosed(one, [dispute(B)]);
    const upheld = takeRulings(both, [{ finding: A, how: "overruled", evidence: "Indeed." }]);

    expect([one, both].map((findings) => awaitsJudge(findings))).toEqual([false, true]);
    expect(states(upheld)).toEqual(["F1 dismissed", "F2 open"]);
    expect(upheld.known[0]?.note).toBe("A second reviewer overruled it: Indeed.");
    expect(awaitsJudge(takeClosed(upheld, [dispute(B)]))).toBe(false);
  });

  it("blocks until it is decided", () => {
    expect(verdictOn(HEAD, "9", takeClosed(open, [dispute(A), dispute(B)]))).toMatchObject({ blockers: 2 });
  });
});

describe("dismissing", () => {
  it.each([
    ["a number that nobody gave", 7],
    ["what is closed already", 1],
  ])("finds nothing for %s", (_, n) => {
    const fixed = after(after(null, 2, reviewOf([named(A)])), 4, reviewOf([], [A]));

    expect(dismiss(fixed, n, "")).toBeNull();
    expect(dismiss(NO_FINDINGS, n, "")).toBeNull();
  });
});

describe("a review that could not be read", () => {
  it.each<[string, Partial<Report>]>([
    ["without a head", { review: null }],
    ["without findings", { findings: null }],
  ])("%s changes nothing", (_, change) => {
    const before = after(null, 2, reviewOf([named(A)]));

    expect(after(before, 4, { ...reviewOf([named(B)]), ...change })).toBe(before);
    expect(after(null, 4, { ...reviewOf([named(B)]), ...change })).toEqual(NO_FINDINGS);
  });
});

describe("what a review leaves", () => {
  it("is who looked at which head, how far, and what each finding began with", () => {
    const dropped = [{ title: "t", path: "a.ts", line: 1, why: "no" }];
    const from = reviewOf([named(A)]);
    if (from.review) from.review.dropped = dropped;
    const words = [
      {
        id: B,
        by: { id: 11, login: "anna" },
        at: "2026-03-01T12:00:00Z",
        body: "",
        path: null,
        line: null,
        thread: null,
      },
    ];
    const found = after({ ...NO_FINDINGS, words }, 2, { ...from, summary: "One thing." });

    expect(found).toEqual({
      v: 1,
      review: {
        attempt: 2,
        head: HEAD,
        agent: "scripted",
        model: "script",
        summary: "One thing.",
        coverage: [{ path: "a.ts", seen: true, why: null }],
        dropped,
      },
      known: [
        {
          ...named(A),
          n: 1,
          state: "open",
          seen: { first: 2, last: 2 },
          dispute: null,
          upheld: false,
          note: null,
        },
      ],
      words,
      replies: [],
    });
    expect(Findings.parse(found)).toEqual(found);
  });

  it("is an empty coverage where the report has none", () => {
    expect(after(null, 2, { ...reviewOf([]), coverage: null }).review?.coverage).toEqual([]);
  });

  it("has no long texts of what is closed, and all of what is open", () => {
    const sites = [{ path: "b.ts", line: 1 }];
    const first = after(null, 2, reviewOf([named(A, { sites }), named(B, { sites })]));
    const disputed = takeClosed(first, [{ finding: A, how: "disputed", evidence: "It is right." }]);
    const { known } = after(disputed, 4, reviewOf([named(B, { sites })], [A]));

    expect(known[0]).toMatchObject({
      title: "Empty input still fails",
      state: "fixed",
      evidence: "",
      impact: "",
      fix: "",
      tests: "",
      sites: [],
      dispute: null,
    });
    expect(known[1]).toMatchObject({ ...named(B), sites, state: "open" });
  });

  it("takes the new words for a finding that is named again, and a dispute is over", () => {
    const first = after(null, 2, reviewOf([named(A), named(B)]));
    const disputed = takeClosed(first, [{ finding: A, how: "disputed", evidence: "No." }]);
    const { known } = after(
      disputed,
      4,
      reviewOf([named(A, { title: "Still", severity: "followup" }), named(B)]),
    );

    expect(known[0]).toMatchObject({
      title: "Still",
      severity: "followup",
      state: "open",
      dispute: null,
      n: 1,
    });
  });

  it("leaves closed what is closed, whether or not its lines are gone by now", () => {
    const unseen = after(after(null, 2, reviewOf([named(A)])), 4, reviewOf([]));

    expect(states(after(unseen, 6, reviewOf([], [A])))).toEqual(["F1 unseen"]);
  });
});

describe("what an attempt says", () => {
  const open = after(null, 2, reviewOf([named(A), named(B)]));

  it.each([
    ["addressed", "addressed", null],
    ["disputed", "disputed", "Because."],
    ["upheld", "open", null],
    ["overruled", "open", null],
  ] as const)("as an improve attempt: %s", (how, state, dispute) => {
    const { known } = takeClosed(open, [{ finding: A, how, evidence: "Because." }]);

    expect(known.map((one) => [one.state, one.dispute])).toEqual([
      [state, dispute],
      ["open", null],
    ]);
  });

  it("changes nothing of what is closed, or without words, or without findings", () => {
    const dismissed = dismiss(open, 1, "Dismissed by anna: no.");

    expect(states(takeClosed(dismissed, [{ finding: A, how: "addressed", evidence: "" }]))).toEqual([
      "F1 dismissed",
      "F2 open",
    ]);
    expect(takeClosed(open, null)).toEqual(open);
    expect(takeClosed(null, null)).toEqual(NO_FINDINGS);
    expect(takeRulings(null, null)).toEqual(NO_FINDINGS);
  });

  it("as a judge touches only what is disputed; what is passed over is upheld", () => {
    const disputed = takeClosed(open, [{ finding: A, how: "disputed", evidence: "No." }]);

    expect(takeRulings(disputed, [{ finding: B, how: "overruled", evidence: "" }]).known).toMatchObject([
      { state: "open", upheld: true },
      { state: "open", upheld: false },
    ]);
    expect(takeRulings(disputed, null).known[0]).toMatchObject({ state: "open", upheld: true });
  });

  it("addressed ends a dispute", () => {
    const disputed = takeClosed(open, [{ finding: A, how: "disputed", evidence: "No." }]);
    const { known } = takeClosed(disputed, [{ finding: A, how: "addressed", evidence: "" }]);

    expect(known[0]).toMatchObject({ state: "addressed", dispute: null });
  });
});

describe("a judge", () => {
  const blocker = finding({ state: "disputed" });

  it.each<[string, KnownFinding[], boolean]>([
    [
      "is called where every blocker is disputed, whatever the follow-ups",
      [blocker, finding({ n: 2, severity: "followup" })],
      true,
    ],
    [
      "is not called where only follow-ups are disputed",
      [finding({ severity: "followup", state: "disputed" })],
      false,
    ],
    ["is not called where a blocker is open", [blocker, finding({ n: 2 })], false],
    [
      "is not called where one was upheld",
      [blocker, finding({ n: 2, state: "disputed", upheld: true })],
      false,
    ],
    ["is not called for nothing", [], false],
  ])("%s", (_, known, expected) => {
    expect(awaitsJudge({ ...NO_FINDINGS, known })).toBe(expected);
  });
});

it("dismissing closes one that is open or disputed, with the reason, and touches no other", () => {
  const known = [finding(), finding({ n: 2, state: "disputed", fingerprint: B })];

  expect(dismiss({ ...NO_FINDINGS, known }, 2, "Dismissed by anna: no.")?.known).toEqual([
    finding(),
    finding({ n: 2, state: "dismissed", fingerprint: B, note: "Dismissed by anna: no." }),
  ]);
  expect(dismiss(null, 1, "")).toBeNull();
});

it("the hash of findings is of all of them, and fits the record", () => {
  const one = { ...NO_FINDINGS, known: [finding()] };

  expect(findingsHash(one)).toMatch(/^[0-9a-f]{64}$/);
  expect(findingsHash(one)).toBe(findingsHash(structuredClone(one)));
  expect(findingsHash(one)).not.toBe(findingsHash(NO_FINDINGS));
  expect(findingsHash(one)).not.toBe(findingsHash({ ...one, known: [finding({ note: "x" })] }));
});

it("the verdict counts what is open and disputed", () => {
  const known = [
    finding({ state: "disputed" }),
    finding({ n: 2, severity: "followup" }),
    finding({ n: 3, state: "addressed" }),
    finding({ n: 4, state: "fixed", severity: "followup" }),
  ];

  expect(verdictOn(HEAD, "9", { ...NO_FINDINGS, known })).toEqual({
    head: HEAD,
    patch: "9",
    value: "changes_requested",
    blockers: 1,
    followups: 1,
    carried_from: null,
  });
  expect(openFindings(null)).toEqual([]);
});

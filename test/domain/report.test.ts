/** Reading `report.json`: what fits is taken whole, what does not fit is said. */
import { describe, expect, it } from "vitest";
import { MAX_REPORT_BYTES, readReport, type Report } from "../../src/domain/report.ts";
import { BASE, finding, HEAD, NOW, report } from "./snapshots.ts";

const { n: _n, state: _s, seen: _e, dispute: _d, upheld: _u, note: _o, ...FINDING } = finding();

/** One in which nothing is null. */
const FULL = report({
  kind: "review",
  findings: [FINDING],
  coverage: [{ path: "a.ts", seen: false, why: "no room" }],
  review: {
    head: HEAD,
    patch: "9af0",
    dropped: [{ title: "t", path: "a.ts", line: 1, why: "not there" }],
    gone: ["bbbbbbbbbbbb"],
  },
  closed: (["addressed", "disputed", "upheld", "overruled"] as const).map((how) => ({
    finding: "aaaaaaaaaaaa",
    how,
    evidence: "e",
  })),
  plan: "First this.",
  answer: "Because.",
  question: "Which?",
  lesson: { title: "Lists", body: "Return lists." },
  verify: { exit: 1, seconds: 2, tail: "no" },
  guard: [{ path: ".github/x", rule: "protected" }],
  hosts: { used: ["registry.test"], tunnelled: [], refused: ["evil.test"] },
  reset_at: NOW,
  session: true,
  fault: "The secret is missing.",
});

function read(change: object, from: Report = FULL): string {
  const found = readReport(JSON.stringify({ ...from, ...change }), 1);
  return found.kind === "unreadable" ? found.why : found.kind;
}

describe("a report", () => {
  it.each([
    ["with nothing null", FULL],
    ["with as much null as may be", report({ work: null })],
    ["of an agent in bubblewrap", report({ sandbox: "bubblewrap" })],
    ["of an agent under another user", report({ sandbox: "user" })],
    ["of an attempt of which nothing ran", report({ sandbox: null })],
    ["with money that is not certain", report({ uncertain: { unpriced: ["house-model"], estimated: 1 } })],
  ])("%s is taken whole", (_, whole) => {
    expect(readReport(JSON.stringify(whole), 1)).toEqual({ kind: "report", report: whole });
  });

  it("may have as many bytes as are allowed, and not one more", () => {
    const text = JSON.stringify(FULL);

    expect(readReport(text, MAX_REPORT_BYTES).kind).toBe("report");
    expect(readReport(text, MAX_REPORT_BYTES + 1)).toEqual({
      kind: "unreadable",
      why: "it has 400001 bytes, 400000 are allowed",
    });
  });

  it.each([
    [null, "it is not text"],
    ["{", "it is not JSON"],
    ["", "it is not JSON"],
  ])("that is %j is refused: %s", (text, why) => {
    expect(readReport(text, 1)).toEqual({ kind: "unreadable", why });
  });

  it.each([
    [2, "2"],
    ["1.1", "1.1"],
  ])("of version %s is not guessed at", (v, version) => {
    expect(readReport(JSON.stringify({ ...FULL, v }), 1)).toEqual({ kind: "unknown_version", version });
    expect(readReport(JSON.stringify({ v }), 1)).toEqual({ kind: "unknown_version", version });
  });

  it.each(["null", "[]", "1", "{}", '{"v":null}'])("that is only %s is unreadable", (text) => {
    expect(readReport(text, 1)).toMatchObject({ kind: "unreadable" });
  });

  it("that does not fit says where", () => {
    expect(read({ usage: { ...FULL.usage, turns: -1 } })).toMatch(/^usage\.turns: ./);
    expect(read({ more: 1 })).toMatch(/^it: .*more/);
  });
});

describe("what does not fit", () => {
  it.each<[string, object]>([
    ["an end that nobody knows", { end: "exploded" }],
    ["attempt zero", { attempt: 0 }],
    ["too long a summary", { summary: "x".repeat(20_001) }],
    ["too many last words", { last_words: "x".repeat(20_001) }],
    ["too long a fault", { fault: "x".repeat(1001) }],
    ["a sandbox that nobody knows", { sandbox: "none" }],
    ["a patch id that is none", { work: { ...FULL.work, patch: "xyz" } }],
    ["a patch id with something before it", { work: { ...FULL.work, patch: "x9" } }],
    ["a patch id with something after it", { review: { ...FULL.review, patch: "9x" } }],
    ["a reviewed patch with something before it", { review: { ...FULL.review, patch: "x9" } }],
    ["a base that is no object id", { work: { ...FULL.work, base: "main" } }],
    ["a reset that is no time", { reset_at: "soon" }],
    ["a ruling that nobody knows", { closed: [{ finding: "aaaaaaaaaaaa", how: "ignored", evidence: "" }] }],
    ["a key that nobody knows in work", { work: { ...FULL.work, more: 1 } }],
    ["a key that nobody knows in the review", { review: { ...FULL.review, more: 1 } }],
    ["a key that nobody knows in usage", { usage: { ...FULL.usage, more: 1 } }],
    ["a key that nobody knows in hosts", { hosts: { ...FULL.hosts, more: 1 } }],
    ["a key that nobody knows in agent", { agent: { ...FULL.agent, more: 1 } }],
    ["no session", { session: null }],
  ])("%s", (_, change) => {
    expect(read(change)).not.toBe("report");
  });

  it.each<[string, object]>([
    ["as long a summary as may be", { summary: "x".repeat(20_000), last_words: "x".repeat(20_000) }],
    ["no words", { summary: "", last_words: "", fault: "" }],
    ["a patch of nothing but binary files", { work: { ...FULL.work, base: BASE, patch: "" } }],
  ])("but %s does", (_, change) => {
    expect(read(change)).toBe("report");
  });
});

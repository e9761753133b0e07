/** A raw report always fits: texts are shortened before findings are left out, and blockers stay longest. */
import { expect, it } from "vitest";
import { fitted } from "../../../src/runner/attempt/fit-report.ts";
import { blankReport, RawReport, type RawFinding } from "../../../src/runner/raw-report.ts";
import { knownFinding } from "../task-server.ts";

const BLANK = blankReport({ attempt: 1, kind: "review", end: "completed", summary: "Read." });

function findings(count: number, change: (index: number) => Partial<RawFinding>): RawFinding[] {
  const { severity, title, path, line, end_line, evidence, impact, fix, tests, sites } = knownFinding({
    n: 1,
  });
  const plain = { severity, title, path, line, end_line, evidence, impact, fix, tests, sites };
  return Array.from({ length: count }, (_, index) => ({ ...plain, ...change(index) }));
}

function bytes(report: RawReport): number {
  return Buffer.byteLength(JSON.stringify(report));
}

it("leaves a report alone that fits", () => {
  const report = { ...BLANK, findings: findings(3, () => ({})), coverage: [], closed: [] };

  expect(fitted(report)).toEqual(report);
});

it("keeps 500 findings with long texts by shortening the texts", () => {
  const long = "ü".repeat(4000);
  const report = fitted({
    ...BLANK,
    findings: findings(500, () => ({ evidence: long, impact: long, fix: long, tests: long })),
  });

  expect(report.findings).toHaveLength(500);
  expect(report.summary).toBe("Read.");
  expect(report.findings?.[0]?.evidence).toMatch(/^ü+…$/);
  expect(bytes(report)).toBeLessThan(210_000);
});

it("leaves follow-ups out beyond 500, never a blocker before them, and says how many", () => {
  const report = fitted({
    ...BLANK,
    findings: findings(620, (index) => ({ severity: index >= 600 ? "blocker" : "followup" })),
  });

  expect(report.findings).toHaveLength(500);
  expect(report.findings?.filter(({ severity }) => severity === "blocker")).toHaveLength(20);
  expect(report.summary).toContain("120 further findings are left out");
});

it("fits whatever the paths, files and answers are", () => {
  const path = "p".repeat(4000);
  const report = fitted({
    ...BLANK,
    summary: "s".repeat(20_000),
    findings: findings(500, () => ({ path, sites: [{ path, line: 1 }] })),
    coverage: Array.from({ length: 5000 }, (_, index) => ({
      path: `src/${index}.ts`,
      seen: index > 0,
      why: null,
    })),
    closed: Array.from({ length: 300 }, (_, index) => ({
      finding: String(index).padStart(12, "0"),
      how: "addressed" as const,
      evidence: "e".repeat(4000),
    })),
  });

  expect(bytes(report)).toBeLessThan(300_000);
  expect(report.closed).toHaveLength(300);
  expect(report.coverage?.[0]).toEqual({ path: "src/0.ts", seen: false, why: null });
  expect(report.coverage?.at(-1)).toMatchObject({
    path: expect.stringMatching(/^\(\d+ more\)$/),
    seen: true,
  });
  expect(report.summary).toContain("further findings are left out");
});

it("keeps what nobody could settle of a rebase the longest, and of each side less where there is much", () => {
  const conflict = { kind: "content", ours: "ü".repeat(2000), theirs: "ü".repeat(2000) } as const;
  const conflicts = Array.from({ length: 60 }, (_, index) => ({
    ...conflict,
    path: `${index}/${"x".repeat(400)}`,
    by: index < 55 ? ("agent" as const) : ("left" as const),
  }));
  const dropped = Array.from({ length: 60 }, () => ({
    oid: "a".repeat(40),
    subject: "x".repeat(400),
    why: "landed" as const,
  }));

  const { rebase, ...rest } = fitted({
    ...BLANK,
    kind: "rebase",
    rebase: { by: "agent", dropped, conflicts },
  });

  expect(RawReport.safeParse({ ...rest, rebase }).success).toBe(true);
  expect(rebase?.conflicts).toHaveLength(50);
  expect(rebase?.conflicts.slice(0, 6).map(({ by }) => by)).toEqual([...Array(5).fill("left"), "agent"]);
  expect(rebase?.conflicts.map(({ ours }) => ours.length)).toEqual([
    2000,
    2000,
    2000,
    ...Array(47).fill(100),
  ]);
  expect(bytes({ ...rest, rebase })).toBeLessThan(110_000);
});

it("leaves a rebase alone that fits", () => {
  const one = { path: "a", kind: "content", by: "agent", ours: "1\n", theirs: "2\n" } as const;
  const report: RawReport = { ...BLANK, rebase: { by: "agent", dropped: [], conflicts: [one] } };

  expect(fitted(report)).toEqual(report);
});

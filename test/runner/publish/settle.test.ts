/** What the publisher makes of claims: it believes what it can see, and takes from a report only what its kind can give. */
import { expect, it } from "vitest";
import type { Job } from "../../../src/domain/job.ts";
import type { Report } from "../../../src/domain/report.ts";
import type { JudgedWork } from "../../../src/runner/publish/judge-work.ts";
import { blankReport, type RawReport } from "../../../src/runner/raw-report.ts";
import { settleReview, settleWork } from "../../../src/runner/publish/settle.ts";
import { knownFinding, plainJob } from "../task-server.ts";

const SHA = "a".repeat(40);
const NONE: JudgedWork = { kind: "none" };
const CLOSED = { finding: "000000000001", how: "disputed", evidence: "See line 1." } as const;

function work(patch: string): JudgedWork {
  return { kind: "work", work: { base: SHA, head: SHA, commits: 1, files: 1, patch } };
}

function settled(
  kind: "implement" | "improve" | "fix",
  judged: JudgedWork,
  claim: Partial<RawReport> = {},
): Report {
  const job: Job = { ...plainJob(SHA), kind, findings: [knownFinding({ n: 1 })] };
  const raw = { ...blankReport({ attempt: 1, kind, end: "completed", summary: "Done." }), ...claim };
  return settleWork(raw, { judged, job, before: kind === "implement" ? null : "1234" });
}

it.each([
  ["implement", NONE, {}, "empty_run"],
  ["improve", NONE, {}, "unchanged"],
  ["improve", NONE, { closed: [CLOSED] }, "completed"],
  ["improve", NONE, { closed: [{ ...CLOSED, how: "addressed" as const }] }, "unchanged"],
  ["improve", NONE, { closed: [CLOSED], commits: 1 }, "bad_report"],
  ["improve", work("1234"), {}, "unchanged"],
  ["improve", work("1234"), { closed: [CLOSED] }, "completed"],
  ["fix", NONE, { closed: [CLOSED] }, "unchanged"],
  ["fix", work("1234"), {}, "unchanged"],
  ["fix", NONE, { end: "timeout" as const }, "timeout"],
] as const)("%s with %j and the claim %j ends as %s without work", (kind, judged, claim, end) => {
  expect(settled(kind, judged, claim as Partial<RawReport>)).toMatchObject({ end, work: null });
});

it("keeps work that changes something, finished or not", () => {
  expect(settled("improve", work("5678"))).toMatchObject({ end: "completed", work: { finished: true } });
  expect(settled("fix", work("1234"), { end: "timeout" })).toMatchObject({
    end: "timeout",
    work: { finished: false },
  });
  expect(settled("implement", work("1234"))).toMatchObject({ end: "completed", work: { finished: true } });
});

it("takes from an improve attempt no findings, no rulings, and no answers to what was never asked", () => {
  const report = settled("improve", work("5678"), {
    findings: [],
    coverage: [],
    closed: [
      { ...CLOSED, how: "overruled" },
      { ...CLOSED, finding: "ffffffffffff" },
    ],
  });

  expect(report).toMatchObject({ findings: null, coverage: null, closed: [] });
});

it("takes from a reviewer no answers, and from a judge only rulings", () => {
  const job: Job = { ...plainJob(SHA), kind: "review", findings: [knownFinding({ n: 1 })] };
  const checked = { findings: [], review: { head: SHA, patch: "", dropped: [], gone: [] } };
  const closed = [CLOSED, { ...CLOSED, how: "upheld" as const }];
  const raw = { ...blankReport({ attempt: 1, kind: "review", end: "completed", summary: "" }), closed };

  expect(settleReview(raw, job, checked)).toMatchObject({ closed: null, findings: [], work: null });
  expect(settleReview(raw, { ...job, how: "judge" }, checked).closed).toEqual([{ ...CLOSED, how: "upheld" }]);
});

it("calls a review bad that has no findings to check", () => {
  const raw = {
    ...blankReport({ attempt: 1, kind: "review", end: "completed", summary: "APPROVED" }),
    coverage: [],
  };

  const report = settleReview(raw, { ...plainJob(SHA), kind: "review" }, null);

  expect(report).toMatchObject({ end: "bad_report", findings: null, coverage: null, review: null });
});

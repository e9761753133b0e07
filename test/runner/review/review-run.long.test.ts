/** The further ends of review attempts: wrong forms, used-up limits, large diffs, judges. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CLEAN, FINDING, reviewed } from "./reviewed.ts";
import { knownFinding, LIMITS } from "../task-server.ts";

it("does not take prose for a review when it is asked twice in vain", async () => {
  const report = await reviewed([{ say: "APPROVED, nothing to add." }, { again: { verdict: "APPROVED" } }]);

  expect(report).toMatchObject({ end: "bad_report", findings: null, coverage: null, review: null });
  expect(report.summary).toContain("findings:");
});

it("does not ask more often than the turns allow", async () => {
  const report = await reviewed([{ say: "one" }, { say: "two" }, { again: CLEAN }], {
    limits: { ...LIMITS, turns: 2 },
  });

  expect(report).toMatchObject({ end: "bad_report", usage: { turns: 2 } });
  expect(report.summary).toContain("turns was used up");
});

it.each([
  ["it runs out of turns", { end: "max_turns" }, "max_turns"],
  ["it gives up", { end: "error" }, "agent_gave_up"],
  ["it crashes", { end: "crash" }, "infrastructure"],
])("ends as its agent does when %s", async (_, step, end) => {
  const report = await reviewed([{ say: "Hm." }, step]);

  expect(report).toMatchObject({ end, findings: null, review: null, canBeRemoved: true });
});

it("is no review without a diff", async () => {
  const report = await reviewed([{ json: CLEAN }], {}, () => undefined);

  expect(report).toMatchObject({
    end: "bad_report",
    summary: "There is no diff to review.",
    usage: { turns: 0 },
  });
});

it("reviews a large diff part by part and names what was not answered", async () => {
  const big = (clone: string): void => {
    for (const name of ["a", "b", "c"])
      writeFileSync(join(clone, `${name}.txt`), `${"word ".repeat(10)}\n`.repeat(1000));
  };

  const whole = await reviewed(
    [{ json: { summary: "", findings: [{ ...FINDING, path: "a.txt" }] } }],
    {},
    big,
  );
  const broken = await reviewed([{ say: "Hm." }, { json: CLEAN }], { limits: { ...LIMITS, turns: 5 } }, big);

  // Each part's reviewer finds the same; it is one finding.
  expect(whole).toMatchObject({ end: "completed", findings: [{ path: "a.txt" }], usage: { turns: 3 } });
  expect(whole.coverage?.map(({ seen }) => seen)).toEqual([true, true, true]);
  expect(broken).toMatchObject({ end: "completed", usage: { turns: 5 } });
  expect(broken.coverage).toEqual([
    { path: "a.txt", seen: true, why: null },
    { path: "b.txt", seen: true, why: null },
    { path: "c.txt", seen: false, why: expect.stringContaining("its part was not answered") },
  ]);
});

it("lets a judge rule on what is disputed, and on nothing else", async () => {
  const rulings = [
    { id: "F3", upheld: true, evidence: "It does." },
    { id: "F4", upheld: false, evidence: "It does not." },
    { id: "F9", upheld: false, evidence: "Never asked." },
  ];
  const findings = [3, 4].map((n) => knownFinding({ n, state: "disputed", dispute: "No." }));

  const report = await reviewed([{ json: { summary: "Judged.", rulings } }], { how: "judge", findings });

  expect(report).toMatchObject({
    end: "completed",
    summary: "Judged.",
    findings: [],
    closed: [
      { finding: "000000000003", how: "upheld", evidence: "It does." },
      { finding: "000000000004", how: "overruled", evidence: "It does not." },
    ],
  });
});

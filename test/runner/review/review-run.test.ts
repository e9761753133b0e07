/** Review attempts with a real agent program: what comes out of them, and what does not. */
import { expect, it } from "vitest";
import { CLEAN, FINDING, reviewed } from "./reviewed.ts";

it("brings findings home with fingerprint and anchor, and nothing of the clone", async () => {
  const report = await reviewed([
    { run: "stat -c %A src src/add.js .git" },
    { write: { path: "left.txt", content: "left\n" } },
    { usage: { input: 10, output: 5, usd: 0.5 } },
    { say: "APPROVED! Verdict: ship it." },
    {
      json: {
        verdict: "APPROVED",
        summary: "Wrong.",
        checklist: [{ item: "adds", ok: false }],
        findings: [FINDING],
      },
    },
  ]);

  expect(report.canBeRemoved).toBe(true);
  expect(report).toMatchObject({
    kind: "review",
    end: "completed",
    summary: "Wrong.\n\n- not met: adds",
    work: null,
    findings: [
      {
        severity: "blocker",
        line: 1,
        fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
        anchor: { line: 1, start_line: null },
      },
    ],
    coverage: [{ path: "src/add.js", seen: true, why: null }],
    review: { head: report.head, patch: expect.stringMatching(/^[0-9a-f]{40}$/), dropped: [], gone: [] },
    closed: null,
    usage: { turns: 4, usd: 1 },
  });
  expect(report.log).toContain(String.raw`dr-xr-xr-x\n-r--r--r--\ndr-xr-xr-x\n`);
});

it("asks once more for the form alone, and counts both", async () => {
  const report = await reviewed([{ say: "Looks good, APPROVED." }, { again: CLEAN }]);

  expect(report).toMatchObject({ end: "completed", summary: "It adds.", findings: [], usage: { turns: 2 } });
});

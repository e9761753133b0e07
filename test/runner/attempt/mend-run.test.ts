/** An improve attempt with a real agent program, and a publisher whose head is gone. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { publish } from "../../../src/runner/publish/publish.ts";
import { blankReport } from "../../../src/runner/raw-report.ts";
import { FIX, mending, said } from "./mended.ts";
import { runWorkflow } from "../task-server.ts";

it("puts its commits on the head and says what it closed", async () => {
  using server = mending("improve", [FIX, said("addressed")]);

  const report = await runWorkflow(server);

  expect(report).toMatchObject({
    kind: "improve",
    end: "completed",
    summary: "Looked into it.",
    work: { base: server.job.start.base, commits: 1, files: 1, finished: true },
    closed: [
      { finding: "000000000001", how: "addressed", evidence: "See line 1." },
      { finding: "abcdefabcdef", how: "addressed" },
    ],
    findings: null,
    review: null,
  });
  expect(server.git("rev-parse", `${report.work?.head}^`)).toBe(server.head);
});

it("says infrastructure when the head is on no branch any more", async () => {
  using server = mending("review", []);
  server.git("update-ref", "-d", "refs/heads/gza/7-task");
  server.git("prune", "--expire=now");
  const raw = {
    ...blankReport({ attempt: 1, kind: "review", end: "completed", summary: "Fine." }),
    findings: [],
  };
  mkdirSync(server.inputs.handOver, { recursive: true });
  writeFileSync(join(server.inputs.handOver, "raw-report.json"), JSON.stringify(raw));

  await publish(server.inputs, server.remote);

  expect(server.report()).toMatchObject({ end: "infrastructure", findings: null, review: null });
  expect(server.report().summary).toContain(server.head);
});

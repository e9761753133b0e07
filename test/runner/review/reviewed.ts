/** Whole review attempts for tests: a head that adds twice, a scripted reviewer, the report and the agent's log. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../../src/domain/report.ts";
import { createTaskServer, runWorkflow, withHead, type JobChange } from "../task-server.ts";

/** What a reviewer may answer: nothing wrong, or one finding. */
export const CLEAN = { summary: "It adds.", findings: [] };
export const FINDING = {
  severity: "Blocker",
  title: "It adds twice",
  path: "src/add.js",
  line: "1",
  evidence: "a + b + b",
};

export interface Reviewed extends Report {
  /** The head that was to be reviewed. */
  head: string;
  /** What the agents printed. */
  log: string;
  /** A clone that stays read-only cannot be cleaned up by the next workflow job. */
  canBeRemoved: boolean;
}

export async function reviewed(
  script: unknown[],
  job: JobChange = {},
  edit: (clone: string) => void = addTwice,
): Promise<Reviewed> {
  using server = createTaskServer(script, { kind: "review" }, { "REVIEW.md": "Be kind.\n" });
  const on = withHead(server, edit, job);
  const report = await runWorkflow(on);
  const log = readFileSync(join(on.inputs.handOver, "agent.log"), "utf8");
  const canBeRemoved = (statSync(join(on.inputs.clone, "src")).mode & 0o700) === 0o700;
  return { ...report, head: on.head, log, canBeRemoved };
}

/** The bug that every reviewer and every improve attempt of the tests is about. */
export function addTwice(clone: string): void {
  writeFileSync(join(clone, "src/add.js"), "export const add = (a, b) => a + b + b;\n");
}

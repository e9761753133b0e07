/** The raw report: what the agent's workflow job leaves for the publisher; everything in it is a claim until the publisher has looked at the work. */
import { z } from "zod";
import { Finding } from "../domain/finding.ts";
import { RebaseClaim, Report } from "../domain/report.ts";
import { AttemptEnd, Count } from "../domain/task.ts";

/** Ends that only the app, the publisher or a person can give. */
const NOT_FOR_THE_AGENT_JOB = [
  "runner_lost",
  "cancelled",
  "superseded",
  "stopped",
  "guard_refused",
  "workflow_permission",
] as const;

/** A finding before anybody has held its citation against the head. */
export const RawFinding = Finding.omit({ fingerprint: true, anchor: true });
export type RawFinding = z.infer<typeof RawFinding>;

export const RawReport = Report.omit({ work: true, guard: true, review: true, rebase: true }).extend({
  findings: z.array(RawFinding).nullable(),
  /** null: not a rebase, or it never got to its first commit. */
  rebase: RebaseClaim.nullable(),
  end: AttemptEnd.exclude(NOT_FOR_THE_AGENT_JOB),
  /** How many commits lie in the bundle; 0: there is no bundle. */
  commits: Count,
  /** What the run itself found in its work that must not leave it; then there is no bundle either. */
  refused: Report.shape.guard.max(100),
});
export type RawReport = z.infer<typeof RawReport>;

export const RAW_REPORT_FILE = "raw-report.json";
export const BUNDLE_FILE = "work.bundle";
export const LOG_FILE = "agent.log";

/** What a conflict shows of each side. */
export const MAX_SIDE_CHARACTERS = 2000;

/** A raw report with `end` and nothing done yet. */
export function blankReport(start: Pick<RawReport, "attempt" | "kind" | "end" | "summary">): RawReport {
  return {
    v: 1,
    ...start,
    last_words: "",
    findings: null,
    coverage: null,
    closed: null,
    rebase: null,
    plan: null,
    answer: null,
    question: null,
    lesson: null,
    usage: { turns: 0, seconds: 0, requests: 0, input: 0, cached: 0, output: 0, usd: null },
    agent: { name: "none", version: "", model: "" },
    sandbox: null,
    verify: null,
    hosts: { used: [], tunnelled: [], refused: [] },
    tools: {},
    reset_at: null,
    session: false,
    fault: null,
    commits: 0,
    refused: [],
  };
}

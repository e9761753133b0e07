/** The step `agent`: runs the attempt by its kind; whatever happens, a raw report says how it ended. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Job } from "../domain/job.ts";
import { agentNamed, unknownAgent } from "./agents/agent.ts";
import { closeAttempt, openAttempt, type Attempt, type AttemptRun } from "./attempt.ts";
import { fitted } from "./fit-report.ts";
import { JOB_FILE } from "./prepare.ts";
import { blankReport, RAW_REPORT_FILE, type RawReport } from "./raw-report.ts";
import { runChange } from "./run-change.ts";
import { runReview } from "./run-review.ts";

/** Runs the attempt that `prepare` has laid out and leaves bundle, raw report and log in the hand-over folder. */
export async function runAttempt(run: AttemptRun): Promise<RawReport> {
  const { inputs } = run;
  const job = Job.parse(JSON.parse(await readFile(join(inputs.temp, JOB_FILE), "utf8")));
  const report = fitted(await attemptReport(run, job));
  await writeFile(join(inputs.handOver, RAW_REPORT_FILE), JSON.stringify(report));
  return report;
}

async function attemptReport(run: AttemptRun, job: Job): Promise<RawReport> {
  const agent = agentNamed(job.agent.name);
  // A retry would meet the same file: like a job that cannot be read, this ends as `bad_report`, which is final.
  if (agent === null) return bad(job, unknownAgent(job.agent.name));
  const attempt = await openAttempt(run, job, agent);
  const report = await runKind(attempt);
  await closeAttempt(attempt);
  return report;
}

function runKind(attempt: Attempt): Promise<RawReport> | RawReport {
  const { job } = attempt;
  if (job.kind === "review") return runReview(attempt);
  if (job.kind === "implement" || job.kind === "improve" || job.kind === "fix")
    return runChange(attempt, job.kind);
  return bad(job, `This release runs no "${job.kind}" attempts.`);
}

function bad({ attempt, kind }: Job, summary: string): RawReport {
  return blankReport({ attempt, kind, end: "bad_report", summary });
}

/** The step `agent`: runs the attempt by its kind; whatever happens, a raw report says how it ended. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Job } from "../../domain/job.ts";
import { agentFolder, installedVersion } from "../agents/install.ts";
import { agentNamed, unknownAgent } from "../agents/agent.ts";
import { closeAttempt, openAttempt, spent, type Attempt, type AttemptRun } from "./attempt.ts";
import { openEnclosure } from "./enclosure.ts";
import { fitted } from "./fit-report.ts";
import type { Inputs } from "../inputs.ts";
import { head, plainText } from "../plain-text.ts";
import { JOB_FILE } from "../prepare.ts";
import { blankReport, RAW_REPORT_FILE, type RawReport } from "../raw-report.ts";
import { runRebase } from "../rebase/run-rebase.ts";
import { runChange } from "./run-change.ts";
import { runExplore } from "./run-explore.ts";
import { runReview } from "../review/run-review.ts";
import { withoutSecrets } from "../secrets/without-secrets.ts";
import { keepsSession, saveSession } from "./sessions.ts";

/**
 * Runs the attempt that `prepare` has laid out and leaves bundle, raw report and log in the hand-over folder. That folder is uploaded
 * whatever becomes of this step: nothing lies in it before it has been looked through for the secrets of the run. `fault`: why nothing can
 * be started; null: nothing is known to be in the way.
 */
export async function runAttempt({
  fault = null,
  ...run
}: AttemptRun & { fault?: string | null }): Promise<RawReport> {
  const { inputs, access } = run;
  const job = Job.parse(JSON.parse(await readFile(join(inputs.temp, JOB_FILE), "utf8")));
  const unseen = { ...inputs, handOver: join(inputs.temp, "unseen") };
  await rm(unseen.handOver, { recursive: true, force: true });
  await mkdir(unseen.handOver);
  const report =
    fault === null
      ? fitted(await attemptReport({ ...run, inputs: unseen }, job))
      : { ...bad(job, fault), fault };
  const clean = await lookedThrough({ inputs: unseen, job }, report, access.secrets);
  await writeFile(join(unseen.handOver, RAW_REPORT_FILE), JSON.stringify(clean));
  await rm(inputs.handOver, { recursive: true, force: true });
  await rename(unseen.handOver, inputs.handOver);
  return clean;
}

/** What cannot be looked through does not leave, and people are told why nothing came of the attempt. */
async function lookedThrough(
  left: { inputs: Inputs; job: Job },
  report: RawReport,
  secrets: readonly string[],
): Promise<RawReport> {
  try {
    return await withoutSecrets(left, report, secrets);
  } catch (error) {
    const { handOver } = left.inputs;
    await rm(handOver, { recursive: true, force: true });
    await mkdir(handOver);
    const { attempt, kind, usage, uncertain, agent, sandbox, hosts } = report;
    const why = plainText(error instanceof Error ? error.message : String(error));
    const summary = `What the attempt left could not be looked through for secrets, so nothing of it is kept: ${head(why, 800)}`;
    return {
      ...blankReport({ attempt, kind, end: "infrastructure", summary }),
      usage,
      ...(uncertain === undefined ? {} : { uncertain }),
      agent,
      sandbox,
      hosts,
    };
  }
}

async function attemptReport(run: AttemptRun, job: Job): Promise<RawReport> {
  const agent = agentNamed(job.agent.name);
  // A retry would meet the same file: like a job that cannot be read, this ends as `bad_report`, which is final.
  if (agent === null) {
    const fault = unknownAgent(job.agent.name);
    return { ...bad(job, fault), fault };
  }
  const { inputs, access, print } = run;
  const home = join(inputs.temp, "home");
  await mkdir(home, { recursive: true });
  const folder = agent.packaged ? agentFolder(agent.name, inputs.temp) : null;
  const installed = folder === null ? null : { folder, version: await installedVersion(folder) };
  const opened = await openEnclosure({ inputs, job, agent, home, installed: folder, access, print });
  if (opened.kind === "fault") return { ...bad(job, opened.why), fault: opened.why };
  const { enclosure } = opened;
  const attempt = await openAttempt({ run, job, agent, home, enclosure, installed });
  try {
    const report = withWayBack(attempt, await runKind(attempt));
    const { usage, uncertain, hosts, sandbox } = spent(attempt);
    // Where no model was asked the report says what that costs: nothing. The repository's own commands can ask one too.
    const isUsed = attempt.invocations.length > 0 || usage.requests > 0;
    const session = await keepSession(attempt, report);
    const counted = {
      usage: isUsed ? usage : report.usage,
      ...(uncertain === undefined ? {} : { uncertain }),
    };
    return { ...report, ...counted, hosts, sandbox, session };
  } finally {
    await closeAttempt(attempt);
  }
}

/** Kept for whoever goes on from here. */
async function keepSession(
  { run, job, agent, home, invocations }: Attempt,
  { end }: RawReport,
): Promise<boolean> {
  const id = invocations[0]?.state.session ?? null;
  if (id === null || !keepsSession({ kind: job.kind, end })) return false;
  const { clone, handOver } = run.inputs;
  return saveSession({ agent, home, clone }, id, handOver);
}

/** Says how an attempt went on from an earlier one. */
function withWayBack({ job, resume, invocations }: Attempt, report: RawReport): RawReport {
  if (job.how !== "resume" || invocations.length === 0) return report;
  const way =
    resume === null ? "It went on from the saved work with a summary." : "It went on in the same session.";
  return { ...report, summary: `${report.summary}\n\n${way}`.trim() };
}

function runKind(attempt: Attempt): Promise<RawReport> | RawReport {
  const { job } = attempt;
  if (job.kind === "review") return runReview(attempt);
  if (job.kind === "explore") return runExplore(attempt);
  if (job.kind === "implement" || job.kind === "improve" || job.kind === "fix")
    return runChange(attempt, job.kind);
  if (job.kind === "rebase") return runRebase(attempt);
  return bad(job, `This release runs no "${job.kind}" attempts.`);
}

function bad({ attempt, kind }: Job, summary: string): RawReport {
  return blankReport({ attempt, kind, end: "bad_report", summary });
}

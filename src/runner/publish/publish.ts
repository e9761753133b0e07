/** The step `publish`: judges what the agent's workflow job left, writes the report and pushes both onto the baton, or says why not. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Job } from "../../domain/job.ts";
import { batonRef } from "../../domain/names.ts";
import { MAX_REPORT_BYTES, Report } from "../../domain/report.ts";
import type { AttemptEnd } from "../../domain/task.ts";
import { checkReview, type CheckedReview } from "../review/check-review.ts";
import { earlierWork, isUntouched } from "./earlier-work.ts";
import { readBaton, withCredentials, type Remote } from "../git/fence.ts";
import { git, gitBytes, tryGit } from "../git/git.ts";
import type { AgentResult, Inputs } from "../inputs.ts";
import { judgeRebase } from "./judge-rebase.ts";
import { judgeWork } from "./judge-work.ts";
import { forkPoint, patchId } from "../git/patch.ts";
import { blankReport, type RawReport } from "../raw-report.ts";
import { readJob, type ReadJob } from "../read-job.ts";
import { readRawReport, type ReadRaw } from "./read-raw-report.ts";
import { NOTHING_KNOWN } from "./refuse-secrets.ts";
import { gzaIdentity } from "./rewrite.ts";
import { cleanStrings } from "../secrets/clean-strings.ts";
import { findSecrets } from "../secrets/find-secrets.ts";
import { keepsSession, readSession, SESSION_FILE } from "../attempt/sessions.ts";
import { settleRebase } from "./settle-rebase.ts";
import { settleExplore, settleRefused, settleReview, settleWork, withoutWork } from "./settle.ts";

export type Published = { kind: "superseded" } | { kind: "handed_over"; report: Report };

export async function publish(inputs: Inputs, remote: Remote): Promise<Published> {
  if ((await readBaton(remote, inputs.task)) !== inputs.job) return { kind: "superseded" };

  const dir = join(inputs.temp, "publish.git");
  await rm(dir, { recursive: true, force: true });
  await mkdir(inputs.temp, { recursive: true });
  await git(["init", "--quiet", "--bare", "--template=", dir], { dir: null });
  const read = await readJob(inputs, remote, dir);
  if (read.kind === "superseded") return { kind: "superseded" };
  const raw = await readRawReport(inputs.handOver);
  const report =
    read.kind === "job" ? await reportFor(inputs, { remote, dir, job: read.job, raw }) : unreadableJob(read);
  const kept = await whatIsKept(report, { inputs, remote, dir, job: read.kind === "job" ? read.job : null });
  const session = await withoutTokens(kept.session);
  const whole = { ...report, work: kept.work, session: session !== null };
  // The last look before anything is pushed: at the texts here, at the work as the guard does.
  const clean = Report.parse((await cleanStrings(whole, NOTHING_KNOWN)).value);
  return handOver({ inputs, remote, dir, session, report: clean });
}

/** What the next attempt can go on from: what this one left, or, where it never got to its agent, what the one before it had left. */
async function whatIsKept(
  report: Report,
  { inputs, remote, dir, job }: { inputs: Inputs; remote: Remote; dir: string; job: Job | null },
): Promise<{ work: Report["work"]; session: Buffer | null }> {
  const isKept = report.session && keepsSession(report);
  const session = isKept ? await readSession(join(inputs.handOver, SESSION_FILE)) : null;
  // A rebase begins with no earlier work.
  const isAsFound = session === null && isUntouched(report) && report.kind !== "rebase";
  if (job !== null && isAsFound && (await missingStart(dir, job)) === null)
    return earlierWork(dir, job, remote);
  return { work: report.work, session };
}

/** A session that holds what looks like a token is not kept: the next attempt goes on with a summary. */
async function withoutTokens(session: Buffer | null): Promise<Buffer | null> {
  if (session === null) return null;
  return (await findSecrets(session.toString("utf8"), NOTHING_KNOWN)).length === 0 ? session : null;
}

/** What the `agent` workflow job's own result says where it has left no report. */
const SILENT_ENDS: Record<AgentResult, { end: AttemptEnd & RawReport["end"]; summary: string }> = {
  success: { end: "empty_run", summary: "The agent's workflow job ended without leaving anything." },
  failure: { end: "infrastructure", summary: "The agent's workflow job failed without leaving anything." },
  skipped: { end: "infrastructure", summary: "The agent's workflow job did not run." },
  cancelled: { end: "run_cancelled", summary: "The workflow run was cancelled." },
};

async function reportFor(
  inputs: Inputs,
  from: { remote: Remote; dir: string; job: Job; raw: ReadRaw },
): Promise<Report> {
  const { remote, dir, job, raw } = from;
  const numbers = { attempt: job.attempt, kind: job.kind };
  await git(
    ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", remote.url, "+refs/heads/*:refs/heads/*"],
    { dir, ...withCredentials(remote) },
  );
  if (raw.kind === "missing")
    return withoutWork(blankReport({ ...numbers, ...SILENT_ENDS[inputs.agentResult ?? "failure"] }));
  if (raw.kind === "unreadable")
    return withoutWork(blankReport({ ...numbers, end: "bad_report", summary: raw.why }));
  if (raw.report.attempt !== job.attempt || raw.report.kind !== job.kind) {
    const summary = "The agent's workflow job left the report of another attempt.";
    return withoutWork(blankReport({ ...numbers, end: "bad_report", summary }));
  }
  const told = inputs.agentResult === "cancelled" ? { ...raw.report, ...SILENT_ENDS.cancelled } : raw.report;
  const missing = await missingStart(dir, job);
  if (missing !== null) {
    const summary = `The commit ${missing} that the attempt stands on is on no branch any more.`;
    return withoutWork({ ...told, end: "infrastructure", summary });
  }
  if (told.refused.length > 0) return settleRefused(told);
  if (job.kind === "explore") return settleExplore(told);
  if (job.kind === "rebase")
    return settleRebase(told, job, await judgeRebase(dir, inputs.handOver, { job, raw: told }));
  return job.kind === "review"
    ? settleReview(told, job, await checkedReview(dir, job, told))
    : settleWork(told, {
        job,
        judged: await judgeWork(dir, inputs.handOver, job),
        before: await patchBefore(dir, job),
      });
}

/** The first of the commits on which the attempt stands that is on no branch; null: all are there. */
async function missingStart(dir: string, { start: { base, head } }: Job): Promise<string | null> {
  for (const commit of head === null ? [base] : [base, head]) {
    if ((await tryGit(["cat-file", "-e", `${commit}^{commit}`], { dir })).exit !== 0) return commit;
  }
  return null;
}

/** Null where there is nothing to check, or nothing to check it against. */
function checkedReview(dir: string, job: Job, { findings }: RawReport): Promise<CheckedReview | null> | null {
  const { head } = job.start;
  return head === null || findings === null ? null : checkReview(dir, { job, head, findings });
}

/** The patch of the head on which an improve or fix attempt begins; null for all others, which may leave it as it is. */
async function patchBefore(dir: string, { kind, start }: Job): Promise<string | null> {
  const { base, head } = start;
  if (head === null || (kind !== "improve" && kind !== "fix")) return null;
  const fork = await forkPoint(dir, base, head);
  return fork === null ? null : patchId(dir, { before: fork, after: head });
}

function unreadableJob({ numbers, why, fault }: ReadJob & { kind: "unreadable" }): Report {
  const { attempt, kind } = numbers;
  return withoutWork({ ...blankReport({ attempt, kind, end: "bad_report", summary: why }), fault });
}

/** R: parents J and the work (so the push carries it), tree `report.json` and the session. Pushed only onto J; the baton's next holder is never overwritten. */
async function handOver(from: {
  inputs: Inputs;
  remote: Remote;
  dir: string;
  session: Buffer | null;
  report: Report;
}): Promise<Published> {
  const { inputs, remote, dir, session, report } = from;
  const json = JSON.stringify(report);
  if (Buffer.byteLength(json) > MAX_REPORT_BYTES) {
    // Never silence: what is too long to be read is told in one sentence.
    const summary = `The report has more than ${MAX_REPORT_BYTES} bytes.`;
    const short = blankReport({ attempt: report.attempt, kind: report.kind, end: "bad_report", summary });
    return handOver({ ...from, report: withoutWork(short) });
  }
  const files = [
    ["report.json", json] as const,
    ...(session === null ? [] : [[SESSION_FILE, session] as const]),
  ];
  let entries = "";
  for (const [name, input] of files) {
    const blob = (await git(["hash-object", "-w", "--stdin"], { dir, input })).trim();
    entries += `100644 blob ${blob}\t${name}\n`;
  }
  const tree = (await gitBytes(["mktree"], { dir, input: entries })).toString("utf8").trim();
  const parents = [inputs.job, ...(report.work === null ? [] : [report.work.head])].flatMap((oid) => [
    "-p",
    oid,
  ]);
  const message = `report of ${report.kind}, attempt ${report.attempt}: ${report.end}\n`;
  const commit = (
    await git(["commit-tree", tree, ...parents, "-F", "-"], { dir, input: message, env: gzaIdentity() })
  ).trim();

  const ref = batonRef(inputs.task);
  const args = [
    "push",
    "--quiet",
    "--no-verify",
    `--force-with-lease=${ref}:${inputs.job}`,
    remote.url,
    `${commit}:${ref}`,
  ];
  const pushed = await tryGit(args, { dir, ...withCredentials(remote) });
  if (pushed.exit === 0) return { kind: "handed_over", report };
  // The answer may have been lost, or the lease: where the baton points now tells which, git's words would not.
  const baton = await readBaton(remote, inputs.task);
  if (baton === commit) return { kind: "handed_over", report };
  if (baton !== inputs.job) return { kind: "superseded" };
  if (report.work !== null && NO_WORKFLOWS.test(pushed.stderr))
    return handOver({ ...from, session: null, report: withoutWorkflows(report) });
  throw new Error(`the report could not be pushed to ${ref}: ${pushed.stderr.trim().slice(-1000)}`);
}

/** GitHub's refusal of a workflow file that it has on no branch like this; the guard lets none through but those that people have put on the branch. */
const NO_WORKFLOWS = /without `?workflows?`? (?:permission|scope)/;

function withoutWorkflows(report: Report): Report {
  const summary =
    "The branch holds a workflow file of a person's that merges with the base, and GitHub takes the outcome from people only.";
  return { ...report, end: "workflow_permission", summary, work: null, session: false };
}

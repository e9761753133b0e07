/** The step `prepare`: the fence, the job, and a full clone for the agent that knows of no remote and no credentials. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { info } from "@actions/core";
import type { Job } from "../domain/job.ts";
import { backupRef, branchRef, unfinishedRef } from "../domain/names.ts";
import { agentNamed } from "./agents/agent.ts";
import { installAgent } from "./agents/install.ts";
import { readBaton, withCredentials, type Remote } from "./git/fence.ts";
import { git, tryGit } from "./git/git.ts";
import type { Inputs } from "./inputs.ts";
import { blankReport, RAW_REPORT_FILE, type RawReport } from "./raw-report.ts";
import { readJob } from "./read-job.ts";
import { installSandbox } from "./sandbox/install.ts";
import { fetchSession } from "./attempt/sessions.ts";

export const GZA_NAME = "GZA";
/** Of commits that no branch gets: nobody can have it (RFC 2606). */
export const GZA_EMAIL = "gza@noreply.invalid";

export const JOB_FILE = "job.json";

/** The branch on which the agent works; nobody outside the clone sees the name. */
export const WORK_BRANCH = "work";

/** Where the head lies that a rebase has replaced, for a review of what the rebase changed. */
export const BEFORE_REF = "refs/remotes/before";

export type Prepared =
  | { kind: "ready" }
  | { kind: "superseded" }
  /** A raw report already says why no agent can start. */
  | { kind: "unable"; report: RawReport };

export async function prepare(inputs: Inputs, remote: Remote): Promise<Prepared> {
  if ((await readBaton(remote, inputs.task)) !== inputs.job) return { kind: "superseded" };

  await rm(inputs.temp, { recursive: true, force: true });
  await mkdir(inputs.handOver, { recursive: true });
  const ledger = join(inputs.temp, "ledger.git");
  await git(["init", "--quiet", "--bare", "--template=", ledger], { dir: null });
  const read = await readJob(inputs, remote, ledger);
  if (read.kind === "superseded") return { kind: "superseded" };
  if (read.kind === "unreadable")
    return unable(inputs, { ...read.numbers, end: "bad_report", summary: read.why }, { fault: read.fault });

  const { job } = read;
  const missing = await cloneForAgent(inputs, remote, job);
  if (missing !== null) {
    const { attempt, kind } = job;
    return unable(inputs, { attempt, kind, end: "infrastructure", summary: missing }, { fault: null });
  }
  const failed = await install(job, inputs.temp);
  if (failed !== null) {
    const { attempt, kind } = job;
    return unable(inputs, { attempt, kind, end: "infrastructure", summary: failed }, { fault: null });
  }
  await fetchSession(job, { remote, dir: ledger, temp: inputs.temp });
  await writeFile(join(inputs.temp, JOB_FILE), JSON.stringify(job));
  return { kind: "ready" };
}

/** What the agent needs on this machine: null, or what could not be had, with the next step. */
async function install({ sandbox, agent }: Job, temp: string): Promise<string | null> {
  const spec = agentNamed(agent.name);
  try {
    if (sandbox === "auto") for (const done of await installSandbox(process.env)) info(done);
    if (spec?.packaged) await installAgent(spec.name, temp);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The commit on which the agent begins: unfinished work, else the branch, else the base. */
export function startOf(job: Job): string {
  return job.start.work ?? rangeStart(job);
}

/** The commit after which everything is this task's new work. */
export function rangeStart(job: Job): string {
  return job.start.head ?? job.start.base;
}

/** As arguments of `git rev-list`: all commits but those that were there before the attempt, on its branch or on the base. */
export function beforeAttempt(job: Job): string[] {
  const { base, head } = job.start;
  return head === null ? [`^${base}`] : [`^${head}`, `^${base}`];
}

/** Null, or what is missing in one sentence. History and all branches are there, for the agent can fetch nothing. */
async function cloneForAgent(inputs: Inputs, remote: Remote, job: Job): Promise<string | null> {
  await rm(inputs.clone, { recursive: true, force: true });
  await mkdir(inputs.clone, { recursive: true });
  const dir = join(inputs.clone, ".git");
  await git(["init", "--quiet", "--template=", `--initial-branch=${WORK_BRANCH}`, inputs.clone], {
    dir: null,
  });
  const refspecs = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"];
  const fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", remote.url];
  await git([...fetch, ...refspecs], { dir, ...withCredentials(remote) });
  // Unfinished work lies on no branch, and may be gone by now: then its commit is missing below.
  const kept = `+${unfinishedRef(job.issue)}:refs/remotes/unfinished`;
  if (job.start.work !== null) await tryGit([...fetch, kept], { dir, ...withCredentials(remote) });

  for (const commit of new Set([job.start.base, rangeStart(job), startOf(job)])) {
    const holding = await tryGit(["for-each-ref", "--count=1", `--contains=${commit}`], { dir });
    if (holding.exit !== 0 || holding.stdout.length === 0) {
      return `The commit ${commit} that the attempt starts from is on no branch any more.`;
    }
  }
  if (job.rebased !== null) {
    const { attempt, before } = job.rebased;
    const refspec = `+${backupRef(job.issue, attempt)}:${BEFORE_REF}`;
    await tryGit([...fetch, refspec], { dir, ...withCredentials(remote) });
    if ((await tryGit(["cat-file", "-e", `${before}^{commit}`], { dir })).exit !== 0)
      return `The commit ${before}, the head before its rebase, is not kept any more, so nothing can be compared with it.`;
    await git(["update-ref", BEFORE_REF, before], { dir });
  }
  await git(["update-ref", branchRef(WORK_BRANCH), startOf(job)], { dir });
  // The agent has the work on its branch; what else lies in the ledger is not its business.
  if (job.start.work !== null) await git(["update-ref", "-d", "refs/remotes/unfinished"], { dir });
  await git(["reset", "--quiet", "--hard", branchRef(WORK_BRANCH)], { dir, workTree: inputs.clone });
  await git(["config", "user.name", GZA_NAME], { dir });
  await git(["config", "user.email", job.email], { dir });
  return null;
}

async function unable(
  inputs: Inputs,
  start: Pick<RawReport, "attempt" | "kind" | "end" | "summary">,
  { fault }: Pick<RawReport, "fault">,
): Promise<Prepared> {
  const report = { ...blankReport(start), fault };
  await writeFile(join(inputs.handOver, RAW_REPORT_FILE), JSON.stringify(report));
  return { kind: "unable", report };
}

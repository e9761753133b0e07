/** Reads `job.json` from the baton's commit J: strictly, and if that fails, as much as an answer needs. */
import { z } from "zod";
import { Job } from "../domain/job.ts";
import { batonRef } from "../domain/names.ts";
import { Kind } from "../domain/task.ts";
import { readBaton, withCredentials, type Remote } from "./git/fence.ts";
import { git, tryGit } from "./git/git.ts";
import type { Inputs } from "./inputs.ts";

/** What a report needs of the job even where the rest cannot be read. */
export const JobNumbers = z.object({ attempt: z.number().int().positive(), kind: Kind });
export type JobNumbers = z.infer<typeof JobNumbers>;

export type ReadJob =
  | { kind: "job"; job: Job }
  /** The baton moved on while it was read. */
  | { kind: "superseded" }
  /** `why` is one sentence for people; `fault`: the same where the set-up is to blame. */
  | { kind: "unreadable"; why: string; fault: string | null; numbers: JobNumbers };

const MAX_JOB_BYTES = 4 * 1024 * 1024;

/**
 * Fetches the baton into `dir` (a bare repository) and reads the job of J. J is taken only from the baton, never by its bare id:
 * a commit without one of GZA's refs could come from anybody's fork. Throws when there is no job that could be answered at all.
 */
export async function readJob(inputs: Inputs, remote: Remote, dir: string): Promise<ReadJob> {
  const ref = batonRef(inputs.task);
  const args = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", remote.url, `+${ref}:${ref}`];
  const fetched = await tryGit(args, { dir, ...withCredentials(remote) });
  const found = await tryGit(["rev-parse", "--verify", "--quiet", `${ref}^{commit}`], { dir });
  if (found.stdout.toString("utf8").trim() !== inputs.job) {
    if ((await readBaton(remote, inputs.task)) !== inputs.job) return { kind: "superseded" };
    throw new Error(`the job cannot be fetched from ${ref}: ${fetched.stderr.trim().slice(-1000)}`);
  }
  const size = await tryGit(["cat-file", "-s", `${inputs.job}:job.json`], { dir });
  const bytes = Number(size.stdout.toString("utf8").trim());
  if (size.exit !== 0)
    throw new Error(`${inputs.job} holds no job.json; the app must hand out a new job: /gza retry`);
  if (bytes > MAX_JOB_BYTES) throw new Error(`job.json has ${bytes} bytes, ${MAX_JOB_BYTES} are allowed`);
  return parseJob(await git(["cat-file", "blob", `${inputs.job}:job.json`], { dir }), inputs);
}

/**
 * A job of an unknown version, or one that does not fit, is answered with `bad_report`: that end is final, and a retry would meet the
 * same two releases. Throws when not even attempt and kind can be read: then no report could be written that the app would take, and
 * the app settles the attempt from the failed run.
 */
function parseJob(text: string, expected: Pick<Inputs, "task" | "repositoryId">): ReadJob {
  const value = parseJson(text);
  const parsed = Job.safeParse(value);
  if (parsed.success) {
    const job = parsed.data;
    const fits = job.issue === expected.task && job.repository.id === expected.repositoryId;
    if (fits) return { kind: "job", job };
    return {
      kind: "unreadable",
      why: `The job is for issue ${job.issue} of repository ${job.repository.id}, not for this run's.`,
      fault: null,
      numbers: job,
    };
  }
  const numbers = JobNumbers.parse(value);
  const version = z.object({ v: z.unknown() }).parse(value).v;
  if (version !== 1) {
    const why = `The app wrote a job of version ${String(version).slice(0, 20)}, this workflow's action reads version 1: update .github/workflows/gza.yml and the app to the same release.`;
    return { kind: "unreadable", why, fault: why, numbers };
  }
  const [issue] = parsed.error.issues;
  return {
    kind: "unreadable",
    why: `The job cannot be read: ${issue?.path.join(".") ?? "it"}: ${issue?.message ?? "does not fit"}.`,
    fault: null,
    numbers,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error("job.json is not JSON; the app must hand out a new job: /gza retry", { cause });
  }
}

/** The agent's session on its way from one attempt to the next: saved by the run, kept beside the report, put back by the run that goes on. */
import { realpath, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { Job } from "../../domain/job.ts";
import { unfinishedRef } from "../../domain/names.ts";
import { ATTEMPT_ENDS, type AttemptEnd, type Kind } from "../../domain/task.ts";
import type { AgentSpec } from "../agents/agent-spec.ts";
import { layOut } from "../agents/lay-out.ts";
import { withCredentials, type Remote } from "../git/fence.ts";
import { gitBytes, tryGit } from "../git/git.ts";
import { openPlain } from "../open-plain.ts";

/** In the hand-over folder, in the tree of R, and in the runner's own folder of the run that goes on. */
export const SESSION_FILE = "session";

/** Longer ones are not kept: the attempt then goes on from its work with a summary. */
export const MAX_SESSION_BYTES = 10 * 1024 * 1024;

/** Where an agent keeps its sessions. */
interface Place {
  agent: AgentSpec;
  home: string;
  clone: string;
}

/** Copies the session to the hand-over folder; false: there is none that could be kept. The file is the agent's: no link of it is followed. */
export async function saveSession(
  { agent, home, clone }: Place,
  id: string,
  handOver: string,
): Promise<boolean> {
  const file = (await agent.sessions?.find({ home, clone, id })) ?? null;
  const bytes = file === null || !(await leadsInto(file, home)) ? null : await readSession(file);
  if (bytes === null) return false;
  await writeFile(join(handOver, SESSION_FILE), bytes);
  return true;
}

/** Whether no link on the way to the file leads out of the folder. */
async function leadsInto(file: string, folder: string): Promise<boolean> {
  try {
    const [from, to] = await Promise.all([realpath(folder), realpath(dirname(file))]);
    return to.startsWith(from + sep);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return false;
    throw error;
  }
}

/**
 * Whether an attempt that ended so may be gone on with in its session. Not after a good end but a question, which waits for its answer;
 * not where the work is thrown away, for then the folder is not as the session knows it; a review and a rebase are always made afresh.
 */
export function keepsSession({ kind, end }: { kind: Kind; end: AttemptEnd }): boolean {
  if (kind === "review" || kind === "rebase" || end === "guard_refused" || end === "bad_report") return false;
  return end === "question" || ATTEMPT_ENDS[end] !== "good";
}

/** A regular file of at most 10 MiB, or null. */
export async function readSession(path: string): Promise<Buffer | null> {
  const opened = await openPlain(path);
  if (opened.kind !== "file") return null;
  await using handle = opened.handle;
  if (opened.bytes === 0 || opened.bytes > MAX_SESSION_BYTES) return null;
  return handle.readFile();
}

/**
 * Lays the session that the job names into the runner's own folder: only if it lies in the tree of what is kept for this very task. It
 * may be gone by now; then the attempt goes on without it.
 */
export async function fetchSession(
  job: Job,
  { remote, dir, temp }: { remote: Remote; dir: string; temp: string },
): Promise<void> {
  if ((job.previous?.session ?? null) === null) return;
  const ref = unfinishedRef(job.issue);
  const args = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--depth=1",
    remote.url,
    `+${ref}:${ref}`,
  ];
  const fetched = await tryGit(args, { dir, ...withCredentials(remote) });
  const bytes = fetched.exit === 0 ? await keptSession(dir, job) : null;
  if (bytes !== null) await writeFile(join(temp, SESSION_FILE), bytes);
}

/** The session that the job names, from what `dir` has of the task's unfinished work; null: it is not there, or too long. */
export async function keptSession(dir: string, job: Job): Promise<Buffer | null> {
  const blob = job.previous?.session ?? null;
  if (blob === null) return null;
  const ref = unfinishedRef(job.issue);
  const named = await tryGit(["rev-parse", "--verify", "--quiet", `${ref}:${SESSION_FILE}`], { dir });
  if (named.stdout.toString("utf8").trim() !== blob) return null;
  const size = await tryGit(["cat-file", "-s", blob], { dir });
  if (size.exit !== 0 || Number(size.stdout.toString("utf8").trim()) > MAX_SESSION_BYTES) return null;
  return gitBytes(["cat-file", "blob", blob], { dir });
}

/** Puts the session where the agent looks for it; the id under which it goes on, or null: there is none. */
export async function restoreSession({ agent, home, clone }: Place, temp: string): Promise<string | null> {
  const bytes = await readSession(join(temp, SESSION_FILE));
  const { sessions } = agent;
  const id = bytes === null ? null : (sessions?.idIn(bytes.toString("utf8")) ?? null);
  if (sessions === null || bytes === null || id === null) return null;
  await layOut(home, { [relative(home, sessions.place({ home, clone, id }))]: bytes });
  return id;
}

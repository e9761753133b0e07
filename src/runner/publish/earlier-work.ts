/** What an earlier attempt left, kept for the next one where the attempt that was to go on from it never got to its agent. */
import type { Job } from "../../domain/job.ts";
import { unfinishedRef } from "../../domain/names.ts";
import type { Report } from "../../domain/report.ts";
import { withCredentials, type Remote } from "../git/fence.ts";
import { tryGit } from "../git/git.ts";
import { judgeTip } from "./judge-work.ts";
import { keptSession } from "../attempt/sessions.ts";

export interface Earlier {
  work: NonNullable<Report["work"]> | null;
  session: Buffer | null;
}

/** Whether the attempt ended before an agent said a word, so that everything is as it found it. */
export function isUntouched({ end, usage, work }: Report): boolean {
  return work === null && usage.turns === 0 && end !== "guard_refused";
}

/**
 * The work and the session that the job begins with. `dir`: the publisher's own bare clone, which has all branches. The work is
 * taken only from what is kept for this very task, and judged anew: the guard may have become stricter.
 */
export async function earlierWork(dir: string, job: Job, remote: Remote): Promise<Earlier> {
  const nothing = { work: null, session: null };
  const ref = unfinishedRef(job.issue);
  const tip = job.start.work;
  if (tip === null && (job.previous?.session ?? null) === null) return nothing;
  const fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", remote.url, `+${ref}:${ref}`];
  const fetched = await tryGit(fetch, { dir, ...withCredentials(remote) });
  if (fetched.exit !== 0) return nothing;
  const session = await keptSession(dir, job);
  if (tip === null) return { work: null, session };
  const kept = await tryGit(["merge-base", "--is-ancestor", tip, ref], { dir });
  const judged = kept.exit === 0 ? await judgeTip(dir, tip, job) : null;
  // Without the work the session would go on in a folder that it does not know.
  return judged?.kind === "work" ? { work: { ...judged.work, finished: false }, session } : nothing;
}

/** The check runs that count: what a newer one or a newer attempt replaced is left out. */
import type { CheckRun } from "./model/checks.ts";
import type { Repository } from "./model/world.ts";

/**
 * The last check run of each name in each suite. A new attempt of a workflow run replaces the check runs of the one before at once,
 * also of jobs whose turn has not come yet: GitHub shows none for them until then.
 */
export function latestChecks({ runs }: Repository, checks: readonly CheckRun[]): CheckRun[] {
  const attempts = runs.filter(({ attempt }) => attempt > 1);
  const jobs = attempts.flatMap((run) =>
    run.jobs.map((job) => ({ ...job, isLast: job.attempt === run.attempt })),
  );
  const kept = new Set(jobs.filter(({ isLast }) => isLast).map(({ checkRunId }) => checkRunId));
  const replaced = new Set(jobs.map(({ checkRunId }) => checkRunId).filter((id) => !kept.has(id)));
  const counting = checks.filter(({ id }) => !replaced.has(id));
  return [...new Map(counting.map((check) => [`${check.suiteId} ${check.name}`, check])).values()];
}

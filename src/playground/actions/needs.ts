/** What a job learns about the jobs before it: the `needs` context and its status functions. */
import type { JobDefinition } from "./definition.ts";
import type { Status } from "./expression.ts";
import type { LiveJob, LiveRun } from "./live.ts";

export type Result = "success" | "failure" | "cancelled" | "skipped";

/** Of the jobs named in `needs`, which are over. */
export function needsOf(
  live: LiveRun,
  { needs }: JobDefinition,
): Record<string, { result: Result; outputs: Record<string, string> }> {
  return Object.fromEntries(
    needs.map((key) => {
      const jobs = live.jobs.filter(({ definition }) => definition.key === key);
      const outputs = Object.assign({}, ...jobs.map(({ job }) => job.outputs)) as Record<string, string>;
      return [key, { result: resultOf(jobs), outputs }];
    }),
  );
}

export function areNeedsOver(live: LiveRun, { needs }: JobDefinition): boolean {
  if (live.remaining.some(({ key }) => needs.includes(key))) return false;
  return live.jobs.every(({ job }) => !needs.includes(job.key) || job.status === "completed");
}

/** Counted over all jobs that lead here, not only the named ones, as GitHub counts them. */
export function statusOfNeeds(live: LiveRun, definition: JobDefinition): Status {
  const results = Object.values(needsOf(live, { ...definition, needs: ancestors(live, definition) }));
  const { cancelled } = live;
  return {
    success: !cancelled && results.every(({ result }) => result === "success"),
    failure: !cancelled && results.some(({ result }) => result === "failure"),
    cancelled,
  };
}

function ancestors(live: LiveRun, { needs }: JobDefinition): string[] {
  const above = needs.flatMap((key) => {
    const definition = live.definition.jobs.find((job) => job.key === key);
    return definition ? ancestors(live, definition) : [];
  });
  return [...new Set([...needs, ...above])];
}

/** The worst of a matrix's jobs; a failure under `continue-on-error` counts as a success. */
function resultOf(jobs: LiveJob[]): Result {
  const results = jobs.map(({ job }) => (job.tolerated ? "success" : job.conclusion));
  if (results.includes("failure")) return "failure";
  if (results.includes("cancelled")) return "cancelled";
  return results.length > 0 && results.every((result) => result === "skipped") ? "skipped" : "success";
}

/** GitHub's filters for lists of workflow runs. */
import type { WorkflowRun, World } from "../model.ts";
import { findUser } from "../world.ts";

/** GitHub shows at most a thousand runs of a filtered list. */
const MOST = 1000;

/** Newest first. `status` takes a status or a conclusion; `created` an instant, a day, `>=`, `<=`, `>`, `<` or `a..b`. */
export function selectRuns(world: World, runs: WorkflowRun[], query: Record<string, string>): WorkflowRun[] {
  const { event, status, branch, actor, head_sha: sha, check_suite_id: suite, created } = query;
  const actorId = actor === undefined ? undefined : (findUser(world, actor)?.id ?? -1);
  const found = runs.filter(
    (run) =>
      (event === undefined || run.event === event) &&
      (status === undefined || run.status === status || run.conclusion === status) &&
      (branch === undefined || run.headBranch === branch) &&
      (actorId === undefined || run.actorId === actorId) &&
      (sha === undefined || run.headSha === sha) &&
      (suite === undefined || String(run.suiteId) === suite) &&
      (created === undefined || isWithin(run.createdAt, created)),
  );
  const newest = found.toReversed();
  return Object.keys(query).some((name) => name !== "per_page" && name !== "page")
    ? newest.slice(0, MOST)
    : newest;
}

/** A day without a time counts whole. */
function isWithin(instant: string, range: string): boolean {
  const at = Date.parse(instant);
  const [from, to] = range.split("..");
  if (to !== undefined) return (from === "*" || at >= first(from ?? "")) && (to === "*" || at <= last(to));
  const compared = /^(?<sign>>=|<=|>|<)(?<bound>.+)$/.exec(range)?.groups;
  const bound = compared?.bound ?? range;
  switch (compared?.sign) {
    case ">=":
      return at >= first(bound);
    case ">":
      return at > last(bound);
    case "<=":
      return at <= last(bound);
    case "<":
      return at < first(bound);
    default:
      return at >= first(bound) && at <= last(bound);
  }
}

function first(bound: string): number {
  return Date.parse(bound);
}

function last(bound: string): number {
  return bound.includes("T") ? Date.parse(bound) : Date.parse(`${bound}T23:59:59Z`);
}

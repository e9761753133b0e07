/** Lists of workflow runs with GitHub's filters, and who may see them. */
import type { Context } from "hono";
import { demand } from "../access.ts";
import { json, paginate, repositoryOf, type Api, type Env } from "../api.ts";
import type { WorkflowRun } from "../model/actions.ts";
import type { Access } from "../model/people.ts";
import type { Repository, World } from "../model/world.ts";
import { runJson } from "../shapes/workflow.ts";
import { findUser } from "../world.ts";

/** GitHub shows at most a thousand runs of a filtered list. */
const MOST = 1000;

/** The repository of the request, when the caller may read (or write) its actions. */
export function actionsOf(api: Api, c: Context<Env>, access: Access): Repository {
  const repository = repositoryOf(api, c);
  demand(api.world, c.get("token"), { repository, permission: "actions", access });
  return repository;
}

/** A page of runs, newest first, as asked for by GitHub's filters. */
export function answerRuns(
  api: Api,
  c: Context<Env>,
  { repository, runs }: { repository: Repository; runs: WorkflowRun[] },
): Response {
  const found = selectRuns(api.world, runs, c.req.query());
  return json(c, {
    total_count: found.length,
    workflow_runs: paginate(c, found).map((run) => runJson(api.world, repository, run)),
  });
}

/** Newest first. `status` takes a status or a conclusion; `created` an instant, a day, `>=`, `<=`, `>`, `<` or `a..b`. */
function selectRuns(world: World, runs: WorkflowRun[], query: Record<string, string>): WorkflowRun[] {
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

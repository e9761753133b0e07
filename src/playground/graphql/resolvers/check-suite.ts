/** Check suites and the workflow runs behind them. */
import type * as GitHub from "@octokit/graphql-schema";
import { latestChecks } from "../../latest-checks.ts";
import type { CheckRun, CheckSuite } from "../../model/checks.ts";
import type { Repository } from "../../model/world.ts";
import { nodeId } from "../../node-ids.ts";
import { repositoryPage } from "../../shapes/repository.ts";
import { connection, type Connection } from "../connection.ts";
import type { Context, Fields } from "../fields.ts";
import { gitNode, type CheckSuiteNode, type WorkflowRunNode } from "../nodes.ts";
import { checkRunConnection } from "./check-run.ts";
import { findRef } from "./ref.ts";
import { pullConnection } from "./pull-list.ts";

/** Worst first: the suite's conclusion is the first of these that one of its check runs has. */
const SEVERITY = [
  "startup_failure",
  "failure",
  "timed_out",
  "action_required",
  "cancelled",
  "stale",
  "success",
  "neutral",
  "skipped",
] as const;

export const checkSuiteFields: Fields<GitHub.CheckSuite, CheckSuiteNode> = {
  id: ({ suite }) => nodeId("CheckSuite", suite.id),
  databaseId: ({ suite }) => suite.id,
  createdAt: ({ suite }) => suite.createdAt,
  updatedAt: ({ suite }) => suite.updatedAt,
  status: (node) => statusOf(node),
  conclusion: (node) => {
    if (statusOf(node) !== "COMPLETED") return null;
    const worst = SEVERITY.find((one) => checksOf(node).some(({ conclusion }) => conclusion === one));
    return (runOf(node)?.conclusion ?? worst)?.toUpperCase() ?? null;
  },
  app: ({ suite }, _args, { world }) => {
    const app = world.apps.get(suite.appId);
    return app ? { kind: "App", app } : null;
  },
  branch: ({ repository, suite }, _args, context) =>
    suite.headBranch === null ? null : findRef(context, repository, `refs/heads/${suite.headBranch}`),
  commit: ({ repository, suite }) => gitNode(repository, { oid: suite.headSha, type: "commit" }),
  repository: ({ repository }) => ({ kind: "Repository", repository }),
  checkRuns: ({ repository, suite }, args: GitHub.CheckSuiteCheckRunsArgs) =>
    checkRunConnection(repository, repository.checks.filter(inSuite(suite)), args),
  matchingPullRequests: ({ repository, suite }, args: GitHub.CheckSuiteMatchingPullRequestsArgs) =>
    pullConnection(repository, { ...args, sha: suite.headSha }),
  workflowRun: (node) => {
    const run = runOf(node);
    return run ? { kind: "WorkflowRun", repository: node.repository, run } : null;
  },
  url: ({ repository, suite }, _args, { world }) =>
    `${repositoryPage(world, repository)}/commit/${suite.headSha}/checks?check_suite_id=${suite.id}`,
};

export const workflowRunFields: Fields<GitHub.WorkflowRun, WorkflowRunNode> = {
  id: ({ run }) => nodeId("WorkflowRun", run.id),
  databaseId: ({ run }) => run.id,
  runNumber: ({ run }) => run.number,
  event: ({ run }) => run.event,
  createdAt: ({ run }) => run.createdAt,
  updatedAt: ({ run }) => run.updatedAt,
  url: (node, _args, context) => runUrl(node, context),
  resourcePath: (node, _args, context) => new URL(runUrl(node, context)).pathname,
  checkSuite: ({ repository, run }) => {
    const suite = repository.suites.find(({ id }) => id === run.suiteId);
    if (!suite) throw new Error(`workflow run ${run.id} belongs to no suite: ${run.suiteId} is not there`);
    return { kind: "CheckSuite", repository, suite };
  },
  workflow: ({ repository, run }) => {
    const workflow = repository.workflows.find(({ id }) => id === run.workflowId);
    if (!workflow) throw new Error(`workflow run ${run.id} belongs to no workflow: ${run.path} is not there`);
    return {
      id: nodeId("Workflow", workflow.id),
      databaseId: workflow.id,
      name: workflow.name,
      state: workflow.state.toUpperCase(),
      createdAt: workflow.createdAt,
    };
  },
};

export function suiteConnection(
  repository: Repository,
  sha: string,
  args: GitHub.CommitCheckSuitesArgs,
): Connection<CheckSuiteNode> {
  const { appId, checkName } = args.filterBy ?? {};
  const suites = repository.suites.filter(
    (suite) =>
      suite.headSha === sha &&
      (!appId || suite.appId === appId) &&
      (!checkName || repository.checks.some((check) => inSuite(suite)(check) && check.name === checkName)),
  );
  return connection(
    suites.map((suite): CheckSuiteNode => ({ kind: "CheckSuite", repository, suite })),
    args,
    ({ suite }) => suite.id,
  );
}

function statusOf(node: CheckSuiteNode): string {
  const run = runOf(node);
  if (run) return run.status.toUpperCase();
  const checks = checksOf(node);
  if (checks.length > 0 && checks.every(({ status }) => status === "completed")) return "COMPLETED";
  return checks.some(({ status }) => status !== "queued") ? "IN_PROGRESS" : "QUEUED";
}

function checksOf({ repository, suite }: CheckSuiteNode): CheckRun[] {
  return latestChecks(repository, repository.checks.filter(inSuite(suite)));
}

function inSuite(suite: CheckSuite): (check: CheckRun) => boolean {
  return (check) => check.suiteId === suite.id;
}

function runOf({ repository, suite }: CheckSuiteNode) {
  return repository.runs.find(({ suiteId }) => suiteId === suite.id);
}

function runUrl({ repository, run }: WorkflowRunNode, { world }: Context): string {
  return `${repositoryPage(world, repository)}/actions/runs/${run.id}`;
}

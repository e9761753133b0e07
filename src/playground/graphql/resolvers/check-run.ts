/** Check runs and commit statuses, as a pull request requires them or not. */
import type * as GitHub from "@octokit/graphql-schema";
import { latestChecks } from "../../latest-checks.ts";
import type { CheckAnnotation, CheckRun } from "../../model/checks.ts";
import type { Repository } from "../../model/world.ts";
import { nodeId, parseNodeId } from "../../node-ids.ts";
import { protectionOf } from "../../protection.ts";
import { annotationJson } from "../../shapes/check.ts";
import { repositoryPage } from "../../shapes/repository.ts";
import { connection } from "../connection.ts";
import { GraphqlFailure } from "../failure.ts";
import type { Context, Fields } from "../fields.ts";
import { actorNode, gitNode, type CheckRunNode, type StatusContextNode } from "../nodes.ts";

export const checkRunFields: Fields<GitHub.CheckRun, CheckRunNode> = {
  id: ({ check }) => nodeId("CheckRun", check.id),
  databaseId: ({ check }) => check.id,
  name: ({ check }) => check.name,
  status: ({ check }) => check.status.toUpperCase(),
  conclusion: ({ check }) => check.conclusion?.toUpperCase() ?? null,
  externalId: ({ check }) => check.externalId,
  startedAt: ({ check }) => check.startedAt,
  completedAt: ({ check }) => check.completedAt,
  title: ({ check }) => check.output.title,
  summary: ({ check }) => check.output.summary,
  text: ({ check }) => check.output.text,
  url: (node, _args, context) => urlOf(node, context),
  permalink: (node, _args, context) => urlOf(node, context),
  resourcePath: (node, _args, context) => new URL(urlOf(node, context)).pathname,
  detailsUrl: (node, _args, context) => node.check.detailsUrl ?? urlOf(node, context),
  annotations: (node, args: GitHub.CheckRunAnnotationsArgs, context) => {
    const annotations = node.check.annotations.map((one) => annotationOf(node, one, context));
    // They are only ever added to, so the place of one is its key.
    return connection(annotations, args, (one) => annotations.indexOf(one));
  },
  repository: ({ repository }) => ({ kind: "Repository", repository }),
  isRequired: ({ repository, check }, args: GitHub.CheckRunIsRequiredArgs) =>
    isRequired(repository, check.name, args),
  checkSuite: ({ repository, check }) => {
    const suite = repository.suites.find(({ id }) => id === check.suiteId);
    if (!suite) throw new Error(`check run ${check.id} belongs to no suite: ${check.suiteId} is not there`);
    return { kind: "CheckSuite", repository, suite };
  },
};

export const statusContextFields: Fields<GitHub.StatusContext, StatusContextNode> = {
  id: ({ status }) => nodeId("StatusContext", status.id),
  context: ({ status }) => status.context,
  state: ({ status }) => status.state.toUpperCase(),
  description: ({ status }) => status.description,
  targetUrl: ({ status }) => status.targetUrl,
  createdAt: ({ status }) => status.createdAt,
  creator: ({ status }, _args, { world }) => actorNode(world, status.creatorId),
  commit: ({ repository, status }) => gitNode(repository, { oid: status.sha, type: "commit" }),
  isRequired: ({ repository, status }, args: GitHub.StatusContextIsRequiredArgs) =>
    isRequired(repository, status.context, args),
};

export function checkRunConnection(
  repository: Repository,
  checks: readonly CheckRun[],
  args: GitHub.CheckSuiteCheckRunsArgs,
) {
  const filter = args.filterBy ?? {};
  const wanted = (filter.checkType === "ALL" ? checks : latestChecks(repository, checks)).filter(
    (check) =>
      (!filter.checkName || check.name === filter.checkName) &&
      (!filter.appId || check.appId === filter.appId) &&
      (!filter.status || check.status.toUpperCase() === filter.status) &&
      (!filter.statuses || filter.statuses.some((status) => status === check.status.toUpperCase())) &&
      (!filter.conclusions || filter.conclusions.some((one) => one === check.conclusion?.toUpperCase())),
  );
  return connection(
    wanted.map((check): CheckRunNode => ({ kind: "CheckRun", repository, check })),
    args,
    ({ check }) => check.id,
  );
}

function annotationOf({ repository, check }: CheckRunNode, annotation: CheckAnnotation, { world }: Context) {
  return {
    path: annotation.path,
    location: {
      start: { line: annotation.startLine, column: annotation.startColumn },
      end: { line: annotation.endLine, column: annotation.endColumn },
    },
    annotationLevel: annotation.level.toUpperCase(),
    title: annotation.title,
    message: annotation.message,
    rawDetails: annotation.rawDetails,
    blobUrl: annotationJson(world, repository, { run: check, annotation }).blob_href,
  };
}

function isRequired(
  repository: Repository,
  name: string,
  { pullRequestId, pullRequestNumber }: GitHub.CheckRunIsRequiredArgs,
): boolean {
  const id = pullRequestId ? parseNodeId(String(pullRequestId))?.id : null;
  const issue = [...repository.issues.values()].find(
    ({ number, pull }) => pull && (id ? String(pull.id) === id : number === pullRequestNumber),
  );
  if (!issue?.pull) {
    const asked = pullRequestId ? `id of ${String(pullRequestId)}` : `number of ${pullRequestNumber}`;
    throw new GraphqlFailure("NOT_FOUND", `Could not resolve to a PullRequest with the ${asked}.`);
  }
  return protectionOf(repository, issue.pull.baseRef)?.requiredChecks.includes(name) ?? false;
}

function urlOf({ repository, check }: CheckRunNode, { world }: Context): string {
  return `${repositoryPage(world, repository)}/runs/${check.id}`;
}

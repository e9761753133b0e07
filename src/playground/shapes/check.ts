/** Check suites, check runs and commit statuses as GitHub's REST API and webhooks show them. */
import { execFileSync } from "node:child_process";
import type { components } from "@octokit/openapi-types";
import { appById } from "../apps.ts";
import { gitEnvironment } from "../git/run.ts";
import { latestChecks } from "../latest-checks.ts";
import type { CheckAnnotation, CheckRun, CheckSuite, CommitStatus, Conclusion } from "../model/checks.ts";
import type { Issue } from "../model/issues.ts";
import type { Repository, World } from "../model/world.ts";
import { nodeId } from "../node-ids.ts";
import { userById } from "../world.ts";
import { appJson } from "./app.ts";
import { repositoryJson, repositoryPage, repositoryUrl } from "./repository.ts";
import { apiUrl, userJson } from "./user.ts";

type Schemas = components["schemas"];

/** GitHub's description of its API leaves out two conclusions that GitHub gives. */
export type CheckRunJson = Omit<Schemas["check-run"], "conclusion" | "check_suite"> & {
  conclusion: Conclusion | null;
  check_suite: { id: number };
};

export function checkRunJson(world: World, repository: Repository, run: CheckRun): CheckRunJson {
  const url = `${repositoryUrl(world, repository)}/check-runs/${run.id}`;
  const page = `${repositoryPage(world, repository)}/runs/${run.id}`;
  const suite = repository.suites.find(({ id }) => id === run.suiteId);
  return {
    id: run.id,
    node_id: nodeId("CheckRun", run.id),
    name: run.name,
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: page,
    details_url: run.detailsUrl ?? page,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      ...run.output,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suiteId, ...(suite ? suiteBrief(suite) : {}) },
    app: appJson(world, appById(world, run.appId)),
    pull_requests: pullsOf(world, repository, run.headSha),
  };
}

export function annotationJson(
  world: World,
  repository: Repository,
  { run, annotation }: { run: CheckRun; annotation: CheckAnnotation },
): Schemas["check-annotation"] {
  return {
    path: annotation.path,
    blob_href: `${repositoryPage(world, repository)}/blob/${run.headSha}/${encodeURI(annotation.path)}`,
    start_line: annotation.startLine,
    end_line: annotation.endLine,
    start_column: annotation.startColumn,
    end_column: annotation.endColumn,
    annotation_level: annotation.level,
    title: annotation.title,
    message: annotation.message,
    raw_details: annotation.rawDetails,
  };
}

export function checkSuiteJson(
  world: World,
  repository: Repository,
  suite: CheckSuite,
): Schemas["check-suite"] {
  const url = `${repositoryUrl(world, repository)}/check-suites/${suite.id}`;
  const runs = latestChecks(
    repository,
    repository.checks.filter(({ suiteId }) => suiteId === suite.id),
  );
  return {
    id: suite.id,
    node_id: nodeId("CheckSuite", suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...suiteState(runs),
    url,
    before: null,
    after: suite.headSha,
    pull_requests: pullsOf(world, repository, suite.headSha),
    app: appJson(world, appById(world, suite.appId)),
    repository: repositoryJson(world, repository),
    created_at: suite.createdAt,
    updated_at: suite.updatedAt,
    head_commit: headCommit(repository, suite.headSha),
    latest_check_runs_count: runs.length,
    check_runs_url: `${url}/check-runs`,
    rerequestable: true,
    runs_rerequestable: true,
  };
}

/** Which conclusion a suite has when its check runs have several: the first of these that occurs. */
const WORST_FIRST: Conclusion[] = [
  "failure",
  "startup_failure",
  "timed_out",
  "action_required",
  "cancelled",
  "stale",
  "success",
  "neutral",
  "skipped",
];

/** A suite is what its check runs are together; `queued` without any. */
export function suiteState(runs: readonly CheckRun[]): {
  status: CheckRun["status"];
  conclusion: Conclusion | null;
} {
  if (runs.every(({ status }) => status === "queued")) return { status: "queued", conclusion: null };
  if (runs.some(({ status }) => status !== "completed")) return { status: "in_progress", conclusion: null };
  const conclusion =
    WORST_FIRST.find((candidate) => runs.some((run) => run.conclusion === candidate)) ?? null;
  return { status: "completed", conclusion };
}

export function statusJson(world: World, repository: Repository, status: CommitStatus): Schemas["status"] {
  return {
    url: `${repositoryUrl(world, repository)}/statuses/${status.sha}`,
    avatar_url: `${apiUrl(world)}/avatars/u/${status.creatorId}`,
    id: status.id,
    node_id: nodeId("StatusContext", status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    creator: userJson(world, userById(world, status.creatorId)),
  };
}

function suiteBrief({ headBranch, headSha, appId }: CheckSuite) {
  return { head_branch: headBranch, head_sha: headSha, app_id: appId };
}

/** Open pull requests with that head, as check events list them. */
function pullsOf(world: World, repository: Repository, sha: string): Schemas["pull-request-minimal"][] {
  const repo = { id: repository.id, url: repositoryUrl(world, repository), name: repository.name };
  return [...repository.issues.values()].flatMap(({ number, state, pull }: Issue) => {
    if (!pull || state !== "open" || pull.headSha !== sha) return [];
    const head = { ref: pull.headRef, sha: pull.headSha, repo };
    const base = { ref: pull.baseRef, sha: pull.baseSha, repo };
    return [{ id: pull.id, number, url: `${repo.url}/pulls/${number}`, head, base }];
  });
}

const commits = new Map<string, Schemas["simple-commit"]>();

/** Read while the payload is put together, which does not wait; a commit never changes, so each is read once. */
function headCommit(repository: Repository, sha: string): Schemas["simple-commit"] {
  const key = `${repository.directory} ${sha}`;
  const known = commits.get(key);
  if (known) return known;
  const args = ["show", "--no-patch", "--format=%T%x00%cI%x00%an%x00%ae%x00%cn%x00%ce%x00%B", sha];
  const text = execFileSync("git", args, { env: gitEnvironment(repository.directory), encoding: "utf8" });
  const [tree = "", date = "", authorName = "", authorMail = "", name = "", email = "", message = ""] =
    text.split("\0");
  const commit = {
    id: sha,
    tree_id: tree,
    message: message.trimEnd(),
    timestamp: date,
    author: { name: authorName, email: authorMail },
    committer: { name, email },
  };
  commits.set(key, commit);
  return commit;
}

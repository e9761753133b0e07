/** Makes a snapshot of the query's answer. */
import type { KeyObject } from "node:crypto";
import { DEFAULT_CONFIG } from "../domain/config.ts";
import { CONFIG_PATH, markerOf } from "../domain/names.ts";
import { isLiving, type Record } from "../domain/record.ts";
import type { ConfigReading, Evidence, Role, RunFacts, Said, Snapshot } from "../domain/snapshot.ts";
import type { Instant } from "../domain/task.ts";
import { withLogs, type Logs } from "./check-logs.ts";
import type { Client, RepositoryKey } from "./client.ts";
import type { Grant } from "./grant.ts";
import { dispatchedRun, findRun, type Dispatcher } from "./find-run.ts";
import { restOfTasks } from "./ledger-list.ts";
import { olderComments, olderThreads, restOfChecks } from "./pages.ts";
import {
  batonFacts,
  commentFacts,
  goneIssue,
  issueFacts,
  queueFacts,
  recordWithFiles,
  unfinishedFacts,
  type OwnedComment,
} from "./read-facts.ts";
import { baseChecks, checkFacts, ownReviews, pullFacts, threadFacts } from "./read-pull.ts";
import { installationFacts, workflowOf } from "./read-setup.ts";
import { readRoles } from "./roles.ts";
import type { PullNode, SnapshotAnswer } from "./snapshot-answer.ts";

export interface TaskKey {
  repository: RepositoryKey;
  issue: number;
}

export interface AssembleContext {
  key: KeyObject;
  appId: number;
  logs: Logs;
  evidence: readonly Evidence[];
  roles?: Map<number, Role>;
  data: SnapshotAnswer;
  config: ConfigReading;
  now: Instant;
  /** null: the client does not speak as an installation. */
  grant: Grant | null;
}

/** Reads on where one query could not tell everything: further pages, the workflow run, people's roles. */
export async function assemble(client: Client, task: TaskKey, context: AssembleContext): Promise<Snapshot> {
  const { data, now, key, appId, logs, evidence, config } = context;
  const { repository, viewer } = data;
  const [owner = task.repository.owner, name = task.repository.name] = repository.nameWithOwner.split("/");
  const place = { id: repository.databaseId, owner, name };
  const { defaultBranchRef } = repository;
  if (defaultBranchRef === null) throw new Error(`${repository.nameWithOwner} has no commit yet; push one`);
  const files = recordWithFiles(repository, { repository: place.id, issue: task.issue, key });
  const { record } = files;
  const known = record.kind === "record" ? record.record : null;
  const label = config.kind === "config" ? config.config.label : DEFAULT_CONFIG.label;
  const comments = await allComments(client, place, { repository, since: known?.seen.comment ?? null });
  const theirs = comments.filter(({ isMine }) => !isMine).map(({ facts }) => facts);
  const dispatcher = { defaultBranch: defaultBranchRef.name, bot: viewer.databaseId };
  const snapshot: Omit<Snapshot, "roles"> = {
    now,
    repository: {
      id: place.id,
      nodeId: repository.id,
      name: repository.nameWithOwner,
      isPublic: !repository.isPrivate,
      url: repository.url,
      defaultBranch: defaultBranchRef.name,
      defaultHead: defaultBranchRef.target.oid,
      baseChecks: baseChecks(repository, appId),
      workflow: await workflowOf(client, place, { ...context, known, isThere: repository.workflow !== null }),
    },
    installation: installationFacts(repository, context.grant),
    me: { id: viewer.databaseId, login: viewer.login },
    issue:
      repository.issue === null ? goneIssue(task.issue, repository.url) : issueFacts(repository.issue, label),
    ...files,
    baton: batonFacts(repository),
    run: await runOf(client, place, { known, repository, dispatcher, ...context }),
    unfinished: unfinishedFacts(repository),
    branchHead: repository.branch?.target.oid ?? null,
    pull: await pullOf(client, place, { repository, appId, logs, known }),
    landed: [],
    comments: theirs.filter(({ id }) => id > (known?.seen.comment ?? 0)),
    discussion: theirs.filter(({ on }) => on === "issue"),
    said: saidBy(comments, repository.pullRequest ?? null),
    ledger: { records: await listOf(client, place, { repository, key }), ...queueFacts(repository, now) },
    config,
    evidence: [...evidence],
  };
  return { ...snapshot, roles: await readRoles(client, place, { snapshot, known: context.roles }) };
}

export function configFile({ config }: SnapshotAnswer["repository"]) {
  if (config === null) return null;
  const { oid, byteSize, text } = config;
  if (oid === undefined) throw new Error(`${CONFIG_PATH} is no file; make it one`);
  return { blob: oid, bytes: byteSize ?? 0, text: text ?? null };
}

/** Those of issue and pull request, oldest first; back to the cursor, or only the newest hundred when nothing was heard yet. */
async function allComments(
  client: Client,
  place: RepositoryKey,
  { repository, since }: { repository: SnapshotAnswer["repository"]; since: number | null },
): Promise<OwnedComment[]> {
  const { issue, pullRequest: pull } = repository;
  const onIssue = issue
    ? await olderComments(client, place, { number: issue.number, page: issue.comments, since })
    : [];
  const onPull = pull
    ? await olderComments(client, place, { number: pull.number, page: pull.comments, since })
    : [];
  return [
    ...onIssue.flatMap((page) => commentFacts(page, "issue")),
    ...onPull.flatMap((page) => commentFacts(page, "pull")),
  ].toSorted((one, other) => one.facts.id - other.facts.id);
}

function saidBy(comments: readonly OwnedComment[], pull: PullNode | null): Snapshot["said"] {
  const said = new Map<string, Said>(pull === null ? [] : ownReviews(pull));
  for (const { isMine, isMinimised, facts } of comments) {
    const { id, nodeId, body } = facts;
    const marker = isMine ? markerOf(body) : null;
    if (marker !== null && !said.has(marker)) said.set(marker, { id, nodeId, body, isMinimised });
  }
  return said;
}

async function runOf(
  client: Client,
  place: RepositoryKey,
  context: {
    known: Record | null;
    repository: SnapshotAnswer["repository"];
    dispatcher: Dispatcher;
    evidence: readonly Evidence[];
    now: Instant;
  },
): Promise<RunFacts | null> {
  const { known, repository, dispatcher, evidence, now } = context;
  const attempt = known?.attempt;
  if (!attempt) return null;
  const told = evidence.findLast((found) => found.kind === "dispatched" && found.attempt === attempt.n);
  const started = told?.kind === "dispatched" ? told.run : null;
  // A moment ago this process started it itself, and GitHub said which one it is.
  if (started !== null) return dispatchedRun({ id: started, repository: repository.url, now });
  const { job, run: id, claimed: since, start } = attempt;
  const wanted = { issue: known.issue, job, base: start.base, id, since };
  return findRun(client, place, { wanted, dispatcher });
}

async function pullOf(
  client: Client,
  place: RepositoryKey,
  context: {
    repository: SnapshotAnswer["repository"];
    appId: number;
    logs: Logs;
    known: Record | null;
  },
): Promise<Snapshot["pull"]> {
  const { appId, logs, known } = context;
  const { pullRequest: pull } = context.repository;
  if (!pull) return null;
  const commit = pull.commits.nodes[0]?.commit;
  const pages = await restOfChecks(client, place, {
    commit: commit?.oid ?? pull.headRefOid,
    pull: pull.number,
    page: commit?.statusCheckRollup?.contexts ?? null,
  });
  const threads = await olderThreads(client, place, { number: pull.number, page: pull.reviewThreads });
  const checks = pages.flatMap((page) => checkFacts(page, appId));
  return pullFacts(pull, {
    autoMergeAllowed: context.repository.autoMergeAllowed,
    checks: mayNeedLogs(known)
      ? await withLogs(client, place, { checks, logs })
      : checks.map((check) => ({ ...check, log: null })),
    threads: threads.flatMap(threadFacts),
  });
}

/** Failed checks are read where a fix attempt may start or has to be told why it may not. */
function mayNeedLogs(record: Record | null): boolean {
  return record !== null && record.attempt === null && isLiving(record);
}

async function listOf(
  client: Client,
  place: RepositoryKey,
  { repository: { refs }, key }: { repository: SnapshotAnswer["repository"]; key: KeyObject },
): Promise<Snapshot["ledger"]["records"]> {
  if (!refs) return [];
  const tasks = await restOfTasks(client, { repository: place, key, page: refs });
  return tasks
    .flatMap(({ record }) => record ?? [])
    .filter((record) => isLiving(record) && record.phase !== "parked");
}

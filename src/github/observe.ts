/** Observes one task: everything that `decide` needs, in one query while nothing unexpected was found. */
import type { KeyObject } from "node:crypto";
import { DEFAULT_CONFIG } from "../domain/config.ts";
import {
  batonRef,
  branchRef,
  CONFIG_PATH,
  markerOf,
  QUEUE_REF,
  TASK_PREFIX,
  taskRef,
  WORKFLOW_PATH,
} from "../domain/names.ts";
import type { Evidence, RunFacts, Snapshot } from "../domain/snapshot.ts";
import type { Instant } from "../domain/task.ts";
import { graphql, type Client, type RepositoryKey } from "./client.ts";
import { GraphqlFailure } from "./failure.ts";
import { findRun, type Dispatcher } from "./find-run.ts";
import { restOfTasks } from "./ledger-list.ts";
import { olderComments, restOfChecks } from "./pages.ts";
import { readConfig } from "./read-config.ts";
import {
  batonFacts,
  checkFacts,
  commentFacts,
  hasBaseChecks,
  issueFacts,
  MovedWhileRead,
  type OwnedComment,
  pullFacts,
  queueFacts,
  recordAndBrief,
} from "./read-facts.ts";
import { peopleToAsk, rolesOf } from "./roles.ts";
import { SNAPSHOT_QUERY, SnapshotAnswer } from "./snapshot-query.ts";

/** What is known about a task before it is read, so that one query is enough. Lost, it costs one query more. */
export interface Hint {
  branch: string | null;
  pull: number | null;
  /** The ledger's list is needed: there is no record yet, or the task waits for its turn. */
  list: boolean;
}

export interface Observer {
  /** What records are signed with. */
  key: KeyObject;
  /** The App's id: checks under it are GZA's own. */
  appId: number;
  /** Hints by task; kept between calls. */
  hints: Map<string, Hint>;
}

export interface TaskKey {
  repository: RepositoryKey;
  issue: number;
}

const NO_HINT: Hint = { branch: null, pull: null, list: false };
/** Times that a task is read anew because the hint was wrong or a ref moved in between. */
const READS = 5;

/** `gone`: there is no such repository or issue (deleted, transferred, no longer installed). */
export async function observe(
  client: Client,
  task: TaskKey,
  observer: Observer & { evidence: readonly Evidence[] },
): Promise<Snapshot | "gone"> {
  const name = `${task.repository.id}#${task.issue}`;
  for (let read = 1; read <= READS; read += 1) {
    const hint = observer.hints.get(name) ?? NO_HINT;
    const answer = await ask(client, task, hint);
    if (answer === "gone" || answer.data.repository.databaseId !== task.repository.id) return "gone";
    try {
      const better = betterHint(answer.data, { task, hint, observer });
      observer.hints.set(name, better);
      if (isSame(hint, better)) return await assemble(client, task, { ...observer, ...answer });
    } catch (error) {
      if (!(error instanceof MovedWhileRead)) throw error;
    }
  }
  throw new Error(`#${task.issue} moved ${READS} times while it was read; it is looked at again later`);
}

async function ask(
  client: Client,
  { repository, issue }: TaskKey,
  hint: Hint,
): Promise<{ data: SnapshotAnswer; now: Instant } | "gone"> {
  const branch = hint.branch ?? "none";
  try {
    const { data, now } = await graphql(client, SNAPSHOT_QUERY, {
      owner: repository.owner,
      name: repository.name,
      issue,
      record: taskRef(issue),
      brief: `${taskRef(issue)}:brief.json`,
      baton: batonRef(issue),
      report: `${batonRef(issue)}:report.json`,
      queueRef: QUEUE_REF,
      queue: `${QUEUE_REF}:queue.json`,
      config: `HEAD:${CONFIG_PATH}`,
      workflow: `HEAD:${WORKFLOW_PATH}`,
      tasks: TASK_PREFIX,
      branch,
      branchRef: branchRef(branch),
      hasBranch: hint.branch !== null,
      pull: hint.pull ?? 0,
      hasPull: hint.pull !== null,
      withList: hint.list,
    });
    return { data: SnapshotAnswer.parse(data), now };
  } catch (error) {
    if (error instanceof GraphqlFailure && error.problems.every(isMissing)) return "gone";
    throw error;
  }
}

function isMissing({
  type,
  path = [],
}: {
  type?: string | undefined;
  path?: (string | number)[] | undefined;
}): boolean {
  const place = path.join(".");
  return type === "NOT_FOUND" && (place === "repository" || place === "repository.issue");
}

/** What the hint should have been. A pull request that the record does not name yet is found by its branch. */
function betterHint(
  { repository }: SnapshotAnswer,
  { task, hint, observer }: { task: TaskKey; hint: Hint; observer: Observer },
): Hint {
  const identity = { repository: repository.databaseId, issue: task.issue, key: observer.key };
  const { record } = recordAndBrief(repository, identity);
  if (record.kind !== "record") return { branch: null, pull: null, list: record.kind === "none" };
  const { branch, pull, base, phase, asked } = record.record;
  const list = phase === "queued";
  if (pull !== null || branch === null) return { branch, pull, list };
  if (hint.branch !== branch) return { branch, pull: null, list };
  const found = repository.pullRequests?.nodes.find(
    (node) => !node.isCrossRepository && node.baseRefName === base && node.createdAt >= asked.at,
  );
  return { branch, pull: found?.number ?? null, list };
}

function isSame(one: Hint, other: Hint): boolean {
  return one.branch === other.branch && one.pull === other.pull && one.list === other.list;
}

async function assemble(
  client: Client,
  task: TaskKey,
  context: Observer & { evidence: readonly Evidence[]; data: SnapshotAnswer; now: Instant },
): Promise<Snapshot> {
  const { data, now, key, appId, evidence } = context;
  const { repository, viewer } = data;
  const [owner = task.repository.owner, name = task.repository.name] = repository.nameWithOwner.split("/");
  const place = { id: repository.databaseId, owner, name };
  const { defaultBranchRef } = repository;
  if (defaultBranchRef === null) throw new Error(`${repository.nameWithOwner} has no commit yet; push one`);
  const { record, brief } = recordAndBrief(repository, { repository: place.id, issue: task.issue, key });
  const known = record.kind === "record" ? record.record : null;
  const config = readConfig(configFile(repository));
  const label = config.kind === "config" ? config.config.label : DEFAULT_CONFIG.label;
  const comments = await allComments(client, place, { repository, since: known?.seen.comment ?? null });
  const dispatcher = { defaultBranch: defaultBranchRef.name, bot: viewer.databaseId };
  const snapshot: Omit<Snapshot, "roles"> = {
    now,
    repository: {
      id: place.id,
      nodeId: repository.id,
      name: repository.nameWithOwner,
      url: repository.url,
      defaultBranch: defaultBranchRef.name,
      defaultHead: defaultBranchRef.target.oid,
      hasBaseChecks: hasBaseChecks(repository, appId),
      hasWorkflow: repository.workflow !== null,
    },
    me: { id: viewer.databaseId, login: viewer.login },
    issue: issueFacts(repository.issue, label),
    record,
    brief,
    baton: batonFacts(repository),
    run: await runOf(client, place, { known, issue: task.issue, dispatcher, evidence }),
    branchHead: repository.branch?.target.oid ?? null,
    pull: await pullOf(client, place, { repository, appId }),
    comments: comments
      .filter(({ isMine, id }) => !isMine && id > (known?.seen.comment ?? 0))
      .map(withoutOwner),
    said: saidBy(comments),
    ledger: { records: await listOf(client, place, { repository, key }), ...queueFacts(repository, now) },
    config,
    evidence: [...evidence],
  };
  const bots = new Set(
    comments.filter(({ facts }) => facts.isBot).flatMap(({ facts }) => facts.by?.id ?? []),
  );
  return { ...snapshot, roles: await rolesOf(client, place, peopleToAsk(snapshot, bots)) };
}

function configFile({ config }: SnapshotAnswer["repository"]) {
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
  const onIssue = await olderComments(client, place, { number: issue.number, page: issue.comments, since });
  const onPull = pull
    ? await olderComments(client, place, { number: pull.number, page: pull.comments, since })
    : [];
  return [
    ...onIssue.flatMap((page) => commentFacts(page, "issue")),
    ...onPull.flatMap((page) => commentFacts(page, "pull")),
  ].toSorted((one, other) => one.facts.id - other.facts.id);
}

function saidBy(comments: readonly OwnedComment[]): Snapshot["said"] {
  const said = new Map<string, { id: number; body: string }>();
  for (const { isMine, facts } of comments) {
    const { id, body } = facts;
    const marker = isMine ? markerOf(body) : null;
    if (marker !== null && !said.has(marker)) said.set(marker, { id, body });
  }
  return said;
}

async function runOf(
  client: Client,
  place: RepositoryKey,
  context: {
    known: Snapshot["ledger"]["records"][number] | null;
    issue: number;
    dispatcher: Dispatcher;
    evidence: readonly Evidence[];
  },
): Promise<RunFacts | null> {
  const attempt = context.known?.attempt;
  if (!attempt) return null;
  const told = context.evidence.findLast(
    (found) => found.kind === "dispatched" && found.attempt === attempt.n,
  );
  const id = attempt.run ?? (told?.kind === "dispatched" ? told.run : null);
  const wanted = { issue: context.issue, job: attempt.job, id, since: attempt.claimed };
  return findRun(client, place, { wanted, dispatcher: context.dispatcher });
}

async function pullOf(
  client: Client,
  place: RepositoryKey,
  { repository: { pullRequest: pull }, appId }: { repository: SnapshotAnswer["repository"]; appId: number },
): Promise<Snapshot["pull"]> {
  if (!pull) return null;
  const commit = pull.commits.nodes[0]?.commit;
  const pages = await restOfChecks(client, place, {
    commit: commit?.oid ?? pull.headRefOid,
    pull: pull.number,
    page: commit?.statusCheckRollup?.contexts ?? null,
  });
  return pullFacts(
    pull,
    pages.flatMap((page) => checkFacts(page, appId)),
  );
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
    .filter(({ phase }) => phase === "running" || phase === "queued");
}

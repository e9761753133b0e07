/** Observes one task: everything that `decide` needs, in one query while nothing unexpected was found. */
import type { KeyObject } from "node:crypto";
import {
  batonRef,
  branchRef,
  CONFIG_PATH,
  QUEUE_REF,
  TASK_PREFIX,
  taskRef,
  unfinishedRef,
  WORKFLOW_PATH,
} from "../domain/names.ts";
import type { Record } from "../domain/record.ts";
import type { ConfigReading, Evidence, Role, Snapshot } from "../domain/snapshot.ts";
import type { Instant } from "../domain/task.ts";
import { assemble, configFile, type TaskKey } from "./assemble.ts";
import type { Logs } from "./check-logs.ts";
import { graphql, type Client } from "./client.ts";
import { GraphqlFailure, type GraphqlProblem } from "./failure.ts";
import { readConfig } from "./read-config.ts";
import { MovedWhileRead, recordWithFiles } from "./read-facts.ts";
import { settleMergeability } from "./settle-mergeability.ts";
import { SnapshotAnswer } from "./snapshot-answer.ts";
import { SNAPSHOT_QUERY } from "./snapshot-query.ts";

/** What is known about a task before it is read, so that one query is enough. Lost, it costs one query more. */
export interface Hint {
  branch: string | null;
  pull: number | null;
  /** The ledger's list is needed: there is no record yet, the task waits for its turn, or others may have to be merged before it. */
  list: boolean;
  /** The config wants merged what is approved, without a word. */
  unasked: boolean;
}

export interface Observer {
  /** What records are signed with. */
  key: KeyObject;
  /** The App's id: checks under it are GZA's own. */
  appId: number;
  /** Hints by task; kept between calls. */
  hints: Map<string, Hint>;
  /** Logs of failed checks, which do not change any more; kept between calls. */
  logs: Logs;
  /** By task, how often in a row GitHub did not know whether the pull request can be merged; kept between calls. */
  unknowns: Map<string, number>;
}

/** Of a task that was never read there is mostly no record yet. */
const NO_HINT: Hint = { branch: null, pull: null, list: true, unasked: false };
/** Times that a task is read anew because the hint was wrong or a ref moved in between. */
const READS = 5;

/** What the next reading of a task will need, as far as the record that was just written tells. */
export function expect(observer: Observer, task: TaskKey, record: Record): void {
  const name = hintName(task);
  const { unasked } = observer.hints.get(name) ?? NO_HINT;
  const { branch, pull } = record;
  observer.hints.set(name, { branch, pull, list: needsList(record, { pull, unasked }), unasked });
}

/** `roles`: those that were asked for a moment ago, to which what is asked for now is added. `gone`: there is no such repository (deleted, no longer installed), or no such issue and no record of it. */
export async function observe(
  client: Client,
  task: TaskKey,
  observer: Observer & { evidence: readonly Evidence[]; roles?: Map<number, Role> },
): Promise<Snapshot | "gone"> {
  const name = hintName(task);
  // Before anything is asked for: what the token says of the permissions must be what the query is answered by.
  const grant = (await client.token?.grant()) ?? null;
  const opened = observer.evidence.findLast((found) => found.kind === "pull_opened");
  for (let read = 1; read <= READS; read += 1) {
    const known = observer.hints.get(name) ?? NO_HINT;
    const hint =
      opened?.kind === "pull_opened" && known.pull === null ? { ...known, pull: opened.number } : known;
    const answer = await ask(client, task, hint);
    if (answer === "gone" || answer.data.repository.databaseId !== task.repository.id) return "gone";
    try {
      const config = readConfig(configFile(answer.data.repository));
      const better = betterHint(answer.data, { task, hint, observer, config });
      observer.hints.set(name, better);
      if (!isEnough(hint, better)) continue;
      const { unknowns } = observer;
      const data = await settleMergeability(client, answer.data, { ...task, name, unknowns });
      return await assemble(client, task, { ...observer, ...answer, data, config, grant });
    } catch (error) {
      if (!(error instanceof MovedWhileRead)) throw error;
    }
  }
  throw new Error(`#${task.issue} moved ${READS} times while it was read; it is looked at again later`);
}

function hintName({ repository, issue }: TaskKey): string {
  return `${repository.id}#${issue}`;
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
      findings: `${taskRef(issue)}:findings.json`,
      receipt: `${taskRef(issue)}:receipt.json`,
      baton: batonRef(issue),
      report: `${batonRef(issue)}:report.json`,
      unfinished: unfinishedRef(issue),
      unfinishedReport: `${unfinishedRef(issue)}:report.json`,
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
    if (!(error instanceof GraphqlFailure)) throw error;
    if (error.problems.every((problem) => isMissing(problem, "repository"))) return "gone";
    if (!error.problems.every(isNoHarm)) throw error;
    // Everything else of the answer is whole: a record tells what the issue was.
    const { data, now } = error.answer;
    const answer = { data: SnapshotAnswer.parse(data), now };
    const { issue: found, record } = answer.data.repository;
    return found === null && record === null ? "gone" : answer;
  }
}

/** An issue that is gone has left its record; a branch that is gone has nothing to be compared. */
function isNoHarm(problem: GraphqlProblem): boolean {
  return (
    isMissing(problem, "repository.issue") ||
    problem.path?.join(".") === "repository.pullRequest.baseRef.compare"
  );
}

function isMissing({ type, path = [] }: GraphqlProblem, place: string): boolean {
  return type === "NOT_FOUND" && path.join(".") === place;
}

/** What the hint should have been. A pull request that the record does not name yet is found by its branch. */
function betterHint(
  { repository }: SnapshotAnswer,
  { task, hint, observer, config }: { task: TaskKey; hint: Hint; observer: Observer; config: ConfigReading },
): Hint {
  const identity = { repository: repository.databaseId, issue: task.issue, key: observer.key };
  const { record } = recordWithFiles(repository, identity);
  const unasked = config.kind === "config" && config.config.merge.when === "approved";
  if (record.kind !== "record") return { branch: null, pull: null, list: record.kind === "none", unasked };
  const { branch, base, asked } = record.record;
  const hinted = (pull: number | null): Hint => {
    return { branch, pull, list: needsList(record.record, { pull, unasked }), unasked };
  };
  if (record.record.pull !== null || branch === null) return hinted(record.record.pull);
  if (hint.branch !== branch) return hinted(null);
  const found = repository.pullRequests?.nodes.find(
    (node) => !node.isCrossRepository && node.baseRefName === base && node.createdAt >= asked.at,
  );
  return hinted(found?.number ?? null);
}

/** Whose turn it is, and which of several that are ready is merged first, shows only in the list. */
function needsList(
  { phase, merge }: Record,
  { pull, unasked }: { pull: number | null; unasked: boolean },
): boolean {
  return phase === "queued" || phase === "ready" || (pull !== null && (merge !== null || unasked));
}

/** Whether what was asked for holds what should have been: a list that nobody needs, or a pull request not listed yet, does no harm. */
function isEnough(asked: Hint, better: Hint): boolean {
  const hasPull = asked.pull === better.pull || better.pull === null;
  return asked.branch === better.branch && hasPull && (asked.list || !better.list);
}

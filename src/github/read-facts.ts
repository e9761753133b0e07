/** Turns the snapshot query's answer into the domain's facts. */
import type { Brief } from "../domain/brief.ts";
import { Brief as BriefShape, briefHash } from "../domain/brief.ts";
import { emptyQueue, Queue } from "../domain/queue.ts";
import { readReport } from "../domain/report.ts";
import type {
  Baton,
  CheckFacts,
  CommentFacts,
  IssueFacts,
  PullFacts,
  RecordReading,
} from "../domain/snapshot.ts";
import type { Actor, Instant, Sha } from "../domain/task.ts";
import { readRecord, type RecordIdentity } from "./read-record.ts";
import type { CommentPage, ContextPage, IssueNode, PullNode, SnapshotAnswer, Who } from "./snapshot-query.ts";

type Repository = SnapshotAnswer["repository"];

/** Refs and files of one answer are read one after another on GitHub's side; this says that one moved in between. */
export class MovedWhileRead extends Error {
  constructor(what: string) {
    super(`${what} moved while the task was read; it is read again`);
    this.name = "MovedWhileRead";
  }
}

export function actorOf(who: Who): Actor | null {
  return who?.databaseId ? { id: who.databaseId, login: who.login } : null;
}

export function issueFacts(issue: IssueNode, label: string): IssueFacts {
  const events = issue.timelineItems.nodes;
  return {
    number: issue.number,
    nodeId: issue.id,
    title: issue.title,
    body: issue.body,
    url: issue.url,
    state: issue.state === "OPEN" ? "open" : "closed",
    locked: issue.locked,
    labels: (issue.labels?.nodes ?? []).map(({ name }) => name),
    author: actorOf(issue.author),
    edited: lastEdit(issue),
    labelled: events
      .filter(({ type, label: { name } = { name: null } }) => name === label && /^(?:L|Unl)abeled/.test(type))
      .map((event) => ({
        on: event.type === "LabeledEvent",
        at: event.createdAt,
        by: actorOf(event.actor),
      })),
    closed: events
      .filter(({ type }) => type === "ClosedEvent")
      .map(({ createdAt, actor }) => ({ at: createdAt, by: actorOf(actor) })),
  };
}

/** GitHub counts only changes of the body as edits; a new title is an event of its own and changes the brief as much. */
function lastEdit(issue: IssueNode): IssueFacts["edited"] {
  const edits = issue.timelineItems.nodes
    .filter(({ type }) => type === "RenamedTitleEvent")
    .map(({ createdAt, actor }) => ({ by: actorOf(actor), at: createdAt }));
  if (issue.lastEditedAt !== null) edits.push({ by: actorOf(issue.editor), at: issue.lastEditedAt });
  return edits.toSorted((one, other) => (one.at < other.at ? 1 : -1))[0] ?? null;
}

export function pullFacts(pull: PullNode, checks: CheckFacts[]): PullFacts {
  return {
    number: pull.number,
    nodeId: pull.id,
    url: pull.url,
    state: ({ OPEN: "open", MERGED: "merged", CLOSED: "closed" } as const)[pull.state],
    title: pull.title,
    body: pull.body,
    head: pull.headRefOid,
    branch: pull.headRefName,
    base: pull.baseRefName,
    draft: pull.isDraft,
    mergeable: ({ MERGEABLE: "mergeable", CONFLICTING: "conflicting", UNKNOWN: "unknown" } as const)[
      pull.mergeable
    ],
    inQueue: pull.isInMergeQueue,
    labels: (pull.labels?.nodes ?? []).map(({ name }) => name),
    checks,
    mergedBy: actorOf(pull.mergedBy),
    mergeCommit: pull.mergeCommit?.oid ?? null,
  };
}

export function checkFacts(page: ContextPage, appId: number): CheckFacts[] {
  return page.nodes.map((node) =>
    node.type === "CheckRun"
      ? {
          name: node.name,
          outcome: node.status === "COMPLETED" ? (node.conclusion ?? "pending").toLowerCase() : "pending",
          required: node.isRequired,
          own: node.checkSuite.app?.databaseId === appId,
          url: node.url,
        }
      : {
          name: node.context,
          outcome: node.state === "EXPECTED" ? "pending" : node.state.toLowerCase(),
          required: node.isRequired,
          own: false,
          url: node.targetUrl,
        },
  );
}

export interface OwnedComment {
  facts: CommentFacts;
  /** GZA wrote it. */
  isMine: boolean;
}

export function commentFacts(page: CommentPage, on: "issue" | "pull"): OwnedComment[] {
  return page.nodes.map((node) => ({
    facts: {
      id: node.databaseId,
      nodeId: node.id,
      on,
      at: node.createdAt,
      by: actorOf(node.author),
      isBot: node.author?.type === "Bot",
      body: node.body,
      edited: node.lastEditedAt !== null,
      acknowledged: (node.reactionGroups ?? []).some(({ viewerHasReacted }) => viewerHasReacted),
    },
    isMine: node.viewerDidAuthor,
  }));
}

/** Any check on the default branch's tip that pushes bring: neither the App's own nor those of dispatched workflow runs, GZA's among them. */
export function hasBaseChecks({ defaultBranchRef }: Repository, appId: number): boolean {
  const contexts = defaultBranchRef?.target.statusCheckRollup?.contexts.nodes ?? [];
  return contexts.some(({ checkSuite }) => {
    if (checkSuite === undefined) return true;
    return checkSuite.app?.databaseId !== appId && checkSuite.workflowRun?.event !== "workflow_dispatch";
  });
}

export function recordAndBrief(
  { record, brief }: Repository,
  identity: RecordIdentity,
): { record: RecordReading; brief: Brief | null } {
  if (record === null) return { record: { kind: "none" }, brief: null };
  const { target } = record;
  if (target === null)
    throw new Error(`the record of #${identity.issue} is no commit; delete its ref by hand`);
  const commit = {
    oid: target.oid,
    message: target.message,
    parents: oids(target.parents),
    tree: target.tree.oid,
  };
  const older = target.history.nodes
    .filter(({ oid }) => oid !== commit.oid)
    .map((node) => ({ oid: node.oid, message: node.message, parents: oids(node.parents) }));
  const reading = readRecord(commit, older, identity);
  if (reading.kind !== "record") return { record: reading, brief: null };
  const entry = target.tree.entries.find(({ name }) => name === "brief.json")?.oid;
  if (entry === undefined) return { record: reading, brief: null };
  if (brief === null || entry !== brief.oid) throw new MovedWhileRead(`the record of #${identity.issue}`);
  const parsed = parseBrief(brief.isTruncated === true ? null : (brief.text ?? null));
  if (parsed !== null && briefHash(parsed) === reading.record.brief)
    return { record: reading, brief: parsed };
  const why = "its brief.json is not the text whose hash was signed";
  return { record: { kind: "unreadable", oid: commit.oid, why, lastGood: null }, brief: null };
}

/** J has `job.json` alone; whatever else lies on the baton was brought back by somebody. */
export function batonFacts({ baton, report }: Repository): Baton {
  if (baton === null) return { kind: "none" };
  const { target } = baton;
  if (target === null) throw new Error("the baton is no commit; delete its ref by hand");
  const { oid, committedDate: at } = target;
  const entry = target.tree.entries.find(({ name }) => name === "report.json")?.oid;
  if (entry === undefined && target.tree.entries.some(({ name }) => name === "job.json"))
    return { kind: "job", oid, at };
  const [job = null, work = null] = oids(target.parents);
  if (entry === undefined) {
    return {
      kind: "report",
      oid,
      at,
      job,
      work,
      report: { kind: "unreadable", why: "there is no report.json" },
    };
  }
  if (report === null || entry !== report.oid) throw new MovedWhileRead("the baton");
  const text = report.isTruncated === true ? null : (report.text ?? null);
  return { kind: "report", oid, at, job, work, report: readReport(text, report.byteSize ?? 0) };
}

export function queueFacts(
  { queueRef, queue }: Repository,
  now: Instant,
): { queue: Queue; queueOid: Sha | null } {
  if (queueRef === null) return { queue: emptyQueue(now), queueOid: null };
  const { target } = queueRef;
  if (target === null) throw new Error("refs/gza/queue is no commit; delete the ref by hand");
  const entry = target.tree.entries.find(({ name }) => name === "queue.json")?.oid;
  if (entry !== queue?.oid) throw new MovedWhileRead("the queue");
  const parsed = Queue.safeParse(parseJson(queue?.text ?? ""));
  if (parsed.success) return { queue: parsed.data, queueOid: target.oid };
  throw new Error("queue.json on refs/gza/queue does not parse; delete the ref, GZA begins a new one", {
    cause: parsed.error,
  });
}

function oids({ nodes }: { nodes: readonly { oid: Sha }[] }): Sha[] {
  return nodes.map(({ oid }) => oid);
}

function parseBrief(text: string | null): Brief | null {
  const parsed = BriefShape.safeParse(parseJson(text ?? ""));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The shape refuses `undefined`; whoever called says what that means.
    return undefined;
  }
}

/** Turns the snapshot query's answer into the domain's facts. */
import type { z } from "zod";
import type { Brief } from "../domain/brief.ts";
import { Brief as BriefShape, briefHash } from "../domain/brief.ts";
import { Findings } from "../domain/finding.ts";
import { findingsHash } from "../domain/findings.ts";
import { emptyQueue, Queue } from "../domain/queue.ts";
import { Receipt, receiptHash } from "../domain/receipt.ts";
import { readReport, type ReadReport } from "../domain/report.ts";
import type { Baton, CommentFacts, IssueFacts, RecordReading, Unfinished } from "../domain/snapshot.ts";
import type { Actor, Instant, Sha } from "../domain/task.ts";
import { readRecord, type RecordIdentity } from "./read-record.ts";
import type { CommentPage, IssueNode, SnapshotAnswer, Who } from "./snapshot-answer.ts";

type Repository = SnapshotAnswer["repository"];
type Blob = Repository["brief"];
type TreeTarget = { tree: { entries: readonly { name: string; oid: Sha }[] } };

export interface RecordWithFiles {
  record: RecordReading;
  brief: Brief | null;
  findings: Findings | null;
  receipt: Receipt | null;
}

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
    gone: false,
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

/** What is left of an issue that was deleted, or moved elsewhere: its number. Nothing can be said there, and it counts as closed. */
export function goneIssue(number: number, repository: string): IssueFacts {
  return {
    number,
    nodeId: "",
    title: "",
    body: "",
    url: `${repository}/issues/${number}`,
    state: "closed",
    locked: true,
    gone: true,
    labels: [],
    author: null,
    edited: null,
    labelled: [],
    closed: [],
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

export interface OwnedComment {
  facts: CommentFacts;
  /** GZA wrote it. */
  isMine: boolean;
  isMinimised: boolean;
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
      edited: node.lastEditedAt,
      acknowledged: (node.reactionGroups ?? []).some(({ viewerHasReacted }) => viewerHasReacted),
    },
    isMine: node.viewerDidAuthor,
    isMinimised: node.isMinimized,
  }));
}

/** The record with the files of its tree that it vouches for; one that is not as it was signed makes the record unreadable. */
export function recordWithFiles(repository: Repository, identity: RecordIdentity): RecordWithFiles {
  const nothing = { brief: null, findings: null, receipt: null };
  if (repository.record === null) return { record: { kind: "none" }, ...nothing };
  const { target } = repository.record;
  if (target === null)
    throw new Error(`the record of #${identity.issue} is no commit; delete its ref by hand`);
  const { oid, message } = target;
  const commit = { oid, message, parents: oids(target.parents), tree: target.tree.oid };
  const older = target.history.nodes
    .filter((node) => node.oid !== oid)
    .map((node) => ({ oid: node.oid, message: node.message, parents: oids(node.parents) }));
  const reading = readRecord(commit, older, identity);
  if (reading.kind !== "record") return { record: reading, ...nothing };
  const textOf = (name: string, blob: Blob): string | null => {
    const entry = target.tree.entries.find((one) => one.name === name)?.oid;
    if (entry === undefined) return null;
    if (blob === null || entry !== blob.oid) throw new MovedWhileRead(`the record of #${identity.issue}`);
    return blob.isTruncated === true ? "" : (blob.text ?? "");
  };
  const refuse = (name: string): RecordWithFiles => {
    const why = `its ${name} is not the text whose hash was signed`;
    return { record: { kind: "unreadable", oid, why, lastGood: null }, ...nothing };
  };
  const { record } = reading;
  const briefText = textOf("brief.json", repository.brief);
  const brief = briefText === null ? null : BriefShape.safeParse(parseJson(briefText)).data;
  if (brief === undefined || (brief !== null && briefHash(brief) !== record.brief))
    return refuse("brief.json");
  const findings = readFile(Findings, findingsHash, {
    text: () => textOf("findings.json", repository.findings),
    hash: record.findings,
  });
  if (findings === undefined) return refuse("findings.json");
  const receipt = readFile(Receipt, receiptHash, {
    text: () => textOf("receipt.json", repository.receipt),
    hash: record.receipt,
  });
  if (receipt === undefined) return refuse("receipt.json");
  return { record: reading, brief, findings, receipt };
}

/** One file of the record's tree. null: the record vouches for none; undefined: it is not the one whose hash was signed. */
function readFile<Value>(
  shape: z.ZodType<Value>,
  hashOf: (value: Value) => string,
  { text, hash }: { text: () => string | null; hash: string | null },
): Value | null | undefined {
  if (hash === null) return null;
  const value = shape.safeParse(parseJson(text() ?? "")).data;
  return value !== undefined && hashOf(value) === hash ? value : undefined;
}

/** J has `job.json` alone; whatever else lies on the baton was brought back by somebody. */
export function batonFacts({ baton, report }: Repository): Baton {
  if (baton === null) return { kind: "none" };
  const { target } = baton;
  if (target === null) throw new Error("the baton is no commit; delete its ref by hand");
  const { oid, committedDate: at } = target;
  if (entryOf(target, "report.json") === null && entryOf(target, "job.json") !== null)
    return { kind: "job", oid, at };
  const [job = null, work = null] = oids(target.parents);
  return { kind: "report", oid, at, job, work, report: reportIn(target, report, "the baton") };
}

/** R as it was kept: its first parent is J, the work is its second. */
export function unfinishedFacts({ unfinished, unfinishedReport }: Repository): Unfinished | null {
  if (unfinished === null) return null;
  const { target } = unfinished;
  if (target === null) throw new Error("the unfinished work is no commit; delete its ref by hand");
  const [, work = null] = oids(target.parents);
  return {
    oid: target.oid,
    work,
    session: entryOf(target, "session"),
    report: reportIn(target, unfinishedReport, "the unfinished work"),
  };
}

function reportIn(target: TreeTarget, report: Repository["report"], what: string): ReadReport {
  const entry = entryOf(target, "report.json");
  if (entry === null) return { kind: "unreadable", why: "there is no report.json" };
  if (report === null || entry !== report.oid) throw new MovedWhileRead(what);
  const text = report.isTruncated === true ? null : (report.text ?? null);
  return readReport(text, report.byteSize ?? 0);
}

function entryOf({ tree }: TreeTarget, name: string): Sha | null {
  return tree.entries.find((entry) => entry.name === name)?.oid ?? null;
}

export function queueFacts(
  { queueRef, queue }: Repository,
  now: Instant,
): { queue: Queue; queueOid: Sha | null } {
  if (queueRef === null) return { queue: emptyQueue(now), queueOid: null };
  const { target } = queueRef;
  if (target === null) throw new Error("refs/gza/queue is no commit; delete the ref by hand");
  if (entryOf(target, "queue.json") !== (queue?.oid ?? null)) throw new MovedWhileRead("the queue");
  const parsed = Queue.safeParse(parseJson(queue?.text ?? ""));
  if (parsed.success) return { queue: parsed.data, queueOid: target.oid };
  throw new Error("queue.json on refs/gza/queue does not parse; delete the ref, GZA begins a new one", {
    cause: parsed.error,
  });
}

function oids({ nodes }: { nodes: readonly { oid: Sha }[] }): Sha[] {
  return nodes.map(({ oid }) => oid);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The shape refuses `undefined`; whoever called says what that means.
    return undefined;
  }
}

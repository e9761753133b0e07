/** Applies a decision's move: writes the commits that it needs, then moves record, baton, queue and branch in one compare-and-swap. */
import type { KeyObject } from "node:crypto";
import type { Move, RefMove } from "../domain/decision.ts";
import type { Job } from "../domain/job.ts";
import { batonRef, QUEUE_REF, taskRef } from "../domain/names.ts";
import type { Queue } from "../domain/queue.ts";
import type { Record, RecordBody } from "../domain/record.ts";
import type { Snapshot } from "../domain/snapshot.ts";
import type { Sha } from "../domain/task.ts";
import type { Client } from "./client.ts";
import { MoveRefused } from "./failure.ts";
import { nonce, treeOf, writeCommit, writeTrees } from "./objects.ts";
import { recordMessage } from "./read-record.ts";
import { moveRefs, type RefPlace } from "./refs.ts";
import { signRecord } from "./sign.ts";

export type Moved =
  | { kind: "won"; record: Record; oid: Sha }
  | { kind: "lost" }
  /** A rule of the repository keeps one of the refs from moving; in GitHub's words. */
  | { kind: "refused"; words: string };

/** Writes nothing that can be seen unless all of it holds. */
export async function applyMove(
  client: Client,
  { snapshot, move }: { snapshot: Snapshot; move: Move },
  key: KeyObject,
): Promise<Moved> {
  const place = placeOf(snapshot);
  const trees = await writeNewTrees(client, place, { snapshot, move });
  const job = move.job === null ? null : await writeJob(client, place, { job: move.job, tree: trees.job });
  const record = signRecord(
    key,
    { repository: place.id, parent: parentOf(snapshot) },
    job === null ? move.record : withJob(move.record, job),
  );
  const oid = await writeRecord(client, place, { snapshot, move, record, tree: trees.record });
  const refs: RefMove[] = [
    { name: taskRef(record.issue), before: parentOf(snapshot), after: oid },
    ...move.refs,
  ];
  if (move.job !== null) refs.push({ name: batonRef(record.issue), before: move.job.before, after: job });
  if (move.queue !== null) {
    const { queueOid } = snapshot.ledger;
    const story = queueStory(move);
    const after = await commitQueue(client, place, { tree: trees.queue, before: queueOid, story });
    refs.push({ name: QUEUE_REF, before: queueOid, after });
  }
  try {
    const outcome = await moveRefs(client, place, refs);
    return outcome === "won" ? { kind: "won", record, oid } : { kind: "lost" };
  } catch (error) {
    if (error instanceof MoveRefused) return { kind: "refused", words: error.words };
    throw error;
  }
}

/** Writes a commit for the queue's ref; nobody sees it before the ref moves. */
export async function writeQueue(
  client: Client,
  place: RefPlace,
  { queue, before, story }: { queue: Queue; before: Sha | null; story: string },
): Promise<Sha> {
  const { queue: tree = null } = await writeTrees(client, place, { queue: { "queue.json": asFile(queue) } });
  return commitQueue(client, place, { tree, before, story });
}

export function placeOf({ repository }: Pick<Snapshot, "repository">): RefPlace {
  const [owner = "", name = ""] = repository.name.split("/");
  return { id: repository.id, nodeId: repository.nodeId, owner, name };
}

function parentOf({ record }: Snapshot): Sha | null {
  return record.kind === "none" ? null : record.oid;
}

/** Every request counts: the new trees of a move are written in one. Null: the move has none of that name. */
async function writeNewTrees(
  client: Client,
  place: RefPlace,
  { snapshot, move }: { snapshot: Snapshot; move: Move },
): Promise<{ [name in "record" | "job" | "queue"]: Sha | null }> {
  const { job, queue } = move;
  const folders = {
    record: recordFiles(snapshot, move),
    job: job?.kind === "new" ? { "job.json": asFile(job.job) } : {},
    queue: queue === null ? {} : { "queue.json": asFile(queue) },
  };
  const trees = await writeTrees(client, place, folders);
  return { record: trees.record ?? null, job: trees.job ?? null, queue: trees.queue ?? null };
}

/** All that stands in a record's tree, where the move changes any of it. */
function recordFiles(snapshot: Snapshot, { record, ...move }: Move): { [path: string]: string } {
  if (move.brief === null && move.findings === null && move.receipt === null) return {};
  const brief = move.brief ?? snapshot.brief;
  const findings = move.findings ?? snapshot.findings;
  const receipt = move.receipt ?? snapshot.receipt;
  return {
    ...(brief !== null && { "brief.json": asFile(brief) }),
    ...(findings !== null && record.findings !== null && { "findings.json": asFile(findings) }),
    ...(receipt !== null && record.receipt !== null && { "receipt.json": asFile(receipt) }),
  };
}

async function commitQueue(
  client: Client,
  place: RefPlace,
  { tree, before, story }: { tree: Sha | null; before: Sha | null; story: string },
): Promise<Sha> {
  if (tree === null) throw new Error("a move of the queue without the queue's tree");
  const parents = before === null ? [] : [before];
  return writeCommit(client, place, { message: withNonce(story), tree, parents });
}

async function writeJob(
  client: Client,
  place: RefPlace,
  { job, tree: written }: { job: NonNullable<Move["job"]>; tree: Sha | null },
): Promise<Sha> {
  if (job.kind === "again" || written === null) {
    if (job.before === null) throw new Error("a job that was never handed out cannot be handed out again");
    const tree = await treeOf(client, place, job.before);
    return writeCommit(client, place, {
      message: withNonce("the same job again"),
      tree,
      parents: [job.before],
    });
  }
  const parents = job.before === null ? [] : [job.before];
  return writeCommit(client, place, { message: withNonce(jobStory(job.job)), tree: written, parents });
}

function jobStory({ kind, attempt }: Job): string {
  return `job for ${kind}, attempt ${attempt}`;
}

function withJob(body: RecordBody, job: Sha): RecordBody {
  if (body.attempt === null) throw new Error(`the move of #${body.issue} makes a job for no attempt`);
  return { ...body, attempt: { ...body.attempt, job } };
}

async function writeRecord(
  client: Client,
  place: RefPlace,
  {
    snapshot,
    move,
    record,
    tree: written,
  }: { snapshot: Snapshot; move: Move; record: Record; tree: Sha | null },
): Promise<Sha> {
  const message = recordMessage(move.story, record, nonce());
  const parent = parentOf(snapshot);
  const tree = written ?? (snapshot.record.kind === "record" ? snapshot.record.tree : null);
  if (tree === null) throw new Error(`the first record of #${record.issue} needs a brief`);
  return writeCommit(client, place, { message, tree, parents: parent === null ? [] : [parent] });
}

/** Who came or went, for people who read the queue's history. */
function queueStory({ record, job }: Move): string {
  return job === null ? `settled #${record.issue}` : `claimed by #${record.issue}`;
}

function withNonce(story: string): string {
  return `${story}\n\nNonce: ${nonce()}\n`;
}

function asFile(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

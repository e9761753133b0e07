/** Reads a record's commit: one sentence, a blank line, the record as JSON on one line, a blank line, a nonce. */
import type { KeyObject } from "node:crypto";
import type { z } from "zod";
import { MAX_RECORD_BYTES, Record } from "../domain/record.ts";
import type { RecordReading } from "../domain/snapshot.ts";
import type { Sha } from "../domain/task.ts";
import { isSigned } from "./sign.ts";

export interface RecordCommit {
  oid: Sha;
  message: string;
  parents: readonly Sha[];
}

/** Whose record it must be. */
export interface RecordIdentity {
  repository: number;
  issue: number;
  key: KeyObject;
}

/** The commit's message. `nonce` (32 hex digits) is not signed: it only keeps equal records from being the same commit. */
export function recordMessage(story: string, record: Record, nonce: string): string {
  const message = `${story}\n\n${JSON.stringify(record)}\n\nNonce: ${nonce}\n`;
  const bytes = Buffer.byteLength(message);
  if (bytes <= MAX_RECORD_BYTES) return message;
  throw new Error(
    `the record of #${record.issue} has ${bytes} bytes, ${MAX_RECORD_BYTES} are allowed; nothing was written`,
  );
}

/** `older`: the commits before it, newest first; among them the last good one is looked for when this one is bad. */
export function readRecord(
  commit: RecordCommit & { tree: Sha },
  older: readonly RecordCommit[],
  identity: RecordIdentity,
): RecordReading {
  const read = verify(commit, identity);
  if (read.kind === "good")
    return { kind: "record", oid: commit.oid, tree: commit.tree, record: read.record };
  const lastGood = older.find((ancestor) => verify(ancestor, identity).kind === "good")?.oid ?? null;
  return { kind: "unreadable", oid: commit.oid, why: read.why, lastGood };
}

/** The record of one commit if GZA wrote it for this task and this place in its history. */
export function verify(
  commit: RecordCommit,
  { repository, issue, key }: RecordIdentity,
): { kind: "good"; record: Record } | { kind: "bad"; why: string } {
  const bytes = Buffer.byteLength(commit.message);
  if (bytes > MAX_RECORD_BYTES) return bad(`it has ${bytes} bytes, ${MAX_RECORD_BYTES} are allowed`);
  const [parent = null, ...others] = commit.parents;
  if (others.length > 0) return bad("it has more than one parent");
  const [, blank, json] = commit.message.split("\n");
  if (blank !== "" || json === undefined)
    return bad("its message is not a sentence, a blank line and a record");
  const value = parseJson(json);
  if (value === undefined) return bad("its third line is not JSON");
  const parsed = Record.safeParse(value);
  if (!parsed.success) return bad(describe(parsed.error));
  const record = parsed.data;
  if (record.issue !== issue) return bad(`it is the record of #${record.issue}`);
  if (!isSigned(key, { repository, parent }, record)) {
    return bad("its signature is not this App's for this repository, this task and the record before it");
  }
  return { kind: "good", record };
}

function bad(why: string): { kind: "bad"; why: string } {
  return { kind: "bad", why };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is one of the expected readings; the caller says so.
    return undefined;
  }
}

function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined
    ? "it does not fit"
    : `${issue.path.join(".") || "the record"}: ${issue.message}`;
}

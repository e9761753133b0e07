/** The record: what GZA must remember about a task and cannot re-read elsewhere; JSON in a commit message on `refs/gza/tasks/<issue>`. */
import { z } from "zod";
import {
  Actor,
  AttemptEnd,
  Count,
  Dollars,
  Hex12,
  Hex64,
  How,
  Instant,
  Kind,
  Method,
  Phase,
  Reason,
  Sha,
  Verdict,
} from "./task.ts";

/** One attempt; `ended` and `end` are null while it is in flight. */
export const Attempt = z.strictObject({
  /** Rises for the life of the issue, never reused: the fence. */
  n: z.number().int().positive(),
  kind: Kind,
  how: How,
  agent: z.string(),
  model: z.string().nullable(),
  /** What it works on; `head` null: there is no branch yet. */
  start: z.strictObject({ base: Sha, head: Sha.nullable() }),
  /** Hash of kind, start, brief, findings or failing checks. */
  evidence: Hex12,
  /** J, the commit that carries `job.json`. */
  job: Sha,
  /** Id of the workflow run, once known. */
  run: Count.nullable(),
  claimed: Instant,
  ended: Instant.nullable(),
  end: AttemptEnd.nullable(),
  /** Tip that it left under `refs/gza/unfinished/<issue>`. */
  work: Sha.nullable(),
  /** Dollars held for it while it is in flight. */
  reserved: Dollars,
  turns: Count,
  seconds: Count,
  /** Dollars; null: no price is known for the model. */
  usd: Dollars.nullable(),
});
export type Attempt = z.infer<typeof Attempt>;

/** What was asked for; null: as the config says. */
export const Settings = z.strictObject({
  agent: z.string().nullable(),
  model: z.string().nullable(),
  max_turns: z.number().int().positive().nullable(),
  budget: Dollars.nullable(),
});
export type Settings = z.infer<typeof Settings>;

/** A creation that a move announced and nobody has seen done yet. */
export const Intent = z.strictObject({ key: z.string().max(80), at: Instant });
export type Intent = z.infer<typeof Intent>;

/** Everything of the record but its signature. */
export const RecordBody = z.strictObject({
  v: z.literal(1),
  issue: z.number().int().positive(),
  generation: z.number().int().positive(),
  phase: Phase,
  reason: Reason,
  since: Instant,
  /** Who authorised this generation. */
  asked: z.strictObject({ by: Actor, at: Instant, how: z.enum(["label", "command"]) }),
  kind: z.enum(["plan", "explore", "implement"]),
  settings: Settings,
  /** It goes before others that wait for their turn. */
  urgent: z.boolean(),
  /** Hash of the frozen text. */
  brief: Hex64,
  /** Blob of the config that the newest attempt is pinned to; all zeros: there is no config file. */
  config: Sha,
  base: z.string(),
  branch: z.string().nullable(),
  pull: z.number().int().positive().nullable(),
  /** The last head that GZA accepted. */
  head: Sha.nullable(),
  /** When it was accepted. */
  head_at: Instant.nullable(),
  /** A person made it. */
  theirs: z.boolean(),
  /** Commits of people have been on the branch: none of what is there is rewritten any more, only added to. */
  shared: z.boolean(),
  landed: z.array(Sha).max(12),
  /** No text of people without write is in the brief, or it was approved since. */
  trusted: z.boolean(),
  attempt: Attempt.nullable(),
  attempts: z.array(Attempt).max(22),
  spent: z.strictObject({ attempts: Count, turns: Count, usd: Dollars }),
  /** Attempt number at a person's last word: every bound counts from here. */
  heard: Count,
  verdict: z
    .strictObject({
      head: Sha,
      /** git's id of the patch; empty where nothing of it is text. */
      patch: z.string().regex(/^[0-9a-f]*$/),
      value: Verdict,
      blockers: Count,
      followups: Count,
      carried_from: Sha.nullable(),
    })
    .nullable(),
  /** How the head came to stand on its base: the newest rebase, until somebody else moves the branch. Its old head is kept under this attempt's number. */
  rebased: z
    .strictObject({ attempt: z.number().int().positive(), before: Sha, head: Sha, onto: Sha })
    .nullable(),
  /** What the head changes, as `footprintOf` writes it; null: not known yet. */
  footprint: z.string().max(1200).nullable(),
  /** Issues that go first, where the brief names them. */
  depends: z.array(z.number().int().positive()).max(20),
  /** Hash of `findings.json`; null: there is none. */
  findings: Hex64.nullable(),
  /** Hash of `receipt.json`; null: there is none. */
  receipt: Hex64.nullable(),
  /** The head whose failed checks were run again, when, their names and the ids of the check runs that failed; flaky ones are told apart by it. */
  rerun: z
    .strictObject({
      head: Sha,
      at: Instant,
      /** For people only. */
      names: z.array(z.string().max(60)).max(5),
      checks: z.array(Count).max(50),
    })
    .nullable(),
  /** An attempt that a person or the recovery from a bad end asked for and that has not begun; it overrides what GZA would not do by itself. */
  wanted: z.strictObject({ kind: Kind, how: How }).nullable(),
  plan: z.strictObject({ hash: Hex64, brief: Hex64, base: Sha, approved: Actor.nullable() }).nullable(),
  /** The wish to merge; `method` null: as the config says. */
  merge: z.strictObject({ by: Actor, method: Method.nullable(), at: Instant }).nullable(),
  not_before: Instant.nullable(),
  /** Cursors: id of the newest comment that was heard, time of the newest feedback. */
  seen: z.strictObject({ comment: Count, feedback: Instant.nullable() }),
  intents: z.array(Intent).max(24),
  status_comment: Count.nullable(),
});
export type RecordBody = z.infer<typeof RecordBody>;

/** The record as it is stored; `mac` is the App's HMAC over repository id, issue, parent oid and body. */
export const Record = RecordBody.extend({ mac: Hex64 });
export type Record = z.infer<typeof Record>;

/** Commit messages with records stay under this many bytes. */
export const MAX_RECORD_BYTES = 16_384;

export const NO_SHA = "0".repeat(40);

/** The body as it is signed and stored: keys in schema order, so that equal bodies are equal bytes. */
export function canonicalBody(body: RecordBody): string {
  return JSON.stringify(RecordBody.parse(body));
}

/** `attempts` with one more at the end; only the newest 22 are kept, which is more than one word of a person allows (older ones stand in the ref's history). */
export function withAttempt(attempts: readonly Attempt[], ended: Attempt): Attempt[] {
  return [...attempts, ended].slice(-22);
}

/** Living tasks are those that GZA may still move by itself or on a word. */
export function isLiving(record: RecordBody): boolean {
  return record.phase !== "done" && record.phase !== "cancelled";
}

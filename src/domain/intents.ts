/**
 * Intents: what a move announces and must be done exactly once, by key. A key says everything that is needed to do it again, so
 * nothing is lost when the process that announced it dies; an intent that nobody has seen done after two minutes is announced anew.
 */
import { isNewer } from "./checks.ts";
import { bodyOf, pullBody, pullTitle } from "./comments.ts";
import type { Effect } from "./decision.ts";
import type { Record, RecordBody } from "./record.ts";
import { replyKey } from "./replies.ts";
import { postReview } from "./review-body.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Instant } from "./task.ts";
import { later, secondsBetween, sooner } from "./time.ts";

/** So long an announced creation may stay unseen before it is looked for and repeated. */
export const INTENT_SECONDS = 120;

/** So long a branch is tried to be deleted that has done its work. */
const KEPT_SECONDS = 3600;

interface Errand {
  /** Seen done, or of no use any more to a record that has gone on. */
  isDone: (snapshot: Snapshot, record: RecordBody, rest: string) => boolean;
  effect: (snapshot: Snapshot, record: RecordBody, rest: string) => Effect | null;
}

/** By the first word of the key; comments share one way. */
const ERRANDS: { [word: string]: Errand } = {
  status: {
    isDone: (snapshot) => statusId(snapshot) !== null || snapshot.issue.locked,
    effect: (snapshot, record) => ({
      kind: "edit_status",
      id: null,
      body: bodyOf("status", snapshot, record),
    }),
  },
  pull: {
    isDone: (snapshot, record) => snapshot.pull !== null || record.phase !== "open" || record.head === null,
    effect: (snapshot, record) =>
      record.branch === null
        ? null
        : {
            kind: "open_pull",
            branch: record.branch,
            base: record.base,
            title: pullTitle(snapshot, record),
            body: pullBody(snapshot, record),
            draft: snapshot.config.kind === "config" && snapshot.config.config.draft,
          },
  },
  undraft: {
    isDone: (snapshot, record) => !snapshot.pull?.draft || record.phase !== "ready",
    effect: ({ pull }) =>
      pull && { kind: "edit_pull", number: pull.number, nodeId: pull.nodeId, change: { draft: false } },
  },
  replace: {
    isDone: (snapshot, _, rest) =>
      snapshot.evidence.some((found) => found.kind === "pull_closed" && found.number === Number(rest)),
    effect: (_, __, rest) => ({ kind: "close_pull", number: Number(rest) }),
  },
  hold: {
    isDone: ({ pull, evidence }, _, rest) =>
      pull === null ||
      (pull.queue !== "queued" && pull.autoMerge !== "on") ||
      evidence.some((found) => found.kind === "merge_held" && found.pull === Number(rest)),
    effect: ({ pull }) =>
      pull && {
        kind: "hold_merge",
        pull: pull.number,
        nodeId: pull.nodeId,
        queued: pull.queue === "queued",
        autoMerge: pull.autoMerge === "on",
      },
  },
  close: {
    isDone: (snapshot) => snapshot.issue.state === "closed",
    effect: (snapshot) => ({ kind: "close_issue", issue: snapshot.issue.number }),
  },
  branch: {
    // A rule of the repository may keep it: that is let be.
    isDone: (snapshot, record) =>
      snapshot.branchHead === null ||
      snapshot.branchHead !== record.head ||
      secondsBetween(record.since, snapshot.now) > KEPT_SECONDS,
    effect: (_, record) =>
      record.branch === null || record.head === null
        ? null
        : { kind: "delete_branch", branch: record.branch, head: record.head },
  },
  run: {
    isDone: (snapshot, _, rest) =>
      (snapshot.run?.id === Number(rest) && snapshot.run.status === "completed") ||
      snapshot.evidence.some((found) => found.kind === "run_cancelled" && found.run === Number(rest)),
    effect: (_, __, rest) => ({ kind: "cancel_run", run: Number(rest) }),
  },
  review: {
    isDone: (snapshot, record, rest) =>
      isSaid(snapshot, `review:${rest}`) || postReview(snapshot, record)?.key !== `review:${rest}`,
    effect: postReview,
  },
  replies: {
    isDone: (snapshot, _, rest) => dueReplies(snapshot, Number(rest)).length === 0,
    effect: (snapshot, _, rest) => ({
      kind: "answer_threads",
      attempt: Number(rest),
      replies: dueReplies(snapshot, Number(rest)),
    }),
  },
  rerun: {
    isDone: (snapshot, record) => hasRun(snapshot, record),
    effect: (snapshot, { rerun }) => {
      const failed =
        snapshot.pull?.checks.filter(({ id }) => id !== null && rerun?.checks.includes(id)) ?? [];
      const runs = new Set(failed.flatMap(({ run }) => run ?? []));
      return rerun && { kind: "rerun_checks", head: rerun.head, runs: [...runs] };
    },
  },
  parked: comment(),
  ready: comment(),
  answer: comment(),
  "answer-pull": comment(),
  explored: comment(),
};
const COMMENTS: ReadonlySet<string> = new Set(["parked", "ready", "answer", "answer-pull", "explored"]);

/** Answers whose threads are there and that are not said yet. */
function dueReplies({ findings, pull, evidence }: Snapshot, attempt: number) {
  if (evidence.some((found) => found.kind === "replied" && found.attempt === attempt)) return [];
  return (findings?.replies ?? [])
    .filter((reply) => reply.attempt === attempt)
    .map(({ feedback, thread, body }) => ({ key: replyKey(attempt, feedback), thread, body }))
    .filter(({ key, thread }) => {
      const found = pull?.threads.find(({ id }) => id === thread);
      return found !== undefined && !found.comments.some((one) => one.isMine && one.key === key);
    });
}

/** The rerun shows, or there is nothing to run again any more. */
function hasRun(snapshot: Snapshot, { rerun, head }: RecordBody): boolean {
  if (rerun === null || rerun.head !== head) return true;
  if (snapshot.evidence.some((found) => found.kind === "rerun_asked" && found.head === head)) return true;
  return (snapshot.pull?.checks ?? []).every((check) => isNewer(check, rerun));
}

/** The intents of `record` that nobody has seen done yet. */
export function openIntents(snapshot: Snapshot, record: RecordBody): RecordBody["intents"] {
  return record.intents.filter(({ key }) => !isDone(key, snapshot, record));
}

/** The effects of all intents that were announced at `at`. */
export function effectsOf(snapshot: Snapshot, record: RecordBody, at: Instant): Effect[] {
  return openIntents(snapshot, record)
    .filter((intent) => intent.at === at)
    .map((intent) => effectFor(intent.key, snapshot, record))
    .filter((effect) => effect !== null);
}

/** When the youngest wait for an open intent is over; null: nothing is open. */
export function intentsDue(snapshot: Snapshot, record: Record): Instant | null {
  return openIntents(snapshot, record).reduce<Instant | null>(
    (due, intent) => sooner(due, later(intent.at, INTENT_SECONDS)),
    null,
  );
}

/** The record's intents with those that are overdue announced anew at the snapshot's time; null: none is overdue. */
export function renewed(snapshot: Snapshot, record: Record): RecordBody["intents"] | null {
  const open = openIntents(snapshot, record);
  const isOverdue = (at: Instant): boolean => secondsBetween(at, snapshot.now) >= INTENT_SECONDS;
  if (!open.some(({ at }) => isOverdue(at))) return null;
  return open.map((intent) => (isOverdue(intent.at) ? { ...intent, at: snapshot.now } : intent));
}

/** Id of the status comment, as far as it can be seen. */
export function statusId(snapshot: Snapshot): number | null {
  const told = snapshot.evidence.findLast((found) => found.kind === "said" && found.key === "status");
  if (told?.kind === "said") return told.id;
  return snapshot.said.get("status")?.id ?? null;
}

function isDone(key: string, snapshot: Snapshot, record: RecordBody): boolean {
  const { errand, rest } = errandOf(key);
  return errand.isDone(snapshot, record, rest);
}

function effectFor(key: string, snapshot: Snapshot, record: RecordBody): Effect | null {
  const { errand, rest } = errandOf(key);
  return errand.effect(snapshot, record, rest);
}

function errandOf(key: string): { errand: Errand; rest: string } {
  const [word = "", ...rest] = key.split(":");
  const errand = ERRANDS[word];
  if (!errand) throw new Error(`the record holds an intent that this version does not know: ${key}`);
  return {
    errand: COMMENTS.has(word) ? comment(key) : errand,
    rest: rest.join(":"),
  };
}

/** A comment that is said once; its key is its hidden first line. */
function comment(key = ""): Errand {
  const isOnPull = key.startsWith("answer-pull:");
  return {
    // Where the conversation is locked nothing can be said; labels tell the rest.
    isDone: (snapshot) => isSaid(snapshot, key) || (snapshot.issue.locked && !isOnPull),
    effect: (snapshot, record) => ({
      kind: "say",
      key,
      on: isOnPull ? (snapshot.pull?.number ?? snapshot.issue.number) : snapshot.issue.number,
      body: bodyOf(key, snapshot, record),
    }),
  };
}

function isSaid({ said, evidence }: Snapshot, key: string): boolean {
  return said.has(key) || evidence.some((found) => found.kind === "said" && found.key === key);
}

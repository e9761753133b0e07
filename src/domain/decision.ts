/** What `decide` answers: a reason, at most one move of refs, effects that are safe to repeat, and when to look again. */
import type { Brief } from "./brief.ts";
import type { Findings } from "./finding.ts";
import type { Job } from "./job.ts";
import type { Queue } from "./queue.ts";
import type { Receipt } from "./receipt.ts";
import type { RecordBody } from "./record.ts";
import type { Instant, Method, Reason, Sha } from "./task.ts";

export interface Decision {
  /** Number of the rule that answered, 1 to 20. */
  rule: number;
  /** Why; the log line, the status and the test's expected value. */
  reason: Reason | "not_asked" | "not_allowed" | "unreadable_record" | "at_rest";
  /** Applied first; when it is lost to another writer, nothing else of the decision is done. */
  move: Move | null;
  effects: Effect[];
  /** When to look again if nothing happens; null: an event will tell. */
  again: Instant | null;
}

/**
 * One compare-and-swap over several refs, in one `updateRefs`. The record always moves, from the snapshot's to `record`.
 * Commits that do not exist yet have no id here: `apply` writes record, queue and job and fills their ids in.
 */
export interface Move {
  /** One plain sentence, the first line of the record's commit. */
  story: string;
  record: RecordBody;
  /** Files of the record's tree that change; the others stay. */
  brief: Brief | null;
  findings: Findings | null;
  receipt: Receipt | null;
  /** null: the queue stays. */
  queue: Queue | null;
  /**
   * A new baton J; `record.attempt.job` becomes its id. `before`: where the baton is now.
   * `again` repeats the tree of the J that lies there (its dispatch was lost).
   */
  job: { kind: "new"; job: Job; before: Sha | null } | { kind: "again"; before: Sha } | null;
  /** Further refs, all of whose commits exist. */
  refs: RefMove[];
}

/** `before` null: must not exist; `after` null: is removed. */
export interface RefMove {
  name: string;
  before: Sha | null;
  after: Sha | null;
}

/** One thing that GZA does to GitHub, safe to repeat. */
export type Effect =
  /** Starts the workflow for the attempt in flight (its J stands in the record). */
  | { kind: "dispatch"; attempt: number; ref: string }
  | { kind: "cancel_run"; run: number }
  | { kind: "open_pull"; branch: string; base: string; title: string; body: string; draft: boolean }
  | { kind: "edit_pull"; number: number; nodeId: string; change: { draft?: boolean; body?: string } }
  /** A pull request that a newer generation of the task replaces. */
  | { kind: "close_pull"; number: number }
  /** A new comment, once per `key`. */
  | { kind: "say"; key: string; on: number; body: string }
  /** The one status comment; `id` null: it is created. */
  | { kind: "edit_status"; id: number | null; body: string }
  | { kind: "react"; comment: number; content: "+1" | "confused" | "eyes" }
  /** Labels of GZA's own to put on and take off. */
  | { kind: "set_labels"; on: number; add: string[]; remove: string[] }
  /** The pull request review of `head` (event `COMMENT`), once per `key`; where it is there already its body is written anew. */
  | { kind: "post_review"; key: string; pull: number; head: Sha; body: string; comments: LineComment[] }
  /** GZA's own check run on a head, written over if it is there. */
  | {
      kind: "set_check";
      name: string;
      head: Sha;
      conclusion: "success" | "failure";
      title: string;
      summary: string;
      annotations: Annotation[];
    }
  /** Answers in people's threads; `key` is the hidden first line of each. */
  | { kind: "answer_threads"; attempt: number; replies: { key: string; thread: string; body: string }[] }
  /** Marks GZA's own threads as resolved; GraphQL node ids. */
  | { kind: "resolve_threads"; threads: string[] }
  /** Folds away comments and reviews of GZA's own that newer ones replaced; GraphQL node ids. */
  | { kind: "minimise"; nodes: string[] }
  /** Has the failed workflow jobs of these workflow runs run once more. */
  | { kind: "rerun_checks"; head: Sha; runs: number[] }
  /** GitHub merges it by itself once everything that the base asks for is there. */
  | {
      kind: "auto_merge";
      pull: number;
      nodeId: string;
      head: Sha;
      method: Method;
      title: string;
      message: string;
    }
  | { kind: "enqueue"; nodeId: string; head: Sha }
  /** Takes it out of the merge queue and switches merging by itself off. */
  | { kind: "hold_merge"; pull: number; nodeId: string; queued: boolean; autoMerge: boolean }
  /** Opens a pull request that takes a merged one back, unless there is one. */
  | { kind: "revert_pull"; number: number; nodeId: string; branch: string; title: string; body: string }
  | { kind: "request_merge"; pull: number; head: Sha; method: Method; title: string; message: string }
  | { kind: "delete_branch"; branch: string; head: Sha }
  | { kind: "close_issue"; issue: number };

/** A comment on lines of the new side of the diff. */
export interface LineComment {
  path: string;
  line: number;
  /** null: one line only. */
  startLine: number | null;
  body: string;
}

/** https://docs.github.com/en/rest/checks/runs: at most 50 in one request. */
export interface Annotation {
  path: string;
  startLine: number;
  endLine: number;
  level: "failure" | "warning";
  title: string;
  message: string;
}

/** Pull requests, their mergeability, how they wait to be merged, and their reviews. */
import type { Reaction } from "./issues.ts";
import type { Token } from "./people.ts";

export type MergeMethod = "merge" | "squash" | "rebase";

export interface Pull {
  id: number;
  draft: boolean;
  headRef: string;
  headSha: string;
  baseRef: string;
  /** Tip of the base when the head was last pushed or the pull request opened. */
  baseSha: string;
  mergedAt: string | null;
  mergedById: number | null;
  mergeCommitSha: string | null;
  /** What the base had without it, when it was merged. */
  mergedOnto: string | null;
  /** Result of the last test merge and the two tips it was made for; null: not computed yet, or stale. */
  mergeability: Mergeability | null;
  /** How many readers more are told nothing of it, though it may be there. */
  unknownReads: number;
  /** Set: it is merged by itself as soon as nothing stands against it. */
  autoMerge: AutoMerge | null;
  /** What the head brings over the base, counted when the head last moved. */
  size: { commits: number; additions: number; deletions: number; changedFiles: number };
  reviews: Review[];
  threads: ReviewThread[];
}

export interface Mergeability {
  head: string;
  base: string;
  mergeable: boolean;
  /** The commits can be put on the base one by one. */
  rebaseable: boolean;
  /** The test merge, which `refs/pull/<number>/merge` points at; null on conflict. */
  commit: string | null;
  /** The base has commits that the head has not. */
  behind: boolean;
}

/** In whose name, and how, a pull request is to be merged when it may be. */
export interface AutoMerge {
  enabledAt: string;
  enabledById: number;
  token: Token;
  method: MergeMethod;
  title: string | undefined;
  message: string | undefined;
}

/** A pull request in the merge queue of its base. */
export interface QueueEntry {
  id: number;
  issueNumber: number;
  branch: string;
  /** The head that was queued: another one does not land. */
  head: string;
  enqueuedAt: string;
  enqueuerId: number;
  token: Token;
  /** The merge that the required checks are asked of; null: its turn has not come. */
  group: MergeGroup | null;
}

export interface MergeGroup {
  /** The full name of the branch that it stands on. */
  ref: string;
  sha: string;
  /** The tip of the base that it was made on. */
  base: string;
}

export interface Review {
  id: number;
  authorId: number;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED";
  body: string;
  commit: string;
  submittedAt: string;
  /** Why it is folded away; null: it is not. */
  minimized: string | null;
}

export interface LinePlace {
  line: number;
  /** The first of several lines. */
  startLine: number | null;
}

/** A conversation on lines of the diff, in the order in which it was written. */
export interface ReviewThread {
  id: number;
  path: string;
  side: "LEFT" | "RIGHT";
  /** The lines as they were written on. */
  line: number;
  startLine: number | null;
  /** Where they are at the pull request's head; null: the thread is outdated, for a later commit changed or removed one of them. */
  place: LinePlace | null;
  resolvedById: number | null;
  comments: ReviewComment[];
}

export interface ReviewComment {
  id: number;
  reviewId: number;
  authorId: number;
  body: string;
  /** The commit whose diff it was written on, and the part of the diff up to its line. */
  commit: string;
  diffHunk: string;
  createdAt: string;
  updatedAt: string;
  lastEditedAt: string | null;
  minimized: string | null;
  reactions: Reaction[];
}

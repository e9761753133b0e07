/** What the agent in the clone is told of the real history, so that it can settle conflicts as that did; lies on the branch `replay`. */

export interface Manifest {
  /** The base that all tasks begin on. */
  base: string;
  changes: ListedChange[];
}

/** Oldest first. Its files lie under `<issue>/real` as they really were after it, its patch is `<issue>/patch`. */
export interface ListedChange {
  /** Number of its issue; null: it became no task. */
  issue: number | null;
  /** By path: whether the replayed file is what the real one was, so that it holds what earlier changes did to it as well. */
  files: { [path: string]: boolean };
}

/** A branch of the playground's repository that has nothing in common with its base. */
export const REPLAY_BRANCH = "replay";

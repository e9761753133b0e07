/** What the App may do, each for the requests that need it; app.yml asks for exactly these. */

export const PERMISSIONS = {
  /** Dispatches the workflow, reads and cancels its runs; runs failed checks again, reads their logs. */
  actions: "write",
  /** Reads the checks of heads, writes the check run `gza / review`. */
  checks: "write",
  /** Reads config and ledger, writes the ledger, moves task branches, merges. */
  contents: "write",
  /** Comments, reactions, labels; closes issues. */
  issues: "write",
  /** Is told when a merge queue waits for the check run `gza / review`. */
  merge_queues: "read",
  /** Reads repositories and people's roles on them. */
  metadata: "read",
  /** Opens, edits, reviews and merges pull requests; answers and resolves threads. */
  pull_requests: "write",
  /** Reads the statuses of heads. */
  statuses: "read",
} as const;

/** Without these the App works all the same, as it does on servers that have no such permission. */
export const SPARE: ReadonlySet<string> = new Set(["merge_queues"]);

/** Check suites, check runs, commit statuses and branch protection. */
import type { MergeMethod } from "./pulls.ts";

export type CheckStatus = "queued" | "in_progress" | "completed";

export type Conclusion =
  | "success"
  | "failure"
  | "neutral"
  | "cancelled"
  | "skipped"
  | "timed_out"
  | "action_required"
  | "stale"
  | "startup_failure";

export interface CheckSuite {
  id: number;
  headSha: string;
  headBranch: string | null;
  appId: number;
  createdAt: string;
  updatedAt: string;
}

export interface CheckRun {
  id: number;
  suiteId: number;
  appId: number;
  name: string;
  headSha: string;
  status: CheckStatus;
  conclusion: Conclusion | null;
  externalId: string;
  detailsUrl: string | null;
  startedAt: string;
  completedAt: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
  annotations: CheckAnnotation[];
}

/** A remark on lines of a file; lines count from one. */
export interface CheckAnnotation {
  path: string;
  startLine: number;
  endLine: number;
  startColumn: number | null;
  endColumn: number | null;
  level: "notice" | "warning" | "failure";
  message: string;
  title: string | null;
  rawDetails: string | null;
}

export interface CommitStatus {
  id: number;
  sha: string;
  context: string;
  state: "error" | "failure" | "pending" | "success";
  description: string | null;
  targetUrl: string | null;
  creatorId: number;
  createdAt: string;
}

/** Classic branch protection, as much of it as is enforced. */
export interface Protection {
  pattern: string;
  requiredChecks: string[];
  strict: boolean;
  /** Changes must come by a pull request, with `requiredApprovals` (which may be none). */
  pullRequired: boolean;
  requiredApprovals: number;
  /** Administrators are held to it too. */
  enforceAdmins: boolean;
  /** Pull requests land through a queue, merged in this way. */
  mergeQueue?: { method: MergeMethod } | undefined;
}

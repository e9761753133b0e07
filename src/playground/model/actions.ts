/** Workflows, their runs, jobs, steps and artifacts. */
import type { Conclusion } from "./checks.ts";

export interface Workflow {
  id: number;
  path: string;
  name: string;
  state: "active" | "disabled_manually";
  createdAt: string;
}

export interface WorkflowRun {
  id: number;
  workflowId: number;
  path: string;
  /** The workflow's `name`. */
  name: string;
  /** `run-name` evaluated. */
  title: string;
  number: number;
  attempt: number;
  event: string;
  headBranch: string;
  headSha: string;
  headCommit: HeadCommit;
  /** Full name and commit of what the run sees as `GITHUB_REF` and `GITHUB_SHA`; for a pull request the test merge. */
  ref: string;
  sha: string;
  /** Commit that the workflow file was read from. */
  workflowSha: string;
  /** Number of the pull request that the run belongs to. */
  pullNumber: number | null;
  actorId: number;
  /** Who asked for this attempt: differs from the actor after a re-run. */
  triggeringActorId: number;
  status: "queued" | "in_progress" | "completed" | "waiting" | "pending";
  conclusion: Conclusion | null;
  suiteId: number;
  concurrency: string | null;
  inputs: Record<string, string>;
  /** The event payload (`github.event`). */
  payload: Record<string, unknown>;
  createdAt: string;
  startedAt: string;
  updatedAt: string;
  /** Why it could not begin, in the words of the workflow parser; it then has no jobs. */
  problem: string | null;
  jobs: WorkflowJob[];
  artifacts: Artifact[];
}

/** The commit a workflow run is shown with. */
export interface HeadCommit {
  id: string;
  treeId: string;
  message: string;
  timestamp: string;
  author: { name: string; email: string };
  committer: { name: string; email: string };
}

export interface WorkflowJob {
  id: number;
  key: string;
  name: string;
  /** The run attempt it belongs to. */
  attempt: number;
  /** This job's combination of `strategy.matrix`; empty without one. */
  matrix: Record<string, unknown>;
  createdAt: string;
  /** What `runs-on` asks for. */
  labels: string[];
  outputs: Record<string, string>;
  /** `continue-on-error` applied: it failed, and those that need it see a success. */
  tolerated: boolean;
  status: "queued" | "in_progress" | "completed" | "waiting";
  conclusion: Conclusion | null;
  checkRunId: number;
  startedAt: string | null;
  completedAt: string | null;
  steps: WorkflowStep[];
  /** Path of the plain-text log on disk. */
  log: string;
  /** Markdown of `GITHUB_STEP_SUMMARY`, all steps together. */
  summary: string;
}

export interface WorkflowStep {
  number: number;
  name: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: "success" | "failure" | "skipped" | "cancelled" | null;
  startedAt: string | null;
  completedAt: string | null;
}

export interface Artifact {
  id: number;
  name: string;
  runId: number;
  /** Folder on disk that holds the uploaded files. */
  directory: string;
  size: number;
  createdAt: string;
  expiresAt: string;
}

/**
 * What the playground knows: plain data, changed by the handlers of its REST and GraphQL sides alike.
 * Git objects and refs are not here: they live in the bare repository at `Repository.directory`.
 */

/** Repository roles, weakest first, as GitHub orders them. */
export const ROLES = ["read", "triage", "write", "maintain", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Permission names and levels as in an App's manifest and a workflow's `permissions`. */
export type Access = "read" | "write";
export type Permissions = Record<string, Access>;

export interface User {
  id: number;
  login: string;
  kind: "User" | "Bot" | "Organization";
  name: string;
  email: string;
}

export interface App {
  id: number;
  slug: string;
  name: string;
  /** SPKI PEM; the private half is handed out once, when the App is made. */
  publicKey: string;
  webhookSecret: string;
  /** Where deliveries go; null: the App takes none. */
  webhookUrl: string | null;
  permissions: Permissions;
  events: string[];
  /** The `<slug>[bot]` user that acts for it. */
  botId: number;
  ownerId: number;
}

export interface Installation {
  id: number;
  appId: number;
  accountId: number;
  repositoryIds: number[];
  permissions: Permissions;
  events: string[];
  suspendedAt: string | null;
}

/** What a bearer token stands for. `user` tokens have the role of their person; the others carry permissions. */
export interface Token {
  value: string;
  kind: "user" | "installation" | "workflow";
  userId: number;
  installationId: number | null;
  /** Workflow run whose job holds it; such a token starts no workflows (except by dispatch). */
  runId: number | null;
  /** null: whatever the person may see. */
  repositoryIds: number[] | null;
  /** null: by role. */
  permissions: Permissions | null;
  expiresAt: string | null;
}

export interface Label {
  id: number;
  name: string;
  color: string;
  description: string | null;
}

export type ReactionContent = "+1" | "-1" | "laugh" | "confused" | "heart" | "hooray" | "rocket" | "eyes";

export interface Reaction {
  id: number;
  userId: number;
  content: ReactionContent;
  createdAt: string;
}

export interface Comment {
  id: number;
  issueNumber: number;
  authorId: number;
  body: string;
  createdAt: string;
  updatedAt: string;
  lastEditedAt: string | null;
  lastEditorId: number | null;
  minimized: string | null;
  reactions: Reaction[];
}

/** One entry of an issue's timeline; `kind` is the REST event name (`labeled`, `closed`, `merged`, …). */
export interface TimelineEvent {
  id: number;
  kind: string;
  actorId: number;
  createdAt: string;
  label: string | null;
  /** Commit of `merged`, `closed` by a commit or head pushes. */
  commit: string | null;
  detail: Record<string, unknown>;
}

export interface Issue {
  id: number;
  number: number;
  title: string;
  body: string | null;
  authorId: number;
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "reopened" | "duplicate" | null;
  labels: string[];
  locked: boolean;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  closedById: number | null;
  lastEditedAt: string | null;
  lastEditorId: number | null;
  reactions: Reaction[];
  timeline: TimelineEvent[];
  /** Set when the issue is a pull request. */
  pull: Pull | null;
}

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
  /** Result of the last test merge and the two tips it was made for; null: not computed yet, or stale. */
  mergeability: Mergeability | null;
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

export interface Review {
  id: number;
  authorId: number;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED";
  body: string;
  commit: string;
  submittedAt: string;
}

/** A conversation on lines of the diff, in the order in which it was written. */
export interface ReviewThread {
  id: number;
  path: string;
  side: "LEFT" | "RIGHT";
  line: number;
  startLine: number | null;
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
  annotations: Record<string, unknown>[];
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
}

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

export interface Repository {
  id: number;
  ownerId: number;
  name: string;
  private: boolean;
  defaultBranch: string;
  /** The bare git repository. */
  directory: string;
  createdAt: string;
  collaborators: Map<number, Role>;
  labels: Label[];
  /** Issues and pull requests by number. */
  issues: Map<number, Issue>;
  comments: Map<number, Comment>;
  nextNumber: number;
  suites: CheckSuite[];
  checks: CheckRun[];
  statuses: CommitStatus[];
  protections: Protection[];
  actions: { enabled: boolean; secrets: Record<string, string>; variables: Record<string, string> };
  workflows: Workflow[];
  runs: WorkflowRun[];
  deleteBranchOnMerge: boolean;
}

/** One attempt to deliver one webhook. A redelivery keeps the `guid`. */
export interface Delivery {
  id: number;
  guid: string;
  appId: number;
  event: string;
  action: string | null;
  installationId: number;
  repositoryId: number | null;
  deliveredAt: string;
  redelivery: boolean;
  durationSeconds: number;
  /** `OK`, or what went wrong in GitHub's words; `pending` while under way. */
  status: string;
  statusCode: number;
  url: string;
  request: { headers: Record<string, string>; payload: Record<string, unknown> };
  response: { headers: Record<string, string>; payload: string };
}

/** Something that happened; webhooks and workflows hang on it. */
export interface Happening {
  /** Webhook event name: `issues`, `push`, `workflow_run`, … */
  name: string;
  action: string | null;
  repository: Repository;
  senderId: number;
  /** What GitHub sends beside `action`, `repository`, `sender` and `installation`. */
  payload: Record<string, unknown>;
  /** The token that caused it; a workflow's own token starts no workflows. */
  token: Token | null;
}

/** A change of an App's reach; told to that App alone, without subscription. */
export interface InstallationChange {
  name: "installation" | "installation_repositories";
  action: string;
  installation: Installation;
  senderId: number;
  payload: Record<string, unknown>;
}

export interface RequestLogEntry {
  at: string;
  kind: "rest" | "graphql";
  method: string;
  path: string;
  status: number;
  /** Login of the caller, null when it was not authenticated. */
  actor: string | null;
  /** Creates content that notifies people (issues, comments, reviews, pull requests): GitHub limits these apart. */
  content: boolean;
}

export interface World {
  /** Base address of the server, without a slash at the end; known once it listens. */
  url: string;
  /** What workflows see as `GITHUB_SERVER_URL`: the same server under a `*.localhost` name. */
  serverUrl: string;
  /** Folder for repositories, logs, artifacts and work directories. */
  directory: string;
  now: () => Date;
  nextId: number;
  users: Map<number, User>;
  apps: Map<number, App>;
  installations: Map<number, Installation>;
  tokens: Map<string, Token>;
  repositories: Map<number, Repository>;
  deliveries: Delivery[];
  requests: RequestLogEntry[];
  listeners: ((happening: Happening) => void)[];
  installationListeners: ((change: InstallationChange) => void)[];
}

/** Everything that the playground knows: plain data, changed by the handlers of its REST and GraphQL sides alike. */
import type { Workflow, WorkflowRun } from "./actions.ts";
import type { CheckRun, CheckSuite, CommitStatus, Protection } from "./checks.ts";
import type { Comment, Issue, Label } from "./issues.ts";
import type { MergeMethod, QueueEntry } from "./pulls.ts";
import type { App, Installation, Role, Token, User } from "./people.ts";

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
  /** Where issues went that were moved to another repository, by their old number. */
  transfers: Map<number, { repositoryId: number; number: number }>;
  nextNumber: number;
  suites: CheckSuite[];
  checks: CheckRun[];
  statuses: CommitStatus[];
  protections: Protection[];
  /** New names of branches by those that they had. */
  renamedBranches: Map<string, string>;
  actions: { enabled: boolean; secrets: Record<string, string>; variables: Record<string, string> };
  workflows: Workflow[];
  runs: WorkflowRun[];
  deleteBranchOnMerge: boolean;
  /** The ways in which pull requests may be merged. */
  mergeMethods: Record<MergeMethod, boolean>;
  /** Pull requests may be set to merge by themselves. */
  allowAutoMerge: boolean;
  /** The queues of all branches, each in its order. */
  mergeQueue: QueueEntry[];
  /** Read-only. */
  archived: boolean;
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
  /** How many reads of a pull request say `UNKNOWN` after a push to its head or base, before one says what the test merge found. */
  mergeability: { unknownReads: number };
  nextId: number;
  users: Map<number, User>;
  apps: Map<number, App>;
  installations: Map<number, Installation>;
  tokens: Map<string, Token>;
  repositories: Map<number, Repository>;
  /** Ids of repositories by names that they had, as `owner/name` in lower case. */
  formerNames: Map<string, number>;
  deliveries: Delivery[];
  requests: RequestLogEntry[];
  listeners: ((happening: Happening) => void)[];
  installationListeners: ((change: InstallationChange) => void)[];
}

/** The snapshot: everything that is true about one task at one instant, read from GitHub; the only input of `decide` beside the config. */
import type { Brief } from "./brief.ts";
import type { Config } from "./config.ts";
import type { Findings } from "./finding.ts";
import { PEOPLE_LABELS } from "./names.ts";
import type { Queue } from "./queue.ts";
import type { Receipt } from "./receipt.ts";
import type { Record } from "./record.ts";
import type { ReadReport } from "./report.ts";
import type { Actor, Instant, Sha } from "./task.ts";

/** Repository roles, weakest first; `none`: no access, or an account that GitHub does not know there. */
export const ROLES = ["none", "read", "triage", "write", "maintain", "admin"] as const;
export type Role = (typeof ROLES)[number];

export interface Snapshot {
  /** GitHub's clock at the answer (its `Date` header). */
  now: Instant;
  repository: {
    id: number;
    /** GraphQL node id. */
    nodeId: string;
    /** `owner/name` */
    name: string;
    /** Whether everybody can read it, its workflow runs' logs and artifacts too. */
    isPublic: boolean;
    url: string;
    defaultBranch: string;
    defaultHead: Sha;
    /** Checks and statuses of the default branch's tip that pushes bring: not GZA's own, not those of dispatched workflow runs. */
    baseChecks: { name: string; outcome: string }[];
    /** GZA's workflow file on the default branch; `disabled`: a person switched it off. */
    workflow: "present" | "missing" | "disabled";
  };
  /** The App's installation here: permissions that it lacks, as `checks: write`, and the page where they can be granted. */
  installation: { missing: string[]; url: string };
  /** The App's own bot account. */
  me: { id: number; login: string };
  issue: IssueFacts;
  record: RecordReading;
  /** `brief.json` of the record's tree; null while there is no record. */
  brief: Brief | null;
  /** `findings.json` of the record's tree; null: there is none. */
  findings: Findings | null;
  /** `receipt.json` of the record's tree; null: there is none. */
  receipt: Receipt | null;
  baton: Baton;
  /** The workflow run of the attempt in flight; null: none is known. */
  run: RunFacts | null;
  /** What the newest attempt that did not land has left; null: nothing is kept. */
  unfinished: Unfinished | null;
  /** Tip of the task branch; null: there is none. */
  branchHead: Sha | null;
  pull: PullFacts | null;
  /** Pull requests that came to the base lately, newest first; read only where a rebase begins, which has to know what the other side was for. */
  landed: LandedPull[];
  /** Comments on issue and pull request that were not heard yet, oldest first; GZA's own are not among them. */
  comments: CommentFacts[];
  /** What people and bots have said on the issue, heard or not, oldest first, as far as one page reaches; GZA's own are not among it. */
  discussion: CommentFacts[];
  /** Comments and reviews that GZA wrote, by key (their hidden first line). */
  said: ReadonlyMap<string, Said>;
  /** Role of every person whose word may count in this snapshot, by account id. Who is missing has none. */
  roles: ReadonlyMap<number, Role>;
  ledger: Ledger;
  config: ConfigReading;
  /** What effects of this process found out since and GitHub's answers may not show yet. */
  evidence: Evidence[];
}

export interface Said {
  id: number;
  nodeId: string;
  body: string;
  isMinimised: boolean;
}

/** The R of an attempt whose work did not land. */
export interface Unfinished {
  oid: Sha;
  /** Tip of its commits; null: it made none. */
  work: Sha | null;
  /** Blob of the agent's session in R's tree; null: there is none to go on with. */
  session: Sha | null;
  report: ReadReport;
}

export interface IssueFacts {
  number: number;
  nodeId: string;
  title: string;
  body: string;
  url: string;
  state: "open" | "closed";
  /** Nothing can be said there. */
  locked: boolean;
  /** Deleted, moved to another repository or made a discussion; of its other facts only the number is true. */
  gone: boolean;
  labels: string[];
  /** null: the account is gone. */
  author: Actor | null;
  /** Who last edited the text and when; null: nobody did. */
  edited: { by: Actor | null; at: Instant } | null;
  /** Each time the task label was put on or taken off, oldest first. */
  labelled: { on: boolean; at: Instant; by: Actor | null }[];
  /** Each time the issue was closed, oldest first. */
  closed: { at: Instant; by: Actor | null }[];
}

export type RecordReading =
  | { kind: "none" }
  | { kind: "record"; oid: Sha; tree: Sha; record: Record }
  /** Not one that GZA wrote for this task: `why` says what is wrong, `lastGood` is the newest good one before it. */
  | { kind: "unreadable"; oid: Sha; why: string; lastGood: Sha | null };

export type Baton =
  | { kind: "none" }
  /** J: handed out, not brought back. */
  | { kind: "job"; oid: Sha; at: Instant }
  /** R: brought back; `job` is its first parent, `work` its second. */
  | { kind: "report"; oid: Sha; at: Instant; job: Sha | null; work: Sha | null; report: ReadReport };

export interface RunFacts {
  id: number;
  url: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  createdAt: Instant;
  /** The run that the App dispatched: its workflow file, on the default branch, by the App itself. */
  genuine: boolean;
}

export interface PullFacts {
  number: number;
  nodeId: string;
  url: string;
  state: "open" | "merged" | "closed";
  title: string;
  body: string;
  head: Sha;
  branch: string;
  base: string;
  draft: boolean;
  mergeable: "mergeable" | "conflicting" | "unknown";
  /** Tip of its base; null: the base is gone. */
  baseHead: Sha | null;
  /** Commits of the base that it does not have; null: GitHub cannot compare them. */
  behindBy: number | null;
  /** A rule of the base wants it to have all of them. */
  mustCatchUp: boolean;
  /** A rule of the base wants people's reviews that are not there yet. */
  needsApproval: boolean;
  /** Paths that it changes; null: more than GitHub lists at once. */
  files: string[] | null;
  /** `enabled`: the base has a merge queue; `queued`: it stands in it. */
  queue: "none" | "enabled" | "queued";
  /** GitHub's own merging by itself: `allowed` in the repository, or `on` for this pull request. */
  autoMerge: "forbidden" | "allowed" | "on";
  labels: string[];
  checks: CheckFacts[];
  /** Submitted reviews by people, oldest first; GZA's own stand in `said`. */
  reviews: ReviewFacts[];
  threads: ThreadFacts[];
  mergedBy: Actor | null;
  mergeCommit: Sha | null;
}

export interface CheckFacts {
  name: string;
  /** `pending`, a check run's conclusion, or a status's state, in GitHub's lower-case words. */
  outcome: string;
  required: boolean;
  /** One of GZA's own check runs. */
  own: boolean;
  url: string | null;
  /** Id of the check run; null: it is a commit status. */
  id: number | null;
  /** Id of the workflow run that it belongs to; null: another App's check. */
  run: number | null;
  /** null: not over yet, or a commit status, which does not tell. */
  completedAt: Instant | null;
  /** The end of its log or of what its App says about it, cleaned; read only of foreign checks that failed, else null. */
  log: string | null;
}

/** A pull request that was merged into the base. */
export interface LandedPull {
  number: number;
  title: string;
  body: string;
  /** The commit that brought it there; null: GitHub does not tell. */
  commit: Sha | null;
}

export interface ReviewFacts {
  id: number;
  by: Actor | null;
  isBot: boolean;
  state: "approved" | "changes_requested" | "commented" | "dismissed";
  at: Instant;
  body: string;
}

/** A conversation on lines of the pull request's diff. */
export interface ThreadFacts {
  /** GraphQL node id. */
  id: string;
  path: string;
  /** null: its lines are not in the diff any more. */
  line: number | null;
  isResolved: boolean;
  /** Oldest first; at least one. */
  comments: ThreadComment[];
}

export interface ThreadComment {
  by: Actor | null;
  isBot: boolean;
  /** GZA wrote it. */
  isMine: boolean;
  /** Its hidden first line, where GZA wrote it. */
  key: string | null;
  at: Instant;
  body: string;
}

export interface CommentFacts {
  id: number;
  nodeId: string;
  on: "issue" | "pull";
  at: Instant;
  by: Actor | null;
  isBot: boolean;
  body: string;
  /** When it was last edited; null: never. */
  edited: Instant | null;
  /** GZA has put its reaction on it. */
  acknowledged: boolean;
}

/** The ledger's list: all tasks that can compete for room, and the queue. */
export interface Ledger {
  records: readonly Record[];
  queue: Queue;
  /** Tip of the queue's ref; null: there is none yet. */
  queueOid: Sha | null;
}

export interface ConfigProblem {
  /** 1-based, in the file. */
  line: number;
  column: number;
  /** Key, as in `agents.default.timeout`. */
  path: string;
  message: string;
}

export type ConfigReading =
  /** `blob` is all zeros when there is no file: then the defaults count. */
  { kind: "config"; blob: Sha; config: Config } | { kind: "broken"; blob: Sha; problems: ConfigProblem[] };

/** What this process did or was told and may not be readable yet. */
export type Evidence =
  | { kind: "dispatched"; attempt: number; run: number | null }
  | { kind: "dispatch_refused"; attempt: number; status: number; message: string }
  /** A rule of the repository keeps the branch from moving. */
  | { kind: "move_refused"; message: string }
  | { kind: "pull_opened"; number: number }
  | { kind: "pull_refused"; status: number; message: string }
  | { kind: "pull_closed"; number: number }
  | { kind: "said"; key: string; id: number }
  | { kind: "reacted"; comment: number }
  | { kind: "rerun_asked"; head: Sha }
  | { kind: "replied"; attempt: number }
  | { kind: "run_cancelled"; run: number }
  /** GitHub merges it by itself, or it stands in the merge queue. */
  | { kind: "merge_asked"; head: Sha }
  | { kind: "merge_held"; pull: number }
  /** `by`: the pull request that does it. */
  | { kind: "reverted"; pull: number; by: number }
  | { kind: "revert_refused"; pull: number; message: string }
  | { kind: "merge_refused"; head: Sha; status: number; message: string };

/** Whether this account's word counts: people with write or more on the repository, and bots that the config lists by id. */
export function mayWrite(snapshot: Pick<Snapshot, "roles" | "config">, actor: Actor | null): boolean {
  if (actor === null) return false;
  if (isListedBot(snapshot, actor)) return true;
  return ROLES.indexOf(snapshot.roles.get(actor.id) ?? "none") >= ROLES.indexOf("write");
}

export function isListedBot({ config }: Pick<Snapshot, "config">, actor: Actor | null): boolean {
  return actor !== null && config.kind === "config" && config.config.bots.includes(actor.id);
}

/** A person wants everything held. */
export function isStopped({ issue }: Pick<Snapshot, "issue">): boolean {
  return issue.state === "open" && issue.labels.includes(PEOPLE_LABELS.stop);
}

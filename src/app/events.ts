/** What a webhook asks to look at. It is a hint and nothing more: everything that counts is read anew. */
import { z } from "zod";
import { parseCommand } from "../domain/command.ts";
import { issueOfBranch, markerOf, OWN_LABELS, parseRunName } from "../domain/names.ts";
import type { RepositoryKey } from "../github/client.ts";

export type Wake =
  | { kind: "task"; installation: number; repository: RepositoryKey; issue: number }
  /** The task of this pull request's branch, which the webhook does not name. */
  | { kind: "pull"; installation: number; repository: RepositoryKey; pull: number }
  /** What has to be looked at now that something came to this base. */
  | { kind: "base"; installation: number; repository: RepositoryKey; branch: string }
  /** Nothing: a merge queue waits for an answer. */
  | { kind: "group"; installation: number; repository: RepositoryKey; head: string; ref: string }
  /** Nothing: a pull request of a person has a new head. */
  | {
      kind: "people";
      installation: number;
      repository: RepositoryKey;
      pull: number;
      head: string;
      base: string;
    }
  /** Every task of a repository, which may have another name now. */
  | { kind: "repository"; installation: number; repository: RepositoryKey }
  /** What the App may do there has changed: all repositories of the installation. */
  | { kind: "installation"; installation: number }
  /** The App may not do anything any more: in these repositories, by id; null: in none of the installation. */
  | { kind: "leaving"; installation: number; repositories: number[] | null };

const Envelope = z.object({
  installation: z.object({ id: z.number() }),
  repository: z.object({ id: z.number(), name: z.string(), owner: z.object({ login: z.string() }) }),
});

const Installation = z.object({
  action: z.string(),
  installation: z.object({ id: z.number() }),
  repositories_removed: z.array(z.object({ id: z.number() })).optional(),
});
const Issue = z.object({ issue: z.object({ number: z.number(), pull_request: z.unknown().optional() }) });
const Comment = z.object({
  issue: z.object({ labels: z.array(z.object({ name: z.string() })).optional() }),
  comment: z.object({ body: z.string() }),
});
const Repository = z.object({
  action: z.string(),
  changes: z.object({ default_branch: z.unknown().optional() }).optional(),
});
const Pull = z.object({ pull_request: z.object({ head: z.object({ ref: z.string() }) }) });
const ClosedPull = z.object({
  action: z.literal("closed"),
  pull_request: z.object({ merged: z.literal(true), base: z.object({ ref: z.string() }) }),
});
/** A pull request that has a new head, or another base. */
const NewHead = z.object({
  action: z.enum(["opened", "synchronize", "reopened", "edited"]),
  pull_request: z.object({
    number: z.number(),
    head: z.object({ ref: z.string(), sha: z.string() }),
    base: z.object({ ref: z.string() }),
  }),
});
const Branch = z.object({ head_branch: z.string().nullable() });
const CheckRun = z.object({ check_run: z.object({ check_suite: Branch }) });
const CheckSuite = z.object({ check_suite: Branch });
const Status = z.object({ branches: z.array(z.object({ name: z.string() })) });
const Push = z.object({ ref: z.string() });
const WorkflowRun = z.object({ workflow_run: Branch.extend({ display_title: z.string().nullish() }) });

const MergeGroup = z.object({
  action: z.string(),
  merge_group: z.object({ head_sha: z.string(), head_ref: z.string() }),
});

type Found =
  | { issue: number }
  | { pull: number }
  | { base: string }
  | { group: { head: string; ref: string } }
  | { people: { pull: number; head: string; base: string } }
  | "all";

/** By event, in the order of `default_events` in app.yml. */
const READERS: { [event: string]: (payload: unknown) => Found[] } = {
  check_run: (payload) => onBranch(CheckRun.parse(payload).check_run.check_suite.head_branch),
  check_suite: (payload) => onBranch(CheckSuite.parse(payload).check_suite.head_branch),
  issue_comment: (payload) => {
    const { number, pull_request } = Issue.parse(payload).issue;
    if (pull_request) return [{ pull: number }];
    return concernsTask(payload) ? [{ issue: number }] : [];
  },
  issues: (payload) => [{ issue: Issue.parse(payload).issue.number }],
  merge_group: (payload) => {
    const { action, merge_group: group } = MergeGroup.parse(payload);
    return action === "checks_requested" ? [{ group: { head: group.head_sha, ref: group.head_ref } }] : [];
  },
  pull_request: (payload) => {
    const merged = ClosedPull.safeParse(payload).data;
    const found = onBranch(Pull.parse(payload).pull_request.head.ref);
    if (merged !== undefined) return [...found, { base: merged.pull_request.base.ref }];
    return found.length > 0 ? found : byPeople(payload);
  },
  pull_request_review: (payload) => onBranch(Pull.parse(payload).pull_request.head.ref),
  pull_request_review_comment: (payload) => onBranch(Pull.parse(payload).pull_request.head.ref),
  pull_request_review_thread: (payload) => onBranch(Pull.parse(payload).pull_request.head.ref),
  push: (payload) => {
    const branch = /^refs\/heads\/(.+)$/.exec(Push.parse(payload).ref)?.[1];
    // What a merge queue tries out is no base of anything.
    if (branch === undefined || branch.startsWith("gh-readonly-queue/")) return [];
    const found = onBranch(branch);
    return found.length > 0 ? found : [{ base: branch }];
  },
  repository: (payload) => {
    const { action, changes } = Repository.parse(payload);
    const isNews = action === "edited" ? changes?.default_branch !== undefined : MOVES.has(action);
    return isNews ? ["all"] : [];
  },
  status: (payload) => Status.parse(payload).branches.flatMap(({ name }) => onBranch(name)),
  workflow_run: (payload) => {
    const { display_title, head_branch } = WorkflowRun.parse(payload).workflow_run;
    const named = parseRunName(display_title ?? "");
    return named === null ? onBranch(head_branch) : [{ issue: named.issue }];
  },
};

/** What an owner does to a repository that its tasks go on from; transferred, it may belong to another installation. */
const MOVES: ReadonlySet<string> = new Set(["renamed", "transferred", "unarchived"]);

/** The events that app.yml subscribes to. */
export const EVENTS: readonly string[] = Object.keys(READERS);

/** GitHub sends these to every App, subscribed or not. */
const INSTALLATION_EVENTS: ReadonlySet<string> = new Set(["installation", "installation_repositories"]);

/** `unknown`: a payload of a known event has not the shape that GitHub documents; the sweep will find what it meant. */
export function wakesOf(name: string, payload: unknown): Wake[] | "unknown" {
  if (INSTALLATION_EVENTS.has(name)) {
    const read = Installation.safeParse(payload);
    if (!read.success) return "unknown";
    const { action, installation, repositories_removed: removed = [] } = read.data;
    if (action === "deleted" || action === "suspend")
      return [{ kind: "leaving", installation: installation.id, repositories: null }];
    if (action === "removed")
      return [{ kind: "leaving", installation: installation.id, repositories: removed.map(({ id }) => id) }];
    return [{ kind: "installation", installation: installation.id }];
  }
  const reader = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  if (reader === undefined) return [];
  const envelope = Envelope.safeParse(payload);
  if (!envelope.success) return "unknown";
  const found = readWith(reader, payload);
  if (found === "unknown") return "unknown";
  const { installation, repository } = envelope.data;
  const where = {
    installation: installation.id,
    repository: { id: repository.id, name: repository.name, owner: repository.owner.login },
  };
  return distinct(found).map((one): Wake => {
    if (one === "all") return { kind: "repository", ...where };
    if ("issue" in one) return { kind: "task", ...where, issue: one.issue };
    if ("people" in one) return { kind: "people", ...where, ...one.people };
    if ("group" in one) return { kind: "group", ...where, ...one.group };
    if ("pull" in one) return { kind: "pull", ...where, pull: one.pull };
    return { kind: "base", ...where, branch: one.base };
  });
}

/**
 * People talk on issues; what they say concerns a task when it is a command, or may answer what the task asked them. GZA's own words are
 * looked after, should somebody change or delete them.
 */
function concernsTask(payload: unknown): boolean {
  const { issue, comment } = Comment.parse(payload);
  if (parseCommand(comment.body) !== null || markerOf(comment.body) !== null) return true;
  return (issue.labels ?? []).some(({ name }) => name === OWN_LABELS.needsYou.name);
}

function readWith(reader: (payload: unknown) => Found[], payload: unknown): Found[] | "unknown" {
  try {
    return reader(payload);
  } catch (error) {
    if (error instanceof z.ZodError) return "unknown";
    throw error;
  }
}

/** Only what moved its head or base; the branch of a task has its own events. */
function byPeople(payload: unknown): Found[] {
  const read = NewHead.safeParse(payload);
  if (!read.success) return [];
  const { number: pull, head, base } = read.data.pull_request;
  return [{ people: { pull, head: head.sha, base: base.ref } }];
}

function onBranch(branch: string | null): Found[] {
  const issue = branch === null ? null : issueOfBranch(branch);
  return issue === null ? [] : [{ issue }];
}

function distinct(found: readonly Found[]): Found[] {
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}

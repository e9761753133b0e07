/** What a webhook asks to look at. It is a hint and nothing more: everything that counts is read anew. */
import { z } from "zod";
import { issueOfBranch, parseRunName } from "../domain/names.ts";
import type { RepositoryKey } from "../github/client.ts";

export type Wake =
  | { kind: "task"; installation: number; repository: RepositoryKey; issue: number }
  /** The task of this pull request's branch, which the webhook does not name. */
  | { kind: "pull"; installation: number; repository: RepositoryKey; pull: number }
  /** Every task on this base. */
  | { kind: "base"; installation: number; repository: RepositoryKey; branch: string }
  /** The repositories of an installation. */
  | { kind: "installation"; installation: number };

const Envelope = z.object({
  installation: z.object({ id: z.number() }),
  repository: z.object({ id: z.number(), name: z.string(), owner: z.object({ login: z.string() }) }),
});

const Installation = z.object({ action: z.string(), installation: z.object({ id: z.number() }) });
const Issue = z.object({ issue: z.object({ number: z.number(), pull_request: z.unknown().optional() }) });
const Pull = z.object({ pull_request: z.object({ head: z.object({ ref: z.string() }) }) });
const Branch = z.object({ head_branch: z.string().nullable() });
const CheckRun = z.object({ check_run: z.object({ check_suite: Branch }) });
const CheckSuite = z.object({ check_suite: Branch });
const Status = z.object({ branches: z.array(z.object({ name: z.string() })) });
const Push = z.object({ ref: z.string() });
const WorkflowRun = z.object({ workflow_run: Branch.extend({ display_title: z.string().nullish() }) });

type Found = { issue: number } | { pull: number } | { base: string };

/** By event, in the order of `default_events` in app.yml. */
const READERS: { [event: string]: (payload: unknown) => Found[] } = {
  check_run: (payload) => onBranch(CheckRun.parse(payload).check_run.check_suite.head_branch),
  check_suite: (payload) => onBranch(CheckSuite.parse(payload).check_suite.head_branch),
  issue_comment: (payload) => {
    const { number, pull_request } = Issue.parse(payload).issue;
    return pull_request ? [{ pull: number }] : [{ issue: number }];
  },
  issues: (payload) => [{ issue: Issue.parse(payload).issue.number }],
  pull_request: (payload) => onBranch(Pull.parse(payload).pull_request.head.ref),
  pull_request_review: (payload) => onBranch(Pull.parse(payload).pull_request.head.ref),
  pull_request_review_comment: (payload) => onBranch(Pull.parse(payload).pull_request.head.ref),
  pull_request_review_thread: (payload) => onBranch(Pull.parse(payload).pull_request.head.ref),
  push: (payload) => {
    const branch = /^refs\/heads\/(.+)$/.exec(Push.parse(payload).ref)?.[1];
    if (branch === undefined) return [];
    const found = onBranch(branch);
    return found.length > 0 ? found : [{ base: branch }];
  },
  status: (payload) => Status.parse(payload).branches.flatMap(({ name }) => onBranch(name)),
  workflow_run: (payload) => {
    const { display_title, head_branch } = WorkflowRun.parse(payload).workflow_run;
    const named = parseRunName(display_title ?? "");
    return named === null ? onBranch(head_branch) : [{ issue: named.issue }];
  },
};

/** The events that app.yml subscribes to. */
export const EVENTS: readonly string[] = Object.keys(READERS);

/** GitHub sends these to every App, subscribed or not. */
const INSTALLATION_EVENTS: ReadonlySet<string> = new Set(["installation", "installation_repositories"]);

/** `unknown`: a payload of a known event has not the shape that GitHub documents; the sweep will find what it meant. */
export function wakesOf(name: string, payload: unknown): Wake[] | "unknown" {
  if (INSTALLATION_EVENTS.has(name)) {
    const read = Installation.safeParse(payload);
    if (!read.success) return "unknown";
    const isLeaving = read.data.action === "deleted" || read.data.action === "suspend";
    return isLeaving ? [] : [{ kind: "installation", installation: read.data.installation.id }];
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
    if ("issue" in one) return { kind: "task", ...where, issue: one.issue };
    if ("pull" in one) return { kind: "pull", ...where, pull: one.pull };
    return { kind: "base", ...where, branch: one.base };
  });
}

function readWith(reader: (payload: unknown) => Found[], payload: unknown): Found[] | "unknown" {
  try {
    return reader(payload);
  } catch (error) {
    if (error instanceof z.ZodError) return "unknown";
    throw error;
  }
}

function onBranch(branch: string | null): Found[] {
  const issue = branch === null ? null : issueOfBranch(branch);
  return issue === null ? [] : [{ issue }];
}

function distinct(found: readonly Found[]): Found[] {
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}

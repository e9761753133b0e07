/** What happens to issues, and to pull requests as far as they are issues: every change, its timeline entry and its webhook. */
import { ApiError } from "./errors.ts";
import type { Issue, TimelineEvent } from "./model/issues.ts";
import type { Token } from "./model/people.ts";
import type { Repository, World } from "./model/world.ts";
import { issueJson, labelJson } from "./shapes/issue.ts";
import { pullJson } from "./shapes/pull.ts";
import { findOrCreateLabel } from "./labels.ts";
import { emit, instant, newId } from "./world.ts";

/** Who does it, and with which token. */
export interface Act {
  actorId: number;
  token: Token | null;
}

/** GitHub's limit for the text of issues, pull requests, comments and reviews, in characters. */
export const MAX_BODY = 65_536;

export interface IssueInput extends Act {
  title: string;
  body: string | null;
  labels?: string[];
}

export function createIssue(world: World, repository: Repository, input: IssueInput): Issue {
  const issue = addIssue(world, repository, input);
  announce(world, { ...input, repository, issue, action: "opened" });
  addLabels(world, repository, issue, { ...input, labels: input.labels ?? [] });
  return issue;
}

/** Checks and files an issue under the next number without a word to anyone; a pull request begins as one. */
export function addIssue(world: World, repository: Repository, input: IssueInput): Issue {
  checkTitle(input.title);
  checkBody(input.body, "Issue");
  const now = instant(world);
  const issue: Issue = {
    id: newId(world),
    number: repository.nextNumber,
    title: input.title,
    body: input.body,
    authorId: input.actorId,
    state: "open",
    stateReason: null,
    labels: [],
    locked: false,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedById: null,
    lastEditedAt: null,
    lastEditorId: null,
    reactions: [],
    timeline: [],
    pull: null,
  };
  repository.nextNumber += 1;
  repository.issues.set(issue.number, issue);
  return issue;
}

/** 404, or 410 as GitHub says for an issue that was deleted. */
export function findIssue(repository: Repository, number: number): Issue {
  const issue = repository.issues.get(number);
  if (issue) return issue;
  if (number > 0 && number < repository.nextNumber) throw new ApiError(410, "This issue was deleted");
  throw new ApiError(404, "Not Found");
}

/** A new title and body; what equals the old one changes nothing and is not announced. */
export function editIssue(
  world: World,
  repository: Repository,
  issue: Issue,
  edit: Act & { title?: string | undefined; body?: string | null | undefined },
): void {
  if (edit.title !== undefined) checkTitle(edit.title);
  if (edit.body !== undefined) checkBody(edit.body, issue.pull ? "PullRequest" : "Issue");
  const changes: Record<string, { from: string }> = {};
  if (edit.title !== undefined && edit.title !== issue.title) {
    changes["title"] = { from: issue.title };
    record(world, issue, {
      kind: "renamed",
      actorId: edit.actorId,
      detail: { rename: { from: issue.title, to: edit.title } },
    });
    issue.title = edit.title;
  }
  if (edit.body !== undefined && edit.body !== issue.body) {
    changes["body"] = { from: issue.body ?? "" };
    issue.body = edit.body;
    issue.lastEditedAt = instant(world);
    issue.lastEditorId = edit.actorId;
  }
  if (Object.keys(changes).length === 0) return;
  announce(world, { ...edit, repository, issue, action: "edited", payload: { changes } });
}

export interface Closing extends Act {
  reason?: Issue["stateReason"] | undefined;
  /** The commit whose closing words, or whose merge, closed it. */
  commit?: string | undefined;
}

/** Closing what is closed does nothing. */
export function closeIssue(world: World, repository: Repository, issue: Issue, closing: Closing): void {
  if (issue.state === "closed") return;
  issue.state = "closed";
  issue.stateReason = issue.pull ? null : (closing.reason ?? "completed");
  issue.closedAt = instant(world);
  issue.closedById = closing.actorId;
  record(world, issue, {
    kind: "closed",
    actorId: closing.actorId,
    commit: closing.commit ?? null,
    detail: { state_reason: issue.stateReason },
  });
  announce(world, { ...closing, repository, issue, action: "closed" });
}

/** 422 for a pull request that was merged: it stays closed. */
export function reopenIssue(world: World, repository: Repository, issue: Issue, act: Act): void {
  if (issue.state === "open") return;
  if (issue.pull?.mergedAt) {
    throw invalid({
      resource: "PullRequest",
      field: "state",
      message: "state cannot be changed. The pull request was merged.",
    });
  }
  issue.state = "open";
  issue.stateReason = issue.pull ? null : "reopened";
  issue.closedAt = null;
  issue.closedById = null;
  record(world, issue, { kind: "reopened", actorId: act.actorId });
  announce(world, { ...act, repository, issue, action: "reopened" });
}

export function setLocked(
  world: World,
  repository: Repository,
  issue: Issue,
  act: Act & { locked: boolean },
): void {
  if (issue.locked === act.locked) return;
  issue.locked = act.locked;
  const action = act.locked ? "locked" : "unlocked";
  record(world, issue, {
    kind: action,
    actorId: act.actorId,
    detail: act.locked ? { lock_reason: null } : {},
  });
  announce(world, { ...act, repository, issue, action });
}

/** Puts labels on; unknown ones are made, as GitHub does, and those already there are left alone. At most 100 an issue. */
export function addLabels(
  world: World,
  repository: Repository,
  issue: Issue,
  act: Act & { labels: string[] },
): void {
  for (const wanted of act.labels) {
    const label = findOrCreateLabel(world, repository, { ...act, name: wanted });
    if (issue.labels.includes(label.name)) continue;
    if (issue.labels.length >= 100) {
      throw invalid({
        resource: "Issue",
        field: "labels",
        message: "issues cannot have more than 100 labels",
      });
    }
    issue.labels.push(label.name);
    record(world, issue, { kind: "labeled", actorId: act.actorId, label: label.name });
    const payload = { label: labelJson(world, repository, label) };
    announce(world, { ...act, repository, issue, action: "labeled", payload });
  }
}

/** Takes one label off; 404 `Label does not exist` when it is not on. */
export function removeLabel(
  world: World,
  repository: Repository,
  issue: Issue,
  act: Act & { label: string },
): void {
  const wanted = act.label.toLowerCase();
  const name = issue.labels.find((candidate) => candidate.toLowerCase() === wanted);
  const label = repository.labels.find((candidate) => candidate.name === name);
  if (name === undefined || !label) throw new ApiError(404, "Label does not exist");
  issue.labels.splice(issue.labels.indexOf(name), 1);
  record(world, issue, { kind: "unlabeled", actorId: act.actorId, label: name });
  const payload = { label: labelJson(world, repository, label) };
  announce(world, { ...act, repository, issue, action: "unlabeled", payload });
}

/** Makes the labels exactly these. */
export function setLabels(
  world: World,
  repository: Repository,
  issue: Issue,
  act: Act & { labels: string[] },
): void {
  const wanted = new Set(act.labels.map((name) => name.toLowerCase()));
  for (const label of issue.labels.filter((name) => !wanted.has(name.toLowerCase()))) {
    removeLabel(world, repository, issue, { ...act, label });
  }
  addLabels(world, repository, issue, act);
}

/** Adds to the timeline and counts as an update of the issue. */
export function record(
  world: World,
  issue: Issue,
  event: Pick<TimelineEvent, "kind" | "actorId"> & Partial<TimelineEvent>,
): TimelineEvent {
  const entry: TimelineEvent = {
    id: newId(world),
    createdAt: instant(world),
    label: null,
    commit: null,
    detail: {},
    ...event,
  };
  issue.timeline.push(entry);
  issue.updatedAt = entry.createdAt;
  return entry;
}

export interface Announcement extends Act {
  repository: Repository;
  issue: Issue;
  action: string;
  payload?: Record<string, unknown>;
}

/** Emits `issues.<action>`, or `pull_request.<action>` when the issue is a pull request. */
export function announce(
  world: World,
  { repository, issue, action, actorId, token, payload = {} }: Announcement,
): void {
  issue.updatedAt = instant(world);
  const subject = issue.pull
    ? { number: issue.number, pull_request: pullJson(world, repository, issue) }
    : { issue: issueJson(world, repository, issue) };
  const name = issue.pull ? "pull_request" : "issues";
  emit(world, { name, action, repository, senderId: actorId, token, payload: { ...subject, ...payload } });
}

/** 422 `Validation Failed` when a text is longer than GitHub takes. */
export function checkBody(body: string | null, resource: string): void {
  if (body === null || [...body].length <= MAX_BODY) return;
  throw invalid({ resource, field: "body", message: `body is too long (maximum is ${MAX_BODY} characters)` });
}

function checkTitle(title: string): void {
  const resource = "Issue";
  if (title.trim() === "") {
    throw new ApiError(422, "Validation Failed", {
      errors: [{ resource, field: "title", code: "missing_field" }],
    });
  }
  if (title.length > 256)
    throw invalid({ resource, field: "title", message: "title is too long (maximum is 256 characters)" });
}

function invalid(error: { resource: string; field: string; message: string }): ApiError {
  return new ApiError(422, "Validation Failed", { errors: [{ ...error, code: "custom" }] });
}

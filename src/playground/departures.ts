/** How an issue leaves its repository: moved to another one, deleted, or made a discussion. */
import { closeIssue, record, setLocked, type Act } from "./issues.ts";
import { ApiError } from "./errors.ts";
import type { Comment, Issue } from "./model/issues.ts";
import type { Repository, World } from "./model/world.ts";
import { issueJson } from "./shapes/issue.ts";
import { repositoryJson } from "./shapes/repository.ts";
import { emit, newId } from "./world.ts";

/**
 * Moves an issue with its comments and timeline under a new number and new ids; labels come along as far as the other repository
 * has them. Emits `issues.transferred` there and `issues.opened` here. 422 for a pull request and for a repository of another owner.
 */
export function transferIssue(
  world: World,
  repository: Repository,
  issue: Issue,
  { to, ...act }: Act & { to: Repository },
): Issue {
  if (issue.pull) throw new ApiError(422, "Pull requests can't be transferred");
  if (to.id === repository.id || to.ownerId !== repository.ownerId)
    throw new ApiError(422, "New repository must have the same owner as the current repository");
  const { moved, comments } = copyTo(world, to, { issue, comments: commentsUnder(repository, issue) });
  const before = {
    issue: issueJson(world, repository, issue),
    repository: repositoryJson(world, repository),
  };
  drop(repository, issue);
  repository.transfers.set(issue.number, { repositoryId: to.id, number: moved.number });
  to.issues.set(moved.number, moved);
  for (const comment of comments) to.comments.set(comment.id, comment);
  record(world, moved, { kind: "transferred", actorId: act.actorId });
  const after = { issue: issueJson(world, to, moved), repository: repositoryJson(world, to) };
  tell(world, repository, act, {
    action: "transferred",
    issue: before.issue,
    changes: { new_issue: after.issue, new_repository: after.repository },
  });
  tell(world, to, act, {
    action: "opened",
    issue: after.issue,
    changes: { old_issue: before.issue, old_repository: before.repository },
  });
  return moved;
}

/** From now on 410 over REST and not found over GraphQL. 422 for a pull request, which nobody can delete. */
export function deleteIssue(world: World, repository: Repository, issue: Issue, act: Act): void {
  if (issue.pull) throw new ApiError(422, "Pull requests can't be deleted");
  const shown = issueJson(world, repository, issue);
  drop(repository, issue);
  tell(world, repository, act, { action: "deleted", issue: shown });
}

/**
 * The issue stays, closed and locked, and nobody may speak in it again; no field says what became of it, but its timeline has
 * `converted_to_discussion`. The discussion itself is not played.
 */
export function convertToDiscussion(world: World, repository: Repository, issue: Issue, act: Act): void {
  if (issue.pull) throw new ApiError(422, "Pull requests can't be converted to discussions");
  closeIssue(world, repository, issue, act);
  setLocked(world, repository, issue, { ...act, locked: true });
  record(world, issue, { kind: "converted_to_discussion", actorId: act.actorId });
}

function commentsUnder(repository: Repository, issue: Issue): Comment[] {
  return [...repository.comments.values()].filter(({ issueNumber }) => issueNumber === issue.number);
}

function copyTo(
  world: World,
  to: Repository,
  { issue, comments }: { issue: Issue; comments: Comment[] },
): { moved: Issue; comments: Comment[] } {
  const number = to.nextNumber;
  to.nextNumber += 1;
  const copy = structuredClone(issue);
  const moved: Issue = {
    ...copy,
    id: newId(world),
    number,
    labels: copy.labels.filter((name) => to.labels.some((label) => label.name === name)),
    timeline: copy.timeline.map((event) => ({ ...event, id: newId(world) })),
  };
  const copies = structuredClone(comments);
  return {
    moved,
    comments: copies.map((comment) => ({ ...comment, id: newId(world), issueNumber: number })),
  };
}

function drop(repository: Repository, issue: Issue): void {
  for (const { id } of commentsUnder(repository, issue)) repository.comments.delete(id);
  repository.issues.delete(issue.number);
}

function tell(
  world: World,
  repository: Repository,
  { actorId, token }: Act,
  { action, ...payload }: { action: string } & Record<string, unknown>,
): void {
  emit(world, { name: "issues", action, repository, senderId: actorId, token, payload });
}

/** Comments on issues and pull requests: added, edited, removed, each with its webhook. */
import { ApiError } from "./errors.ts";
import { checkBody, type Act } from "./issues.ts";
import { demandUnlocked } from "./locks.ts";
import type { Comment, Issue, Reaction, ReactionContent } from "./model/issues.ts";
import type { Repository, World } from "./model/world.ts";
import { commentJson, issueJson } from "./shapes/issue.ts";
import { emit, instant, newId } from "./world.ts";

/** 403 when the issue is locked for the caller. Emits `issue_comment.created`, on pull requests too. */
export function addComment(
  world: World,
  repository: Repository,
  issue: Issue,
  input: Act & { body: string },
): Comment {
  checkComment(input.body);
  demandUnlocked(repository, issue, { ...input, what: "comment" });
  const now = instant(world);
  const comment: Comment = {
    id: newId(world),
    issueNumber: issue.number,
    authorId: input.actorId,
    body: input.body,
    createdAt: now,
    updatedAt: now,
    lastEditedAt: null,
    lastEditorId: null,
    minimized: null,
    reactions: [],
  };
  repository.comments.set(comment.id, comment);
  issue.updatedAt = now;
  tell(world, repository, { ...input, comment, action: "created" });
  return comment;
}

/** 404 when there is no such comment. */
export function findComment(repository: Repository, id: number): Comment {
  const comment = repository.comments.get(id);
  if (!comment) throw new ApiError(404, "Not Found");
  return comment;
}

/** The comments of one issue, oldest first. */
export function commentsOf(repository: Repository, issue: Issue): Comment[] {
  return [...repository.comments.values()].filter(({ issueNumber }) => issueNumber === issue.number);
}

/** The same text again is no edit. 403 when the issue is locked for the caller. Emits `issue_comment.edited` with the old text. */
export function editComment(
  world: World,
  repository: Repository,
  comment: Comment,
  input: Act & { body: string },
): void {
  checkComment(input.body);
  demandUnlocked(repository, issueOf(repository, comment), { ...input, what: "comment" });
  if (input.body === comment.body) return;
  const changes = { body: { from: comment.body } };
  comment.body = input.body;
  comment.updatedAt = instant(world);
  comment.lastEditedAt = comment.updatedAt;
  comment.lastEditorId = input.actorId;
  tell(world, repository, { ...input, comment, action: "edited", changes });
}

/** 403 when the issue is locked for the caller. */
export function deleteComment(world: World, repository: Repository, comment: Comment, act: Act): void {
  demandUnlocked(repository, issueOf(repository, comment), { ...act, what: "comment" });
  tell(world, repository, { ...act, comment, action: "deleted" });
  repository.comments.delete(comment.id);
}

/** One reaction of a kind per person: asked again, the one that is there is the answer. GitHub sends no webhook for it. */
export function addReaction(
  world: World,
  subject: { reactions: Reaction[] },
  { userId, content }: { userId: number; content: ReactionContent },
): { reaction: Reaction; created: boolean } {
  const known = subject.reactions.find((one) => one.userId === userId && one.content === content);
  if (known) return { reaction: known, created: false };
  const reaction: Reaction = { id: newId(world), userId, content, createdAt: instant(world) };
  subject.reactions.push(reaction);
  return { reaction, created: true };
}

function tell(
  world: World,
  repository: Repository,
  {
    comment,
    action,
    changes,
    actorId,
    token,
  }: Act & { comment: Comment; action: string; changes?: Record<string, unknown> },
): void {
  const payload = {
    issue: issueJson(world, repository, issueOf(repository, comment)),
    comment: commentJson(world, repository, comment),
    ...(changes ? { changes } : {}),
  };
  emit(world, { name: "issue_comment", action, repository, senderId: actorId, token, payload });
}

function issueOf(repository: Repository, comment: Comment): Issue {
  const issue = repository.issues.get(comment.issueNumber);
  if (issue) return issue;
  throw new Error(`comment ${comment.id} belongs to no issue: #${comment.issueNumber} is not there`);
}

function checkComment(body: string): void {
  if (body.trim() === "") {
    const error = {
      resource: "IssueComment",
      field: "data",
      code: "unprocessable",
      message: "Body cannot be blank",
    };
    throw new ApiError(422, "Validation Failed", { errors: [error] });
  }
  checkBody(body, "IssueComment");
}

/** What GraphQL resolvers hand to each other: a piece of the world with the name of its GraphQL type. */
import type { WorkflowRun } from "../model/actions.ts";
import type { CheckRun, CheckSuite, CommitStatus } from "../model/checks.ts";
import type { Comment, Issue, Label, Reaction, TimelineEvent } from "../model/issues.ts";
import type { App, User } from "../model/people.ts";
import type { Pull, Review, ReviewComment, ReviewThread } from "../model/pulls.ts";
import type { Repository, World } from "../model/world.ts";
import { userById } from "../world.ts";
import { parseNodeId, type NodeKind } from "../node-ids.ts";

export interface ActorNode {
  kind: User["kind"];
  user: User;
}
export interface RepositoryNode {
  kind: "Repository";
  repository: Repository;
}
export interface IssueNode {
  kind: "Issue";
  repository: Repository;
  issue: Issue;
}
export interface PullRequestNode {
  kind: "PullRequest";
  repository: Repository;
  issue: Issue;
  pull: Pull;
}
export interface CommentNode {
  kind: "IssueComment";
  repository: Repository;
  comment: Comment;
}
export interface ReviewNode {
  kind: "PullRequestReview";
  pullRequest: PullRequestNode;
  review: Review;
}
export interface ThreadNode {
  kind: "PullRequestReviewThread";
  pullRequest: PullRequestNode;
  thread: ReviewThread;
}
export interface ReviewCommentNode {
  kind: "PullRequestReviewComment";
  pullRequest: PullRequestNode;
  thread: ReviewThread;
  comment: ReviewComment;
}
export interface LabelNode {
  kind: "Label";
  repository: Repository;
  label: Label;
}
export interface ReactionNode {
  kind: "Reaction";
  reaction: Reaction;
  subject: ReactableNode;
}
export interface RefNode {
  kind: "Ref";
  repository: Repository;
  /** The full name. */
  name: string;
  /** How much of the full name GitHub shows apart from the rest. */
  prefix: string;
  oid: string;
}
export interface GitNode {
  kind: "Commit" | "Tree" | "Blob" | "Tag";
  repository: Repository;
  oid: string;
}
export interface CheckRunNode {
  kind: "CheckRun";
  repository: Repository;
  check: CheckRun;
}
export interface CheckSuiteNode {
  kind: "CheckSuite";
  repository: Repository;
  suite: CheckSuite;
}
export interface StatusContextNode {
  kind: "StatusContext";
  repository: Repository;
  status: CommitStatus;
}
export interface WorkflowRunNode {
  kind: "WorkflowRun";
  repository: Repository;
  run: WorkflowRun;
}
export interface AppNode {
  kind: "App";
  app: App;
}
export interface EventNode {
  kind: NodeKind;
  repository: Repository;
  issue: Issue;
  event: TimelineEvent;
}
export type SubjectNode = IssueNode | PullRequestNode;
export type ReactableNode = SubjectNode | CommentNode;

export function actorNode(world: World, userId: number): ActorNode {
  const user = userById(world, userId);
  return { kind: user.kind, user };
}

/** An issue or, when it is one, a pull request. */
export function subjectNode(repository: Repository, issue: Issue): SubjectNode {
  const { pull } = issue;
  return pull ? { kind: "PullRequest", repository, issue, pull } : { kind: "Issue", repository, issue };
}

/** The issue or pull request that a comment stands under. */
export function subjectOf({ repository, comment }: CommentNode): SubjectNode {
  const issue = repository.issues.get(comment.issueNumber);
  if (!issue)
    throw new Error(`comment ${comment.id} belongs to no issue: #${comment.issueNumber} is not there`);
  return subjectNode(repository, issue);
}

export function gitNode(repository: Repository, { oid, type }: { oid: string; type: string }): GitNode {
  return {
    kind: `${type.charAt(0).toUpperCase()}${type.slice(1)}` as GitNode["kind"],
    repository,
    oid,
  };
}

export type AnyNode =
  | ActorNode
  | RepositoryNode
  | SubjectNode
  | CommentNode
  | ReviewNode
  | ThreadNode
  | ReviewCommentNode
  | LabelNode
  | ReactionNode
  | RefNode
  | GitNode
  | CheckRunNode
  | CheckSuiteNode
  | WorkflowRunNode
  | AppNode
  | EventNode;

/** Looks the node of a global id up in the world; git's own (Ref, Commit, …) are left unread: `oid` or `name` as the id says. */
export function findNode(world: World, text: string): AnyNode | null {
  const parsed = parseNodeId(text);
  if (!parsed) return null;
  const { kind } = parsed;
  if (kind === "Ref" || kind === "Commit" || kind === "Tree" || kind === "Blob" || kind === "Tag") {
    return gitThing(world, { kind, id: parsed.id });
  }
  const id = Number(parsed.id);
  if (kind === "User" || kind === "Bot" || kind === "Organization") {
    const user = world.users.get(id);
    return user?.kind === kind ? { kind, user } : null;
  }
  if (kind === "App") {
    const app = world.apps.get(id);
    return app ? { kind, app } : null;
  }
  for (const repository of world.repositories.values()) {
    const found = findIn(repository, kind, id);
    if (found) return found;
  }
  return null;
}

function gitThing(world: World, { kind, id }: { kind: RefNode["kind"] | GitNode["kind"]; id: string }) {
  const split = id.indexOf(":");
  const repository = world.repositories.get(Number(id.slice(0, split)));
  const rest = id.slice(split + 1);
  if (!repository) return null;
  if (kind === "Ref") return { kind, repository, name: rest, prefix: "", oid: "" };
  return { kind, repository, oid: rest };
}

function findIn(repository: Repository, kind: NodeKind, id: number): AnyNode | null {
  const issues = [...repository.issues.values()];
  switch (kind) {
    case "Repository":
      return repository.id === id ? { kind, repository } : null;
    case "Issue":
    case "PullRequest":
      return first(
        issues,
        (issue) => (issue.pull?.id ?? issue.id) === id,
        (issue) => subjectNode(repository, issue),
      );
    case "IssueComment": {
      const comment = repository.comments.get(id);
      return comment ? { kind, repository, comment } : null;
    }
    case "PullRequestReview":
    case "PullRequestReviewThread":
    case "PullRequestReviewComment":
      return findOnPulls(repository, kind, id);
    case "Label":
      return first(repository.labels, sameId(id), (label) => ({ kind, repository, label }));
    case "CheckRun":
      return first(repository.checks, sameId(id), (check) => ({ kind, repository, check }));
    case "CheckSuite":
      return first(repository.suites, sameId(id), (suite) => ({ kind, repository, suite }));
    case "WorkflowRun":
      return first(repository.runs, sameId(id), (run) => ({ kind, repository, run }));
    case "Reaction":
      return findReaction(repository, id);
    default:
      return findEvent(repository, kind, id);
  }
}

function first<Item>(items: readonly Item[], test: (item: Item) => boolean, node: (item: Item) => AnyNode) {
  const item = items.find(test);
  return item === undefined ? null : node(item);
}

function sameId(id: number): (item: { id: number }) => boolean {
  return (item) => item.id === id;
}

function findOnPulls(
  repository: Repository,
  kind: "PullRequestReview" | "PullRequestReviewThread" | "PullRequestReviewComment",
  id: number,
): AnyNode | null {
  for (const issue of repository.issues.values()) {
    const pullRequest = subjectNode(repository, issue);
    if (pullRequest.kind !== "PullRequest") continue;
    const { reviews, threads } = pullRequest.pull;
    const review = reviews.find(sameId(id));
    if (kind === "PullRequestReview" && review) return { kind, pullRequest, review };
    for (const thread of threads) {
      if (kind === "PullRequestReviewThread" && thread.id === id) return { kind, pullRequest, thread };
      const comment = thread.comments.find(sameId(id));
      if (kind === "PullRequestReviewComment" && comment) return { kind, pullRequest, thread, comment };
    }
  }
  return null;
}

function findReaction(repository: Repository, id: number): AnyNode | null {
  const subjects: ReactableNode[] = [
    ...[...repository.issues.values()].map((issue) => subjectNode(repository, issue)),
    ...[...repository.comments.values()].map((comment): CommentNode => ({
      kind: "IssueComment",
      repository,
      comment,
    })),
  ];
  for (const subject of subjects) {
    const reaction = reactionsOf(subject).find(sameId(id));
    if (reaction) return { kind: "Reaction", reaction, subject };
  }
  return null;
}

/** The reactions on an issue, pull request or comment; the list itself, not a copy. */
export function reactionsOf(subject: ReactableNode): Reaction[] {
  return subject.kind === "IssueComment" ? subject.comment.reactions : subject.issue.reactions;
}

function findEvent(repository: Repository, kind: NodeKind, id: number): AnyNode | null {
  for (const issue of repository.issues.values()) {
    const event = issue.timeline.find(sameId(id));
    if (event) return { kind, repository, issue, event };
  }
  return null;
}

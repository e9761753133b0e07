/** Issues, comments, labels and reactions as GitHub's REST API and webhooks show them. */
import type { components } from "@octokit/openapi-types";
import type { Comment, Issue, Label, Reaction } from "../model/issues.ts";
import type { Repository, World } from "../model/world.ts";
import { nodeId } from "../node-ids.ts";
import { userById } from "../world.ts";
import { appOfBot } from "./app.ts";
import { repositoryPage, repositoryUrl } from "./repository.ts";
import { associationOf, userJson } from "./user.ts";

type Schemas = components["schemas"];

export function issueUrl(world: World, repository: Repository, issue: Issue): string {
  return `${repositoryUrl(world, repository)}/issues/${issue.number}`;
}

export function issuePage(world: World, repository: Repository, issue: Issue): string {
  return `${repositoryPage(world, repository)}/${issue.pull ? "pull" : "issues"}/${issue.number}`;
}

export function issueJson(world: World, repository: Repository, issue: Issue): Schemas["issue"] {
  const url = issueUrl(world, repository, issue);
  return {
    id: issue.id,
    node_id: issue.pull ? nodeId("PullRequest", issue.pull.id) : nodeId("Issue", issue.id),
    url,
    repository_url: repositoryUrl(world, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: issuePage(world, repository, issue),
    number: issue.number,
    title: issue.title,
    body: issue.body,
    user: userJson(world, userById(world, issue.authorId)),
    author_association: associationOf(repository, issue.authorId),
    state: issue.state,
    state_reason: issue.stateReason,
    labels: labelsOf(world, repository, issue),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: issue.locked,
    active_lock_reason: null,
    comments: [...repository.comments.values()].filter(({ issueNumber }) => issueNumber === issue.number)
      .length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    closed_by: issue.closedById === null ? null : userJson(world, userById(world, issue.closedById)),
    performed_via_github_app: appOfBot(world, issue.authorId),
    reactions: rollup(url, issue.reactions),
    ...(issue.pull ? pullKeys(world, { repository, issue, pull: issue.pull }) : {}),
  };
}

/** The full label objects of an issue, in the order in which they were put on. */
export function labelsOf(world: World, repository: Repository, issue: Issue): Schemas["label"][] {
  return issue.labels.flatMap((name) => {
    const label = repository.labels.find((candidate) => candidate.name === name);
    return label ? [labelJson(world, repository, label)] : [];
  });
}

export function labelJson(world: World, repository: Repository, label: Label): Schemas["label"] {
  return {
    id: label.id,
    node_id: nodeId("Label", label.id),
    url: `${repositoryUrl(world, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

export function commentJson(
  world: World,
  repository: Repository,
  comment: Comment,
): Schemas["issue-comment"] {
  const issue = repository.issues.get(comment.issueNumber);
  if (!issue)
    throw new Error(`comment ${comment.id} belongs to no issue: #${comment.issueNumber} is not there`);
  const url = `${repositoryUrl(world, repository)}/issues/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    url,
    html_url: `${issuePage(world, repository, issue)}#issuecomment-${comment.id}`,
    issue_url: issueUrl(world, repository, issue),
    body: comment.body,
    user: userJson(world, userById(world, comment.authorId)),
    author_association: associationOf(repository, comment.authorId),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    performed_via_github_app: appOfBot(world, comment.authorId),
    reactions: rollup(url, comment.reactions),
  };
}

export function reactionJson(world: World, reaction: Reaction): Schemas["reaction"] {
  return {
    id: reaction.id,
    node_id: nodeId("Reaction", reaction.id),
    user: userJson(world, userById(world, reaction.userId)),
    content: reaction.content,
    created_at: reaction.createdAt,
  };
}

export function rollup(url: string, reactions: readonly Reaction[]): Schemas["reaction-rollup"] {
  const count = (content: Reaction["content"]): number =>
    reactions.filter((one) => one.content === content).length;
  return {
    url: `${url}/reactions`,
    total_count: reactions.length,
    "+1": count("+1"),
    "-1": count("-1"),
    laugh: count("laugh"),
    hooray: count("hooray"),
    confused: count("confused"),
    heart: count("heart"),
    rocket: count("rocket"),
    eyes: count("eyes"),
  };
}

function pullKeys(
  world: World,
  { repository, issue, pull }: { repository: Repository; issue: Issue; pull: NonNullable<Issue["pull"]> },
): Pick<Schemas["issue"], "draft" | "pull_request"> {
  const page = issuePage(world, repository, issue);
  return {
    draft: pull.draft,
    pull_request: {
      url: `${repositoryUrl(world, repository)}/pulls/${issue.number}`,
      html_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      merged_at: pull.mergedAt,
    },
  };
}

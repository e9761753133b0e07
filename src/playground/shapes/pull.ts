/** Pull requests as GitHub's REST API and webhooks show them. */
import type { components } from "@octokit/openapi-types";
import { mergeState } from "../merge-state.ts";
import type { Issue } from "../model/issues.ts";
import type { Pull } from "../model/pulls.ts";
import type { Repository, World } from "../model/world.ts";
import { nodeId } from "../node-ids.ts";
import { knownMergeability } from "../test-merge.ts";
import { userById } from "../world.ts";
import { issuePage, issueUrl, labelsOf } from "./issue.ts";
import { repositoryJson, repositoryUrl } from "./repository.ts";
import { associationOf, userJson } from "./user.ts";

type Schemas = components["schemas"];
/** A label without a description has null here too, whatever GitHub's description of its API says. */
export type PullSimple = Omit<Schemas["pull-request-simple"], "labels"> & { labels: Schemas["label"][] };

/** What lists show: without mergeability and counts. */
export function pullSimpleJson(world: World, repository: Repository, issue: Issue): PullSimple {
  const pull = pullOf(issue);
  return { ...shared(world, repository, issue), ...sides(world, repository, pull) };
}

/** What a single pull request, and every webhook, shows. `mergeable` is null until a test merge was made. */
export function pullJson(world: World, repository: Repository, issue: Issue): Schemas["pull-request"] {
  const pull = pullOf(issue);
  const { size } = pull;
  const known = knownMergeability(pull);
  return {
    ...shared(world, repository, issue),
    ...sides(world, repository, pull),
    merged: pull.mergedAt !== null,
    mergeable: known?.mergeable ?? null,
    rebaseable: known?.rebaseable ?? null,
    mergeable_state: mergeState(repository, issue),
    merged_by: pull.mergedById === null ? null : userJson(world, userById(world, pull.mergedById)),
    comments: [...repository.comments.values()].filter(({ issueNumber }) => issueNumber === issue.number)
      .length,
    review_comments: pull.threads.reduce((sum, { comments }) => sum + comments.length, 0),
    maintainer_can_modify: false,
    commits: size.commits,
    additions: size.additions,
    deletions: size.deletions,
    changed_files: size.changedFiles,
  };
}

export function pullUrl(world: World, repository: Repository, issue: Issue): string {
  return `${repositoryUrl(world, repository)}/pulls/${issue.number}`;
}

/** The pull request behind an issue. Throws when it is none: the caller has looked it up as one. */
export function pullOf(issue: Issue): Pull {
  if (!issue.pull) throw new Error(`#${issue.number} is an issue, not a pull request`);
  return issue.pull;
}

function shared(world: World, repository: Repository, issue: Issue) {
  const pull = pullOf(issue);
  const url = pullUrl(world, repository, issue);
  const page = issuePage(world, repository, issue);
  const statuses = `${repositoryUrl(world, repository)}/statuses/${pull.headSha}`;
  const comments = `${issueUrl(world, repository, issue)}/comments`;
  const reviewComment = `${repositoryUrl(world, repository)}/pulls/comments{/number}`;
  return {
    url,
    id: pull.id,
    node_id: nodeId("PullRequest", pull.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issueUrl(world, repository, issue),
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: reviewComment,
    comments_url: comments,
    statuses_url: statuses,
    number: issue.number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user: userJson(world, userById(world, issue.authorId)),
    body: issue.body,
    labels: labelsOf(world, repository, issue),
    milestone: null,
    active_lock_reason: null,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommitSha ?? knownMergeability(pull)?.commit ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    _links: {
      self: { href: url },
      html: { href: page },
      issue: { href: issueUrl(world, repository, issue) },
      comments: { href: comments },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: reviewComment },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: associationOf(repository, issue.authorId),
    auto_merge: autoMergeJson(world, pull),
    draft: pull.draft,
  };
}

/** GitHub describes title and message as texts; where none was given it writes null. */
function autoMergeJson(world: World, { autoMerge }: Pull): Schemas["auto-merge"] {
  if (!autoMerge) return null;
  const { enabledById, method, title = null, message = null } = autoMerge;
  const texts = { commit_title: title, commit_message: message } as {
    commit_title: string;
    commit_message: string;
  };
  return { enabled_by: userJson(world, userById(world, enabledById)), merge_method: method, ...texts };
}

function sides(world: World, repository: Repository, pull: Pull) {
  const user = userJson(world, userById(world, repository.ownerId));
  const repo = repositoryJson(world, repository);
  return {
    head: { label: `${user.login}:${pull.headRef}`, ref: pull.headRef, sha: pull.headSha, user, repo },
    base: { label: `${user.login}:${pull.baseRef}`, ref: pull.baseRef, sha: pull.baseSha, user, repo },
  };
}

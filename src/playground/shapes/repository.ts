/** Repositories as GitHub's REST API and webhooks show them. */
import type { components } from "@octokit/openapi-types";
import { maySee, roleOf } from "../access.ts";
import { ROLES, type Role, type Token } from "../model/people.ts";
import type { Repository, World } from "../model/world.ts";
import { nodeId } from "../node-ids.ts";
import { fullName, userById } from "../world.ts";
import { apiUrl, userJson } from "./user.ts";

type Schemas = components["schemas"];

/** GitHub describes a repository in several ways that differ in what may be left out; this one fits them all. */
type RepositoryJson = Omit<Schemas["full-repository"] & Schemas["repository"], "license"> & { license: null };

export function repositoryUrl(world: World, repository: Repository): string {
  return `${apiUrl(world)}/repos/${fullName(world, repository)}`;
}

export function repositoryPage(world: World, repository: Repository): string {
  return `${world.serverUrl}/${fullName(world, repository)}`;
}

/** The repository; with a token, what its holder may do there is added as `permissions`. */
export function repositoryJson(
  world: World,
  repository: Repository,
  token: Token | null = null,
): RepositoryJson {
  const url = repositoryUrl(world, repository);
  const page = repositoryPage(world, repository);
  const open = [...repository.issues.values()].filter(({ state }) => state === "open").length;
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: fullName(world, repository),
    private: repository.private,
    visibility: repository.private ? "private" : "public",
    owner: userJson(world, userById(world, repository.ownerId)),
    html_url: page,
    description: null,
    fork: false,
    url,
    ...links(url),
    git_url: `${page.replace(/^http/, "git")}.git`,
    ssh_url: `git@${new URL(page).hostname}:${fullName(world, repository)}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    size: 0,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    subscribers_count: 0,
    network_count: 0,
    open_issues: open,
    open_issues_count: open,
    topics: [],
    is_template: false,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: repository.archived,
    disabled: false,
    allow_forking: true,
    web_commit_signoff_required: false,
    default_branch: repository.defaultBranch,
    pushed_at: repository.createdAt,
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    ...mergeSettings(repository),
    ...(token === null ? {} : { permissions: permissionsOf(repository, token) }),
  };
}

/** GitHub's five booleans, from `pull` to `admin`, for a role; null: none of them. */
export function roleFlags(role: Role | null): {
  pull: boolean;
  triage: boolean;
  push: boolean;
  maintain: boolean;
  admin: boolean;
} {
  const rank = role === null ? -1 : ROLES.indexOf(role);
  return { pull: rank >= 0, triage: rank >= 1, push: rank >= 2, maintain: rank >= 3, admin: rank >= 4 };
}

function permissionsOf(repository: Repository, token: Token): ReturnType<typeof roleFlags> {
  if (token.permissions !== null) {
    const pushes = token.permissions["contents"] === "write";
    return { pull: maySee(repository, token), triage: pushes, push: pushes, maintain: false, admin: false };
  }
  return { ...roleFlags(roleOf(repository, token.userId)), pull: true };
}

function mergeSettings(repository: Repository) {
  return {
    allow_squash_merge: repository.mergeMethods.squash,
    allow_merge_commit: repository.mergeMethods.merge,
    allow_rebase_merge: repository.mergeMethods.rebase,
    allow_auto_merge: repository.allowAutoMerge,
    allow_update_branch: false,
    delete_branch_on_merge: repository.deleteBranchOnMerge,
  };
}

function links(url: string) {
  return {
    archive_url: `${url}/{archive_format}{/ref}`,
    assignees_url: `${url}/assignees{/user}`,
    blobs_url: `${url}/git/blobs{/sha}`,
    branches_url: `${url}/branches{/branch}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    comments_url: `${url}/comments{/number}`,
    commits_url: `${url}/commits{/sha}`,
    compare_url: `${url}/compare/{base}...{head}`,
    contents_url: `${url}/contents/{+path}`,
    contributors_url: `${url}/contributors`,
    deployments_url: `${url}/deployments`,
    downloads_url: `${url}/downloads`,
    events_url: `${url}/events`,
    forks_url: `${url}/forks`,
    git_commits_url: `${url}/git/commits{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    hooks_url: `${url}/hooks`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    issue_events_url: `${url}/issues/events{/number}`,
    issues_url: `${url}/issues{/number}`,
    keys_url: `${url}/keys{/key_id}`,
    labels_url: `${url}/labels{/name}`,
    languages_url: `${url}/languages`,
    merges_url: `${url}/merges`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    pulls_url: `${url}/pulls{/number}`,
    releases_url: `${url}/releases{/id}`,
    stargazers_url: `${url}/stargazers`,
    statuses_url: `${url}/statuses/{sha}`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    tags_url: `${url}/tags`,
    teams_url: `${url}/teams`,
    trees_url: `${url}/git/trees{/sha}`,
  };
}

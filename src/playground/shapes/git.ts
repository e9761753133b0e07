/** Commits, refs and changed files as GitHub's REST API shows them. */
import type { components } from "@octokit/openapi-types";
import type { FileDiff } from "../git/diff.ts";
import type { Ref } from "../git/list-refs.ts";
import type { Commit, Identity } from "../git/objects.ts";
import type { GitObject } from "../git/store.ts";
import type { Repository, World } from "../model/world.ts";
import { nodeId } from "../node-ids.ts";
import { repositoryPage, repositoryUrl } from "./repository.ts";
import { userJson } from "./user.ts";

type Schemas = components["schemas"];

const UNSIGNED = {
  verified: false,
  reason: "unsigned",
  signature: null,
  payload: null,
  verified_at: null,
} as const;

/** The commit of the git database: `GET /git/commits/{sha}`. */
export function gitCommitJson(world: World, repository: Repository, commit: Commit): Schemas["git-commit"] {
  const url = `${repositoryUrl(world, repository)}/git`;
  return {
    sha: commit.oid,
    node_id: nodeId("Commit", `${repository.id}:${commit.oid}`),
    url: `${url}/commits/${commit.oid}`,
    html_url: commitPage(world, repository, commit.oid),
    author: person(commit.author),
    committer: person(commit.committer),
    message: trimmed(commit.message),
    tree: { sha: commit.tree, url: `${url}/trees/${commit.tree}` },
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: commitPage(world, repository, sha),
    })),
    verification: UNSIGNED,
  };
}

/** The commit of `GET /commits/{ref}`, with accounts where the addresses are known. */
export function commitJson(world: World, repository: Repository, commit: Commit): Schemas["commit"] {
  const url = `${repositoryUrl(world, repository)}/commits/${commit.oid}`;
  const inGit = gitCommitJson(world, repository, commit);
  return {
    sha: commit.oid,
    node_id: inGit.node_id,
    url,
    html_url: inGit.html_url,
    comments_url: `${url}/comments`,
    commit: {
      url: inGit.url,
      author: inGit.author,
      committer: inGit.committer,
      message: inGit.message,
      tree: inGit.tree,
      comment_count: 0,
      verification: UNSIGNED,
    },
    author: account(world, commit.author),
    committer: account(world, commit.committer),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${repositoryUrl(world, repository)}/commits/${sha}`,
      html_url: commitPage(world, repository, sha),
    })),
  };
}

export function refJson(
  world: World,
  repository: Repository,
  { name, oid, type }: Ref & { type: GitObject["type"] },
): Schemas["git-ref"] {
  const url = `${repositoryUrl(world, repository)}/git`;
  return {
    ref: name,
    node_id: nodeId("Ref", `${repository.id}:${name}`),
    url: `${url}/${name}`,
    object: { sha: oid, type, url: `${url}/${type}s/${oid}` },
  };
}

/** One changed file of a commit, comparison or pull request; `sha` is the commit that the links show it in. */
export function fileJson(
  world: World,
  repository: Repository,
  { file, sha }: { file: FileDiff; sha: string },
): Schemas["diff-entry"] {
  const path = encodeURI(file.path);
  const page = repositoryPage(world, repository);
  return {
    sha: file.oid,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${page}/blob/${sha}/${path}`,
    raw_url: `${page}/raw/${sha}/${path}`,
    contents_url: `${repositoryUrl(world, repository)}/contents/${path}?ref=${sha}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}

function commitPage(world: World, repository: Repository, oid: string): string {
  return `${repositoryPage(world, repository)}/commit/${oid}`;
}

function person({ name, email, date }: Identity): { name: string; email: string; date: string } {
  return { name, email, date };
}

function account(world: World, { email }: Identity): Schemas["simple-user"] | null {
  const user = [...world.users.values()].find((candidate) => candidate.email === email);
  return user ? userJson(world, user) : null;
}

/** GitHub shows messages without the newline that git ends them with. */
function trimmed(message: string): string {
  return message.replace(/\n$/, "");
}

/** People, organizations and bots as GitHub's REST API shows them. */
import type { components } from "@octokit/openapi-types";
import type { User } from "../model/people.ts";
import type { Repository, World } from "../model/world.ts";
import { nodeId } from "../node-ids.ts";

/** Where REST answers point to. */
export function apiUrl(world: World): string {
  return `${world.url}/api/v3`;
}

export function userJson(world: World, user: User): components["schemas"]["simple-user"] {
  const url = `${apiUrl(world)}/users/${encodeURIComponent(user.login)}`;
  const page = user.kind === "Bot" ? `apps/${user.login.replace(/\[bot\]$/, "")}` : user.login;
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId(user.kind, user.id),
    avatar_url: `${world.url}/avatars/u/${user.id}`,
    gravatar_id: "",
    url,
    html_url: `${world.serverUrl}/${page}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.kind,
    site_admin: false,
  };
}

/** What a person's own page adds. */
export function publicUserJson(world: World, user: User): components["schemas"]["public-user"] {
  const owned = [...world.repositories.values()].filter(
    ({ ownerId, private: hidden }) => ownerId === user.id && !hidden,
  );
  return {
    ...userJson(world, user),
    name: user.name,
    company: null,
    blog: null,
    location: null,
    email: user.email,
    hireable: null,
    bio: null,
    public_repos: owned.length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: "2020-01-01T00:00:00Z",
    updated_at: "2020-01-01T00:00:00Z",
  };
}

/** How an author stands to a repository; bots and strangers are `NONE`. */
export function associationOf(
  repository: Repository,
  userId: number,
): components["schemas"]["author-association"] {
  if (repository.ownerId === userId) return "OWNER";
  return repository.collaborators.has(userId) ? "COLLABORATOR" : "NONE";
}

/** What a webhook carries beside its own subject: repository, organization, installation and sender. */
import type { Installation } from "../model/people.ts";
import type { Happening, InstallationChange, World } from "../model/world.ts";
import { nodeId } from "../node-ids.ts";
import { userById } from "../world.ts";
import { apiUrl, userJson } from "./user.ts";
import { installationJson } from "./app.ts";
import { briefly } from "./brief-repository.ts";
import { repositoryJson } from "./repository.ts";

/** The whole payload of a happening; for an App with the key `installation`, for workflows (`github.event`) without it. */
export function payloadOf(
  world: World,
  { action, payload, repository, senderId }: Happening,
  installation: Installation | null = null,
): Record<string, unknown> {
  const owner = userById(world, repository.ownerId);
  return {
    ...(action === null ? {} : { action }),
    ...payload,
    repository: repositoryJson(world, repository),
    ...(owner.kind === "Organization" ? { organization: organizationJson(world, owner.id) } : {}),
    sender: userJson(world, userById(world, senderId)),
    ...(installation === null
      ? {}
      : {
          installation: {
            id: installation.id,
            node_id: `MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9u${installation.id}`,
          },
        }),
  };
}

/** The payload of `installation` and `installation_repositories`. */
export function installationPayload(
  world: World,
  { name, action, installation, payload, senderId }: InstallationChange,
): Record<string, unknown> {
  return {
    action,
    installation: installationJson(world, installation),
    ...(name === "installation" ? { repositories: briefly(world, installation.repositoryIds) } : {}),
    requester: null,
    ...payload,
    sender: userJson(world, userById(world, senderId)),
  };
}

function organizationJson(world: World, id: number): Record<string, unknown> {
  const { login, kind } = userById(world, id);
  const url = `${apiUrl(world)}/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId(kind, id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${world.url}/avatars/u/${id}`,
    description: null,
  };
}

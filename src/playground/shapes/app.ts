/** Apps and installations as GitHub's REST API shows them. */
import type { components } from "@octokit/openapi-types";
import { appById } from "../apps.ts";
import type { App, Installation } from "../model/people.ts";
import type { World } from "../model/world.ts";
import { nodeId } from "../node-ids.ts";
import { userById } from "../world.ts";
import { apiUrl, userJson } from "./user.ts";

const BIRTH = "2020-01-01T00:00:00Z";

export function appJson(
  world: World,
  app: App,
): components["schemas"]["integration"] & components["schemas"]["nullable-integration"] {
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId("App", app.id),
    client_id: `Iv1.${app.id}`,
    owner: userJson(world, userById(world, app.ownerId)),
    name: app.name,
    description: null,
    external_url: world.serverUrl,
    html_url: `${world.serverUrl}/apps/${app.slug}`,
    created_at: BIRTH,
    updated_at: BIRTH,
    permissions: app.permissions,
    events: app.events,
  };
}

/** The App behind a bot; null for people. GitHub shows it as `performed_via_github_app`. */
export function appOfBot(world: World, userId: number): ReturnType<typeof appJson> | null {
  const app = [...world.apps.values()].find(({ botId }) => botId === userId);
  return app ? appJson(world, app) : null;
}

export function installationJson(
  world: World,
  installation: Installation,
): components["schemas"]["installation"] {
  const account = userById(world, installation.accountId);
  const url = `${apiUrl(world)}/app/installations/${installation.id}`;
  return {
    id: installation.id,
    account: userJson(world, account),
    repository_selection: "selected",
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${apiUrl(world)}/installation/repositories`,
    html_url: `${world.serverUrl}/settings/installations/${installation.id}`,
    app_id: installation.appId,
    app_slug: appById(world, installation.appId).slug,
    target_id: account.id,
    target_type: account.kind,
    permissions: installation.permissions,
    events: installation.events,
    created_at: BIRTH,
    updated_at: BIRTH,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: installation.suspendedAt === null ? null : userJson(world, account),
    suspended_at: installation.suspendedAt,
  };
}

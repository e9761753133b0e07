/** People, bots, organizations and Apps. */
import type * as GitHub from "@octokit/graphql-schema";
import { nodeId } from "../../node-ids.ts";
import type { Fields } from "../fields.ts";
import type { ActorNode, AppNode } from "../nodes.ts";

/** The playground keeps no birthdays. */
const BIRTH = "2020-01-01T00:00:00Z";

const actorFields = {
  id: ({ user }) => nodeId(user.kind, user.id),
  databaseId: ({ user }) => user.id,
  avatarUrl: ({ user }, _args, { world }) => `${world.url}/avatars/u/${user.id}`,
  createdAt: () => BIRTH,
  updatedAt: () => BIRTH,
} satisfies Fields<GitHub.User | GitHub.Bot | GitHub.Organization, ActorNode>;

/** `viewer` is a User even for an App's token: then its login is that of the bot, `<slug>[bot]`. */
const userFields: Fields<GitHub.User, ActorNode> = {
  ...actorFields,
  login: ({ user }) => user.login,
  name: ({ user }) => user.name,
  email: ({ user }) => user.email,
  isViewer: ({ user }, _args, { viewer }) => user.id === viewer.id,
  isSiteAdmin: () => false,
  resourcePath: ({ user }) => pathOf(user),
  url: ({ user }, _args, { world }) => `${world.serverUrl}${pathOf(user)}`,
};

/** GraphQL leaves `[bot]` off a bot's login, which REST writes. */
const botFields: Fields<GitHub.Bot, ActorNode> = {
  ...actorFields,
  login: ({ user }) => slugOf(user),
  resourcePath: ({ user }) => pathOf(user),
  url: ({ user }, _args, { world }) => `${world.serverUrl}${pathOf(user)}`,
};

const organizationFields: Fields<GitHub.Organization, ActorNode> = {
  ...actorFields,
  login: ({ user }) => user.login,
  name: ({ user }) => user.name,
  resourcePath: ({ user }) => pathOf(user),
  url: ({ user }, _args, { world }) => `${world.serverUrl}${pathOf(user)}`,
};

const appFields: Fields<GitHub.App, AppNode> = {
  id: ({ app }) => nodeId("App", app.id),
  databaseId: ({ app }) => app.id,
  slug: ({ app }) => app.slug,
  name: ({ app }) => app.name,
  description: () => null,
  createdAt: () => BIRTH,
  updatedAt: () => BIRTH,
  url: ({ app }, _args, { world }) => `${world.serverUrl}/apps/${app.slug}`,
};

export const actorFieldsByType = {
  User: userFields,
  Bot: botFields,
  Organization: organizationFields,
  App: appFields,
};

function pathOf(user: ActorNode["user"]): string {
  return user.kind === "Bot" ? `/apps/${slugOf(user)}` : `/${user.login}`;
}

function slugOf({ login }: ActorNode["user"]): string {
  return login.replace(/\[bot\]$/, "");
}

/** REST: where an App is installed, and the tokens that it gets there. */
import type { Context } from "hono";
import { z } from "zod";
import { installationOn } from "../apps.ts";
import { body, json, noContent, paginate, param, tokenOf, type Api, type Env } from "../api.ts";
import { ApiError } from "../errors.ts";
import type { Installation, Token } from "../model/people.ts";
import type { Repository, World } from "../model/world.ts";
import { installationJson } from "../shapes/app.ts";
import { repositoryJson } from "../shapes/repository.ts";
import { issueInstallationToken, revokeToken } from "../tokens.ts";
import { findRepository, findUser } from "../world.ts";
import { appOf, installationOf } from "./app.ts";

const TokenRequest = z.object({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.number()).optional(),
  permissions: z.record(z.string(), z.enum(["read", "write"])).optional(),
});

export function installationsRoutes(api: Api): void {
  const { routes, world } = api;

  routes.get("/repos/:owner/:repo/installation", (c) => {
    const app = appOf(c);
    const repository = findRepository(world, param(c, "owner"), param(c, "repo"));
    const installation = repository && installationOn(world, app, repository);
    if (!installation) throw new ApiError(404, "Not Found");
    return json(c, installationJson(world, installation));
  });
  routes.get("/users/:login/installation", (c) =>
    json(c, installationJson(world, installationFor(world, c))),
  );
  routes.get("/orgs/:login/installation", (c) => json(c, installationJson(world, installationFor(world, c))));
  routes.post("/app/installations/:id/access_tokens", async (c) => {
    const installation = installationOf(world, c);
    if (installation.suspendedAt !== null) throw new ApiError(403, "This installation has been suspended");
    const wanted = await body(c, TokenRequest);
    const ids = idsOf(world, installation, wanted);
    const token = issueInstallationToken(world, installation, {
      repositoryIds: ids,
      permissions: wanted.permissions,
    });
    return json(c, tokenJson(world, token, ids !== undefined), 201);
  });
  routes.delete("/installation/token", (c) => {
    revokeToken(world, installationTokenOf(c));
    return noContent(c);
  });
  routes.get("/installation/repositories", (c) => {
    const token = installationTokenOf(c);
    const all = repositoriesOf(world, token);
    const repositories = paginate(c, all).map((repository) => repositoryJson(world, repository, token));
    return json(c, { total_count: all.length, repository_selection: "selected", repositories });
  });
}

function installationFor(world: World, c: Context<Env>): Installation {
  const app = appOf(c);
  const account = findUser(world, param(c, "login"));
  const found = [...world.installations.values()].find(
    ({ appId, accountId }) => appId === app.id && accountId === account?.id,
  );
  if (!found) throw new ApiError(404, "Not Found");
  return found;
}

function installationTokenOf(c: Context<Env>): Token {
  const token = tokenOf(c);
  if (token.kind === "user")
    throw new ApiError(
      403,
      "You must authenticate with an installation access token in order to list repositories for an installation.",
    );
  return token;
}

/** Names that the account has none of stand for nothing, which the narrowing then refuses. */
function idsOf(
  world: World,
  installation: Installation,
  wanted: z.output<typeof TokenRequest>,
): number[] | undefined {
  const account = world.users.get(installation.accountId);
  if (wanted.repositories === undefined && wanted.repository_ids === undefined) return undefined;
  const named = (wanted.repositories ?? []).map(
    (name) => findRepository(world, account?.login ?? "", name)?.id ?? -1,
  );
  return [...new Set([...named, ...(wanted.repository_ids ?? [])])];
}

function tokenJson(world: World, token: Token, narrowed: boolean) {
  return {
    token: token.value,
    expires_at: token.expiresAt,
    permissions: token.permissions,
    repository_selection: "selected",
    ...(narrowed
      ? { repositories: repositoriesOf(world, token).map((repository) => repositoryJson(world, repository)) }
      : {}),
  };
}

function repositoriesOf(world: World, token: Token): Repository[] {
  return (token.repositoryIds ?? []).flatMap((id) => world.repositories.get(id) ?? []);
}

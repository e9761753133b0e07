/** REST: who works on a repository, and with which role. */
import type { components } from "@octokit/openapi-types";
import { z } from "zod";
import { demand, roleOf } from "../access.ts";
import { body, json, noContent, paginate, param, repositoryOf, tokenOf, type Api } from "../api.ts";
import { ApiError } from "../errors.ts";
import type { Role, User } from "../model/people.ts";
import type { Repository, World } from "../model/world.ts";
import { roleFlags } from "../shapes/repository.ts";
import { userJson } from "../shapes/user.ts";
import { findUser, userById } from "../world.ts";

/** GitHub's older names beside the newer ones. */
const ROLE_NAMES: Record<string, Role> = {
  pull: "read",
  push: "write",
  read: "read",
  triage: "triage",
  write: "write",
  maintain: "maintain",
  admin: "admin",
};

const Invitation = z.object({ permission: z.string().default("push") });

export function collaboratorsRoutes(api: Api): void {
  const { routes, world } = api;
  const all = "/repos/:owner/:repo/collaborators";

  routes.get(all, (c) => {
    const repository = repositoryOf(api, c);
    tokenOf(c);
    demand(world, c.get("token"), { repository, permission: "metadata", access: "read" });
    return json(c, paginate(c, collaboratorsOf(world, repository)));
  });
  routes.get(`${all}/:login`, (c) => {
    const repository = repositoryOf(api, c);
    tokenOf(c);
    const user = findUser(world, param(c, "login"));
    if (!user || roleOf(repository, user.id) === null) throw new ApiError(404, "Not Found");
    return noContent(c);
  });
  routes.put(`${all}/:login`, async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "administration", access: "write" });
    const user = personOf(world, param(c, "login"));
    const role = ROLE_NAMES[(await body(c, Invitation)).permission];
    if (!role) throw new ApiError(422, "Validation Failed");
    repository.collaborators.set(user.id, role);
    return noContent(c);
  });
  routes.delete(`${all}/:login`, (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "administration", access: "write" });
    repository.collaborators.delete(personOf(world, param(c, "login")).id);
    return noContent(c);
  });
  routes.get(`${all}/:login/permission`, (c) => {
    const repository = repositoryOf(api, c);
    tokenOf(c);
    demand(world, c.get("token"), { repository, permission: "metadata", access: "read" });
    return json(c, permissionJson(world, repository, personOf(world, param(c, "login"))));
  });
}

/** 404 in GitHub's words for bots and organizations: they are no users there. */
function personOf(world: World, login: string): User {
  const user = findUser(world, login);
  if (!user) throw new ApiError(404, "Not Found");
  if (user.kind !== "User") throw new ApiError(404, `${login} is not a user`);
  return user;
}

/** `permission` knows four values; on a public repository everybody reads. */
function permissionJson(
  world: World,
  repository: Repository,
  user: User,
): components["schemas"]["repository-collaborator-permission"] {
  const role = roleOf(repository, user.id) ?? (repository.private ? null : "read");
  const permission = role === "triage" ? "read" : role === "maintain" ? "write" : (role ?? "none");
  return { permission, role_name: role ?? "none", user: collaboratorJson(world, user, role) };
}

function collaboratorsOf(world: World, repository: Repository): components["schemas"]["collaborator"][] {
  const ids = new Set([repository.ownerId, ...repository.collaborators.keys()]);
  return [...ids]
    .map((id) => userById(world, id))
    .filter(({ kind }) => kind === "User")
    .map((user) => collaboratorJson(world, user, roleOf(repository, user.id)));
}

function collaboratorJson(
  world: World,
  user: User,
  role: Role | null,
): components["schemas"]["collaborator"] {
  return { ...userJson(world, user), permissions: roleFlags(role), role_name: role ?? "none" };
}

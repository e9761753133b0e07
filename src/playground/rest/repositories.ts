/** REST: repositories. */
import { z } from "zod";
import { demand, maySee, roleOf } from "../access.ts";
import {
  actOf,
  actorOf,
  body,
  json,
  noContent,
  numberParam,
  paginate,
  param,
  repositoryOf,
  tokenOf,
  type Api,
} from "../api.ts";
import { ApiError } from "../errors.ts";
import { resolve } from "../git/objects.ts";
import { changeRepository, createRepository, deleteRepository } from "../repositories.ts";
import { repositoryJson } from "../shapes/repository.ts";
import { findUser } from "../world.ts";

const NewRepository = z.object({ name: z.string(), private: z.boolean().optional() });

const RepositoryChange = z.object({
  name: z.string().optional(),
  private: z.boolean().optional(),
  default_branch: z.string().optional(),
  delete_branch_on_merge: z.boolean().optional(),
  allow_merge_commit: z.boolean().optional(),
  allow_squash_merge: z.boolean().optional(),
  allow_rebase_merge: z.boolean().optional(),
  allow_auto_merge: z.boolean().optional(),
  archived: z.boolean().optional(),
});

export function repositoriesRoutes(api: Api): void {
  const { routes, world } = api;

  routes.post("/user/repos", async (c) => {
    const owner = actorOf(api, c);
    if (tokenOf(c).permissions) throw new ApiError(403, "Resource not accessible by integration");
    const repository = await createRepository(world, { owner, ...(await body(c, NewRepository)) });
    return json(c, repositoryJson(world, repository, c.get("token")), 201);
  });
  routes.post("/orgs/:org/repos", async (c) => {
    const owner = findUser(world, param(c, "org"));
    if (owner?.kind !== "Organization") throw new ApiError(404, "Not Found");
    const actor = actorOf(api, c);
    if (tokenOf(c).permissions) throw new ApiError(403, "Resource not accessible by integration");
    const repository = await createRepository(world, { owner, ...(await body(c, NewRepository)) });
    repository.collaborators.set(actor.id, "admin");
    return json(c, repositoryJson(world, repository, c.get("token")), 201);
  });
  routes.get("/user/repos", (c) => {
    const actor = actorOf(api, c);
    const own = [...world.repositories.values()].filter(
      (repository) => roleOf(repository, actor.id) !== null,
    );
    return json(
      c,
      paginate(c, own).map((repository) => repositoryJson(world, repository, c.get("token"))),
    );
  });
  routes.get("/repos/:owner/:repo", (c) => {
    return json(c, repositoryJson(world, repositoryOf(api, c), c.get("token")));
  });
  routes.get("/repositories/:id", (c) => {
    const repository = world.repositories.get(numberParam(c, "id"));
    if (!repository || !maySee(repository, c.get("token"))) throw new ApiError(404, "Not Found");
    return json(c, repositoryJson(world, repository, c.get("token")));
  });
  routes.patch("/repos/:owner/:repo", async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "administration", access: "write" });
    const change = await body(c, RepositoryChange);
    const branch = change.default_branch;
    if (branch !== undefined && (await resolve(repository, `refs/heads/${branch}`)) === null) {
      const message = `The branch ${branch} was not found. Please push that ref first or create it via the Git Data API.`;
      throw new ApiError(422, "Validation Failed", {
        errors: [{ resource: "Repository", field: "default_branch", code: "invalid", message }],
      });
    }
    changeRepository(world, repository, {
      ...actOf(c),
      name: change.name,
      private: change.private,
      defaultBranch: branch,
      deleteBranchOnMerge: change.delete_branch_on_merge,
      mergeMethods: {
        merge: change.allow_merge_commit,
        squash: change.allow_squash_merge,
        rebase: change.allow_rebase_merge,
      },
      allowAutoMerge: change.allow_auto_merge,
      archived: change.archived,
    });
    return json(c, repositoryJson(world, repository, c.get("token")));
  });
  routes.delete("/repos/:owner/:repo", async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "administration", access: "write" });
    await deleteRepository(world, repository, actOf(c));
    return noContent(c);
  });
}

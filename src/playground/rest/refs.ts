/** REST: refs of any namespace, read, made, moved and deleted. */
import { z } from "zod";
import { demand } from "../access.ts";
import { actOf, body, json, noContent, param, repositoryOf, tokenOf, type Api } from "../api.ts";
import { ApiError } from "../errors.ts";
import { listRefs, type Ref } from "../git/list-refs.ts";
import { resolveAll } from "../git/objects.ts";
import { updateRefs } from "../git/refs.ts";
import type { Repository, World } from "../model/world.ts";
import { refJson } from "../shapes/git.ts";

const NewRef = z.object({ ref: z.string(), sha: z.string() });
const RefChange = z.object({ sha: z.string(), force: z.boolean().default(false) });

export function refsRoutes(api: Api): void {
  const { routes, world } = api;
  const git = "/repos/:owner/:repo/git";

  routes.get(`${git}/ref/:ref{.+}`, async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "contents", access: "read" });
    return json(c, await shown(world, repository, `refs/${param(c, "ref")}`));
  });
  routes.get(`${git}/matching-refs/:ref{.+}`, async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "contents", access: "read" });
    const refs = await listRefs(repository, `refs/${param(c, "ref")}`);
    return json(c, await allShown(world, repository, refs));
  });
  routes.post(`${git}/refs`, async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, tokenOf(c), { repository, permission: "contents", access: "write" });
    const { ref, sha } = await body(c, NewRef);
    if (!/^[0-9a-f]{40}$/.test(sha)) throw badSha();
    const updates = [{ name: ref, before: null, after: sha, force: false }];
    try {
      await updateRefs(world, repository, { updates, ...actOf(c) });
    } catch (error) {
      const [problem] = error instanceof ApiError ? (error.errors ?? []) : [];
      if (typeof problem === "object" && problem.code === "stale") {
        throw new ApiError(422, "Reference already exists");
      }
      throw error;
    }
    const answer = await shown(world, repository, ref);
    c.header("Location", answer.url);
    return json(c, answer, 201);
  });
  routes.patch(`${git}/refs/:ref{.+}`, async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, tokenOf(c), { repository, permission: "contents", access: "write" });
    const { sha, force } = await body(c, RefChange);
    if (!/^[0-9a-f]{40}$/.test(sha)) throw badSha();
    const name = `refs/${param(c, "ref")}`;
    const [known] = await resolveAll(repository, [name]);
    if (!known) throw new ApiError(422, "Reference does not exist");
    await updateRefs(world, repository, { updates: [{ name, after: sha, force }], ...actOf(c) });
    return json(c, await shown(world, repository, name));
  });
  routes.delete(`${git}/refs/:ref{.+}`, async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, tokenOf(c), { repository, permission: "contents", access: "write" });
    const name = `refs/${param(c, "ref")}`;
    await updateRefs(world, repository, { updates: [{ name, after: null, force: true }], ...actOf(c) });
    return noContent(c);
  });
}

function badSha(): ApiError {
  return new ApiError(422, "The sha parameter must be exactly 40 characters and contain only [0-9a-f].");
}

async function shown(world: World, repository: Repository, name: string) {
  const [object] = await resolveAll(repository, [name]);
  if (!object || !/^refs\/[^/]+\/./.test(name)) throw new ApiError(404, "Not Found");
  return refJson(world, repository, { name, ...object });
}

async function allShown(world: World, repository: Repository, refs: Ref[]) {
  const objects = await resolveAll(
    repository,
    refs.map(({ oid }) => oid),
  );
  return refs.map((ref, index) =>
    refJson(world, repository, { ...ref, type: objects[index]?.type ?? "commit" }),
  );
}

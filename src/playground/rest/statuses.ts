/** REST: commit statuses. */
import { z } from "zod";
import { demand } from "../access.ts";
import { actOf, body, json, paginate, param, repositoryOf, type Api } from "../api.ts";
import type { CommitStatus } from "../model/checks.ts";
import type { Repository } from "../model/world.ts";
import { repositoryJson, repositoryUrl } from "../shapes/repository.ts";
import { statusJson } from "../shapes/check.ts";
import { emit, instant, newId } from "../world.ts";
import { commitOf } from "./checks.ts";

const NewStatus = z.object({
  state: z.enum(["error", "failure", "pending", "success"]),
  context: z.string().default("default"),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
});

export function statusesRoutes(api: Api): void {
  const { routes, world } = api;

  routes.post("/repos/:owner/:repo/statuses/:sha", async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "statuses", access: "write" });
    const input = await body(c, NewStatus);
    const sha = await commitOf(repository, param(c, "sha"));
    const { actorId, token } = actOf(c);
    const status: CommitStatus = {
      id: newId(world),
      sha,
      context: input.context,
      state: input.state,
      description: input.description ?? null,
      targetUrl: input.target_url ?? null,
      creatorId: actorId,
      createdAt: instant(world),
    };
    repository.statuses.push(status);
    const shown = statusJson(world, repository, status);
    const payload = { ...shown, sha, name: repositoryJson(world, repository).full_name, branches: [] };
    emit(world, { name: "status", action: null, repository, senderId: actorId, token, payload });
    return json(c, shown, 201);
  });
  routes.get("/repos/:owner/:repo/commits/:ref{.+}/statuses", async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "statuses", access: "read" });
    const sha = await commitOf(repository, param(c, "ref"));
    const all = repository.statuses.filter((status) => status.sha === sha).toReversed();
    return json(
      c,
      paginate(c, all).map((status) => statusJson(world, repository, status)),
    );
  });
  routes.get("/repos/:owner/:repo/commits/:ref{.+}/status", async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "statuses", access: "read" });
    const sha = await commitOf(repository, param(c, "ref"));
    const latest = latestStatuses(repository, sha);
    const url = `${repositoryUrl(world, repository)}/commits/${sha}`;
    return json(c, {
      state: combinedState(latest),
      statuses: paginate(c, latest).map((status) => statusJson(world, repository, status)),
      sha,
      total_count: latest.length,
      repository: repositoryJson(world, repository),
      commit_url: url,
      url: `${url}/status`,
    });
  });
}

/** The newest status of each context. */
export function latestStatuses(repository: Repository, sha: string): CommitStatus[] {
  const ofCommit = repository.statuses.filter((status) => status.sha === sha);
  return [...new Map(ofCommit.map((status) => [status.context, status])).values()];
}

/** `failure` if any failed, else `pending` if any is or there is none, else `success`. */
function combinedState(statuses: readonly CommitStatus[]): "failure" | "pending" | "success" {
  if (statuses.some(({ state }) => state === "error" || state === "failure")) return "failure";
  return statuses.length === 0 || statuses.some(({ state }) => state === "pending") ? "pending" : "success";
}

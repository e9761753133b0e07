/** REST: branches, and the protection of one. */
import type { Context } from "hono";
import { z } from "zod";
import { demand } from "../access.ts";
import {
  actOf,
  body,
  json,
  noContent,
  paginate,
  param,
  repositoryOf,
  tokenOf,
  type Api,
  type Env,
} from "../api.ts";
import { ApiError } from "../errors.ts";
import { listRefs } from "../git/list-refs.ts";
import { readCommit, resolve } from "../git/objects.ts";
import type { Protection } from "../model/checks.ts";
import type { Repository, World } from "../model/world.ts";
import { protectionOf } from "../protection.ts";
import { renameBranch } from "../rename-branch.ts";
import { commitJson } from "../shapes/git.ts";
import { branchSummary, protectionJson, protectionUrl } from "../shapes/protection.ts";
import { repositoryPage, repositoryUrl } from "../shapes/repository.ts";

const Rule = z.object({
  required_status_checks: z
    .object({
      strict: z.boolean(),
      contexts: z.array(z.string()).optional(),
      checks: z.array(z.object({ context: z.string() })).optional(),
    })
    .nullable(),
  enforce_admins: z.boolean().nullable(),
  required_pull_request_reviews: z
    .object({ required_approving_review_count: z.number().int().min(0).max(6).default(0) })
    .nullable(),
  restrictions: z.null(),
});

const NewName = z.object({ new_name: z.string() });

export function branchesRoutes(api: Api): void {
  const { routes, world } = api;
  const branches = "/repos/:owner/:repo/branches";

  routes.get(branches, async (c) => {
    const repository = readable(api, c);
    const wanted = c.req.query("protected");
    const refs = await listRefs(repository, "refs/heads/");
    const listed = refs
      .map(({ name, oid }) => ({ name: name.slice("refs/heads/".length), oid }))
      .filter(
        ({ name }) => wanted === undefined || String(protectionOf(repository, name) !== null) === wanted,
      );
    return json(
      c,
      paginate(c, listed).map(({ name, oid }) => ({
        name,
        commit: { sha: oid, url: `${repositoryUrl(world, repository)}/commits/${oid}` },
        ...branchSummary(world, repository, name),
      })),
    );
  });
  // Of rules only classic protection is played here, which GitHub does not list as rules.
  routes.get("/repos/:owner/:repo/rules/branches/:branch{.+}", (c) => {
    readable(api, c);
    return json(c, []);
  });
  routes.get(`${branches}/:branch{.+/protection}`, (c) => {
    const { repository, branch } = administered(api, c);
    const rule = repository.protections.find(({ pattern }) => pattern === branch);
    if (!rule) throw new ApiError(404, "Branch not protected");
    return json(c, protectionJson(protectionUrl(world, repository, branch), rule));
  });
  routes.put(`${branches}/:branch{.+/protection}`, async (c) => {
    const { repository, branch } = administered(api, c);
    const input = await body(c, Rule);
    if ((await resolve(repository, `refs/heads/${branch}`)) === null)
      throw new ApiError(404, "Branch not found");
    // The queue is no part of what is set here, so it stays.
    const before = repository.protections.find(({ pattern }) => pattern === branch);
    const rule = { ...ruleOf(branch, input), mergeQueue: before?.mergeQueue };
    const others = repository.protections.filter(({ pattern }) => pattern !== branch);
    repository.protections = [...others, rule];
    return json(c, protectionJson(protectionUrl(world, repository, branch), rule));
  });
  routes.delete(`${branches}/:branch{.+/protection}`, (c) => {
    const { repository, branch } = administered(api, c);
    const others = repository.protections.filter(({ pattern }) => pattern !== branch);
    if (others.length === repository.protections.length) throw new ApiError(404, "Branch not protected");
    repository.protections = others;
    return noContent(c);
  });
  routes.post(`${branches}/:branch{.+/rename}`, async (c) => {
    const repository = repositoryOf(api, c);
    const from = param(c, "branch").replace(/\/rename$/, "");
    const permission = from === repository.defaultBranch ? "administration" : "contents";
    demand(world, tokenOf(c), { repository, permission, access: "write" });
    const { new_name: to } = await body(c, NewName);
    await renameBranch(world, repository, { ...actOf(c), from, to });
    return json(c, await branchJson(world, repository, to), 201);
  });
  routes.get(`${branches}/:branch{.+}`, async (c) => {
    const repository = readable(api, c);
    return json(c, await branchJson(world, repository, param(c, "branch")));
  });
}

async function branchJson(world: World, repository: Repository, branch: string) {
  const commit = await readCommit(repository, `refs/heads/${branch}`);
  if (!commit) throw new ApiError(404, "Branch not found");
  const self = `${repositoryUrl(world, repository)}/branches/${branch}`;
  return {
    name: branch,
    commit: commitJson(world, repository, commit),
    _links: { self, html: `${repositoryPage(world, repository)}/tree/${branch}` },
    ...branchSummary(world, repository, branch),
  };
}

function readable(api: Api, c: Context<Env>): Repository {
  const repository = repositoryOf(api, c);
  demand(api.world, c.get("token"), { repository, permission: "contents", access: "read" });
  return repository;
}

/** The branch of `…/<branch>/protection`; branch names may have slashes, so the last word is taken off here. */
function administered(api: Api, c: Context<Env>): { repository: Repository; branch: string } {
  const repository = repositoryOf(api, c);
  const access = c.req.method === "GET" ? "read" : "write";
  demand(api.world, tokenOf(c), { repository, permission: "administration", access });
  return { repository, branch: param(c, "branch").replace(/\/protection$/, "") };
}

function ruleOf(branch: string, input: z.output<typeof Rule>): Protection {
  const checks = input.required_status_checks;
  const named = [...(checks?.contexts ?? []), ...(checks?.checks ?? []).map(({ context }) => context)];
  const reviews = input.required_pull_request_reviews;
  return {
    pattern: branch,
    requiredChecks: [...new Set(named)],
    strict: checks?.strict ?? false,
    pullRequired: reviews !== null,
    requiredApprovals: reviews?.required_approving_review_count ?? 0,
    enforceAdmins: input.enforce_admins ?? false,
  };
}

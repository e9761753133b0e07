/** Old addresses: where GitHub sends whoever asks for a repository, a branch or an issue by a name that it no longer has. */
import type { Context } from "hono";
import { maySee } from "./access.ts";
import { installationOn } from "./apps.ts";
import { json, param, type Api, type Env } from "./api.ts";
import { ApiError } from "./errors.ts";
import { resolve } from "./git/objects.ts";
import type { Repository, World } from "./model/world.ts";
import { apiUrl } from "./shapes/user.ts";
import { findByAnyName, findRepository, fullName } from "./world.ts";

const GUIDE =
  "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#do-not-manually-parse-urls";

/** Must be registered before the routes that it stands in front of. */
export function redirectRoutes(api: Api): void {
  const { routes, world } = api;
  routes.use("/repos/:owner/:repo/*", async (c, next) => {
    const repository = findByAnyName(world, param(c, "owner"), param(c, "repo"));
    if (!repository || !isKnownTo(world, c, repository)) return next();
    const path = c.req.path.split("/").slice(6).join("/");
    const target = targetOf(api, c, { repository, path }) ?? (await branchTarget(api, { repository, path }));
    if (target === null) return next();
    c.header("Location", target.url);
    const content = { message: "Moved Permanently", url: target.url, documentation_url: GUIDE };
    return json(c, content, target.status);
  });
  // What is asked for by id has become a question by name before it comes here.
  routes.all("/repositories/:id/:rest{.+}", () => {
    throw new ApiError(404, "Not Found");
  });
}

/** A request for `/repositories/<id>/…`, where GitHub's redirects lead, as one by the repository's name. */
export function byName(world: World, request: Request): Request {
  const url = new URL(request.url);
  const found = /^(?<before>\/api\/v3)\/repositories\/(?<id>\d+)(?<rest>\/.+)$/.exec(url.pathname)?.groups;
  const repository = found && world.repositories.get(Number(found["id"]));
  if (!found || !repository) return request;
  url.pathname = `${found["before"]}/repos/${fullName(world, repository)}${found["rest"]}`;
  return new Request(url, request);
}

interface Target {
  url: string;
  status: 301 | 307;
}

interface Asked {
  repository: Repository;
  /** Below the repository, without a slash at the beginning. */
  path: string;
}

/** Reads are sent on for good; writes for this time, so that clients keep the method. A moved issue is 301 for both. */
function targetOf({ world }: Api, c: Context<Env>, { repository, path }: Asked): Target | null {
  const isRenamed = findRepository(world, param(c, "owner"), param(c, "repo")) !== repository;
  if (isRenamed) {
    const below = path === "" ? "" : `/${path}`;
    const url = `${address(world, repository)}${below}${new URL(c.req.url).search}`;
    return { url, status: c.req.method === "GET" || c.req.method === "HEAD" ? 301 : 307 };
  }
  const [, number, below = ""] = /^issues\/(\d+)(\/.*)?$/.exec(path) ?? [];
  const transfer = repository.transfers.get(Number(number));
  const other = transfer && world.repositories.get(transfer.repositoryId);
  if (!other) return null;
  if (!isKnownTo(world, c, other)) throw new ApiError(404, "Not Found");
  return { url: `${address(world, other)}/issues/${transfer.number}${below}`, status: 301 };
}

async function branchTarget({ world }: Api, { repository, path }: Asked): Promise<Target | null> {
  const [, name = ""] = /^branches\/(.+)$/.exec(path) ?? [];
  const now = repository.renamedBranches.get(decodeURIComponent(name));
  if (now === undefined || (await resolve(repository, `refs/heads/${decodeURIComponent(name)}`)) !== null)
    return null;
  return { url: `${address(world, repository)}/branches/${encodeURIComponent(now)}`, status: 301 };
}

function isKnownTo(world: World, c: Context<Env>, repository: Repository): boolean {
  const app = c.get("app");
  if (app) return !repository.private || installationOn(world, app, repository) !== undefined;
  return maySee(repository, c.get("token"));
}

function address(world: World, { id }: Repository): string {
  return `${apiUrl(world)}/repositories/${id}`;
}

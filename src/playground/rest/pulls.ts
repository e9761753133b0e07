/** REST: pull requests, their commits and files, and merging them. */
import type { Context } from "hono";
import { z } from "zod";
import { demand, demandActive } from "../access.ts";
import {
  actOf,
  body,
  json,
  numberParam,
  paginate,
  repositoryOf,
  tokenOf,
  type Api,
  type Env,
} from "../api.ts";
import { ApiError } from "../errors.ts";
import { diffFiles, rawDiff } from "../git/diff.ts";
import { commitsBetween } from "../git/history.ts";
import { findIssue } from "../issues.ts";
import type { Issue } from "../model/issues.ts";
import type { Access } from "../model/people.ts";
import type { Pull } from "../model/pulls.ts";
import type { Repository } from "../model/world.ts";
import { rangeOf } from "../pull-range.ts";
import { editPull, mergePull, openPull } from "../pulls.ts";
import { commitJson, fileJson } from "../shapes/git.ts";
import { pullJson, pullOf, pullSimpleJson, pullUrl } from "../shapes/pull.ts";
import { reading } from "../test-merge.ts";
import { updateBranch } from "../update-branch.ts";
import { fullName } from "../world.ts";
import { existing, wants } from "./commits.ts";

/** GitHub lists no more files and commits of one pull request. */
const MAX_FILES = 3000;
const MAX_COMMITS = 250;

const NewPull = z.object({
  title: z.string(),
  body: z.string().nullish(),
  head: z.string(),
  base: z.string(),
  draft: z.boolean().default(false),
});

const PullChange = z.object({
  title: z.string().optional(),
  body: z.string().nullish(),
  base: z.string().optional(),
  state: z.enum(["open", "closed"]).optional(),
});

const Merge = z.object({
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
  sha: z.string().optional(),
  merge_method: z.enum(["merge", "squash", "rebase"]).default("merge"),
});

const UpdateBranch = z.object({ expected_head_sha: z.string().optional() });

export function pullsRoutes(api: Api): void {
  const { routes, world } = api;
  const pulls = "/repos/:owner/:repo/pulls";
  const one = `${pulls}/:number{[0-9]+}`;

  routes.get(pulls, (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "pull_requests", access: "read" });
    return json(
      c,
      paginate(c, listed(api, c, repository)).map((issue) => pullSimpleJson(world, repository, issue)),
    );
  });
  routes.post(pulls, async (c) => {
    const repository = repositoryOf(api, c);
    demandOnPull(api, c, { repository, authorId: tokenOf(c).userId });
    const input = await body(c, NewPull);
    const issue = await openPull(world, repository, { ...input, body: input.body ?? null, ...actOf(c) });
    c.set("content", true);
    const answer = pullJson(world, repository, issue);
    c.header("Location", answer.url);
    return json(c, answer, 201);
  });
  routes.get(one, async (c) => {
    const { repository, issue, pull } = pullIn(api, c, "read");
    if (wants(c, "diff")) {
      const { base, head } = await rangeOf(repository, pull);
      return c.text(await rawDiff(repository, base, head));
    }
    return json(
      c,
      reading(world, { repository, issue, pull }, () => pullJson(world, repository, issue)),
    );
  });
  routes.patch(one, async (c) => {
    const { repository, issue } = pullIn(api, c, "read");
    demandOnPull(api, c, { repository, authorId: issue.authorId });
    const input = await body(c, PullChange);
    await editPull(world, repository, issue, { ...input, body: input.body, ...actOf(c) });
    return json(c, pullJson(world, repository, issue));
  });
  routes.get(`${one}/files`, async (c) => {
    const { repository, pull } = pullIn(api, c, "read");
    const { base, head } = await rangeOf(repository, pull);
    const files = (await diffFiles(repository, base, head)).slice(0, MAX_FILES);
    return json(
      c,
      paginate(c, files).map((file) => fileJson(world, repository, { file, sha: head })),
    );
  });
  routes.get(`${one}/commits`, async (c) => {
    const { repository, pull } = pullIn(api, c, "read");
    const { base, head } = await rangeOf(repository, pull);
    const oids = (await commitsBetween(repository, { tip: head, hidden: [base] })).toReversed();
    const commits = await existing(repository, paginate(c, oids.slice(0, MAX_COMMITS)));
    return json(
      c,
      commits.map((commit) => commitJson(world, repository, commit)),
    );
  });
  routes.get(`${one}/merge`, (c) => {
    const { pull } = pullIn(api, c, "read");
    if (pull.mergedAt === null) throw new ApiError(404, "Not Found");
    return c.body(null, 204);
  });
  routes.put(`${one}/merge`, async (c) => {
    const { repository, issue } = pullIn(api, c, "read");
    const token = tokenOf(c);
    demand(world, token, { repository, permission: "contents", access: "write" });
    const input = await body(c, Merge);
    const sha = await mergePull(world, repository, issue, {
      method: input.merge_method,
      sha: input.sha,
      title: input.commit_title,
      message: input.commit_message,
      actorId: token.userId,
      token,
    });
    return json(c, { sha, merged: true, message: "Pull Request successfully merged" });
  });
  routes.put(`${one}/update-branch`, async (c) => {
    const { repository, issue } = pullIn(api, c, "write");
    const token = tokenOf(c);
    demand(world, token, { repository, permission: "contents", access: "write" });
    const { expected_head_sha: expected } = await body(c, UpdateBranch);
    await updateBranch(world, repository, issue, { expected, token });
    const url = pullUrl(world, repository, issue);
    return json(c, { message: "Updating pull request branch.", url }, 202);
  });
}

/** The pull request of `:number`; 404 when that is an issue. */
export function pullIn(
  api: Api,
  c: Context<Env>,
  access: Access,
): { repository: Repository; issue: Issue; pull: Pull } {
  const repository = repositoryOf(api, c);
  const token = access === "write" ? tokenOf(c) : c.get("token");
  demand(api.world, token, { repository, permission: "pull_requests", access });
  const issue = findIssue(repository, numberParam(c, "number"));
  if (!issue.pull) throw new ApiError(404, "Not Found");
  return { repository, issue, pull: issue.pull };
}

/** Authors may open and edit their own pull requests; others need write. */
function demandOnPull(
  { world }: Api,
  c: Context<Env>,
  { repository, authorId }: { repository: Repository; authorId: number },
): void {
  const token = tokenOf(c);
  const isOwn = token.permissions === null && token.userId === authorId;
  const permission = isOwn ? "metadata" : "pull_requests";
  demand(world, token, { repository, permission, access: isOwn ? "read" : "write" });
  demandActive(repository);
}

function listed(api: Api, c: Context<Env>, repository: Repository): Issue[] {
  const { state = "open", head, base, sort = "created", direction } = c.req.query();
  const owner = fullName(api.world, repository).split("/")[0] ?? "";
  const branch = head?.startsWith(`${owner}:`) ? head.slice(owner.length + 1) : head;
  const found = [...repository.issues.values()].filter(
    (issue) =>
      issue.pull !== null &&
      (state === "all" || issue.state === state) &&
      (branch === undefined || pullOf(issue).headRef === branch) &&
      (base === undefined || pullOf(issue).baseRef === base),
  );
  const at = (issue: Issue): string => (sort === "updated" ? issue.updatedAt : issue.createdAt);
  const rising = found.toSorted((a, b) => at(a).localeCompare(at(b)) || a.number - b.number);
  return (direction ?? (sort === "created" ? "desc" : "asc")) === "asc" ? rising : rising.toReversed();
}

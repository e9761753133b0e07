/** REST: commits of a branch, one commit, the comparison of two, and a merge of two. */
import type { Context } from "hono";
import { z } from "zod";
import { demand } from "../access.ts";
import { body, json, noContent, paginate, param, repositoryOf, tokenOf, type Api, type Env } from "../api.ts";
import { ApiError } from "../errors.ts";
import { diffFiles, rawDiff } from "../git/diff.ts";
import { distance } from "../git/graph.ts";
import { commitsBetween } from "../git/history.ts";
import { mergeTrees } from "../git/merge.ts";
import { isAncestor, mergeBase, readCommit, readCommits, resolve, type Commit } from "../git/objects.ts";
import { updateRefs } from "../git/refs.ts";
import { writeCommit } from "../git/write.ts";
import { identity } from "../merge-commit.ts";
import type { Repository, World } from "../model/world.ts";
import { commitJson, fileJson } from "../shapes/git.ts";
import { repositoryPage, repositoryUrl } from "../shapes/repository.ts";
import { server } from "../test-merge.ts";

/** GitHub's limits for one comparison. */
const MAX_FILES = 300;
const MAX_COMMITS = 250;

const Merge = z.object({ base: z.string(), head: z.string(), commit_message: z.string().optional() });

/** Mounted after the routes of checks and statuses, which begin with `/commits/{ref}/` too. */
export function commitsRoutes(api: Api): void {
  const { routes, world } = api;
  const repo = "/repos/:owner/:repo";

  routes.get(`${repo}/commits`, async (c) => {
    const repository = readable(api, c);
    const tip = await resolve(repository, `${c.req.query("sha") ?? repository.defaultBranch}^{commit}`);
    if (tip === null && (await resolve(repository, "HEAD")) === null) {
      throw new ApiError(409, "Git Repository is empty.");
    }
    if (tip === null) throw new ApiError(404, "Not Found");
    const path = c.req.query("path");
    const oids = await commitsBetween(repository, {
      tip,
      hidden: [],
      ...(path === undefined ? {} : { path }),
    });
    const commits = await existing(repository, paginate(c, oids));
    return json(
      c,
      commits.map((commit) => commitJson(world, repository, commit)),
    );
  });
  routes.get(`${repo}/commits/:ref{.+}`, async (c) => {
    const repository = readable(api, c);
    const ref = param(c, "ref");
    const commit = await readCommit(repository, ref);
    if (!commit) throw new ApiError(422, `No commit found for SHA: ${ref}`);
    if (wants(c, "sha")) return c.text(commit.oid);
    const files = await diffFiles(repository, commit.parents[0] ?? null, commit.oid);
    const additions = files.reduce((sum, file) => sum + file.additions, 0);
    const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
    return json(c, {
      ...commitJson(world, repository, commit),
      stats: { total: additions + deletions, additions, deletions },
      files: files.slice(0, MAX_FILES).map((file) => fileJson(world, repository, { file, sha: commit.oid })),
    });
  });
  routes.get(`${repo}/compare/:basehead{.+}`, async (c) => {
    const repository = readable(api, c);
    const [base, head] = param(c, "basehead")
      .split("...")
      .map((side) => side.replace(/^[^/:]+:/, ""));
    const first = base === undefined ? null : await readCommit(repository, base);
    const second = head === undefined ? null : await readCommit(repository, head);
    if (!first || !second) throw new ApiError(404, "Not Found");
    const common = await mergeBase(repository, first.oid, second.oid);
    if (common === null) throw new ApiError(404, `No common ancestor between ${base} and ${head}.`);
    if (wants(c, "diff")) return c.text(await rawDiff(repository, common, second.oid));
    return json(c, await comparison(world, repository, { base: first, head: second, common }));
  });
  routes.post(`${repo}/merges`, async (c) => {
    const repository = repositoryOf(api, c);
    const token = tokenOf(c);
    demand(world, token, { repository, permission: "contents", access: "write" });
    const input = await body(c, Merge);
    const name = `refs/heads/${input.base}`;
    const base = await resolve(repository, name);
    const head = await resolve(repository, `${input.head}^{commit}`);
    if (base === null) throw new ApiError(404, "Base does not exist");
    if (head === null) throw new ApiError(404, "Head does not exist");
    if (await isAncestor(repository, head, base)) return noContent(c);
    const tree = await mergeTrees(repository, base, head);
    if (tree === null) throw new ApiError(409, "Merge conflict");
    const message = input.commit_message ?? `Merge ${input.head} into ${input.base}`;
    const parents = [base, head];
    const author = identity(world, token.userId);
    const sha = await writeCommit(repository, { tree, parents, author, committer: server(world), message });
    const updates = [{ name, before: base, after: sha, force: false }];
    await updateRefs(world, repository, { updates, token, actorId: token.userId });
    const [commit] = await existing(repository, [sha]);
    return json(c, commit && commitJson(world, repository, commit), 201);
  });
}

/** Whether the caller asks for one of GitHub's own media types, such as `diff` or `sha`. */
export function wants(c: Context<Env>, media: string): boolean {
  return new RegExp(`application/vnd\\.github\\.(v3\\.)?${media}\\b`).test(c.req.header("accept") ?? "");
}

/** All of the commits; throws when one is missing. */
export async function existing(repository: Repository, oids: string[]): Promise<Commit[]> {
  const commits = await readCommits(repository, oids);
  return commits.map((commit, index) => {
    if (!commit) throw new Error(`commit ${oids[index]} is missing from ${repository.directory}`);
    return commit;
  });
}

function readable(api: Api, c: Context<Env>): Repository {
  const repository = repositoryOf(api, c);
  demand(api.world, c.get("token"), { repository, permission: "contents", access: "read" });
  return repository;
}

async function comparison(
  world: World,
  repository: Repository,
  { base, head, common }: { base: Commit; head: Commit; common: string },
) {
  const [{ ahead, behind }, oids, files, ancestor] = await Promise.all([
    distance(repository, base.oid, head.oid),
    commitsBetween(repository, { tip: head.oid, hidden: [base.oid] }),
    diffFiles(repository, common, head.oid),
    existing(repository, [common]),
  ]);
  const commits = await existing(repository, oids.toReversed().slice(0, MAX_COMMITS));
  const range = `compare/${base.oid}...${head.oid}`;
  const page = `${repositoryPage(world, repository)}/${range}`;
  return {
    url: `${repositoryUrl(world, repository)}/${range}`,
    html_url: page,
    permalink_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    base_commit: commitJson(world, repository, base),
    merge_base_commit: ancestor.map((commit) => commitJson(world, repository, commit))[0],
    status: statusOf(ahead, behind),
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: commits.map((commit) => commitJson(world, repository, commit)),
    files: files.slice(0, MAX_FILES).map((file) => fileJson(world, repository, { file, sha: head.oid })),
  };
}

function statusOf(ahead: number, behind: number): "identical" | "ahead" | "behind" | "diverged" {
  if (ahead > 0) return behind > 0 ? "diverged" : "ahead";
  return behind > 0 ? "behind" : "identical";
}

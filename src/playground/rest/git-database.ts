/** REST: the git database. Blobs, trees and commits are written and read; no ref moves here. */
import { z } from "zod";
import { demand } from "../access.ts";
import { body, json, param, repositoryOf, tokenOf, type Api } from "../api.ts";
import { ApiError } from "../errors.ts";
import { listTree, readBlob, readCommit, resolveAll, type Identity, type TreeEntry } from "../git/objects.ts";
import { writeBlob, writeCommit, writeTree, type TreeChange } from "../git/write.ts";
import { identity } from "../merge-commit.ts";
import type { Repository, World } from "../model/world.ts";
import { gitCommitJson } from "../shapes/git.ts";
import { repositoryUrl } from "../shapes/repository.ts";
import { nodeId } from "../node-ids.ts";

const NewBlob = z.object({ content: z.string(), encoding: z.enum(["utf-8", "base64"]).default("utf-8") });

const NewTree = z.object({
  base_tree: z.string().optional(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.string().optional(),
      type: z.string().optional(),
      sha: z.string().nullable().optional(),
      content: z.string().optional(),
    }),
  ),
});

const Person = z.object({ name: z.string(), email: z.string(), date: z.string().optional() });

const NewCommit = z.object({
  message: z.string(),
  tree: z.string(),
  parents: z.array(z.string()).default([]),
  author: Person.optional(),
  committer: Person.optional(),
});

export function gitDatabaseRoutes(api: Api): void {
  const { routes, world } = api;
  const git = "/repos/:owner/:repo/git";

  routes.post(`${git}/blobs`, async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, tokenOf(c), { repository, permission: "contents", access: "write" });
    const { content, encoding } = await body(c, NewBlob);
    const sha = await writeBlob(repository, Buffer.from(content, encoding === "base64" ? "base64" : "utf8"));
    return json(c, { sha, url: `${repositoryUrl(world, repository)}/git/blobs/${sha}` }, 201);
  });
  routes.get(`${git}/blobs/:sha`, async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "contents", access: "read" });
    const sha = wholeSha(param(c, "sha"));
    const blob = await readBlob(repository, sha);
    if (!blob) throw new ApiError(404, "Not Found");
    if (/\.raw(\+json)?$/.test(c.req.header("accept") ?? "")) return c.body(new Uint8Array(blob.bytes));
    return json(c, {
      sha,
      node_id: nodeId("Blob", `${repository.id}:${sha}`),
      size: blob.bytes.length,
      url: `${repositoryUrl(world, repository)}/git/blobs/${sha}`,
      content: wrapped(blob.bytes),
      encoding: "base64",
    });
  });
  routes.post(`${git}/trees`, async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, tokenOf(c), { repository, permission: "contents", access: "write" });
    const input = await body(c, NewTree);
    const sha = await writeTree(
      repository,
      await baseOf(repository, input.base_tree),
      await changesOf(repository, input.tree),
    );
    return json(c, await treeJson(world, repository, { sha, recursive: false }), 201);
  });
  routes.get(`${git}/trees/:sha{.+}`, async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "contents", access: "read" });
    const recursive = c.req.query("recursive") !== undefined;
    return json(c, await treeJson(world, repository, { sha: param(c, "sha"), recursive }));
  });
  routes.post(`${git}/commits`, async (c) => {
    const repository = repositoryOf(api, c);
    const token = tokenOf(c);
    demand(world, token, { repository, permission: "contents", access: "write" });
    const input = await body(c, NewCommit);
    await checkLinks(repository, input);
    const self = identity(world, token.userId);
    const author = input.author ? dated(input.author, self) : self;
    const committer = input.committer ? dated(input.committer, self) : author;
    const { message, tree, parents } = input;
    const sha = await writeCommit(repository, { tree, parents, author, committer, message });
    const commit = { oid: sha, tree, parents, author, committer, message };
    return json(c, gitCommitJson(world, repository, commit), 201);
  });
  routes.get(`${git}/commits/:sha`, async (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "contents", access: "read" });
    const commit = await readCommit(repository, wholeSha(param(c, "sha")));
    if (!commit) throw new ApiError(404, "Not Found");
    return json(c, gitCommitJson(world, repository, commit));
  });
}

/** Base64 in lines of 60 characters, as GitHub sends it. */
export function wrapped(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll(/.{1,60}/g, "$&\n");
}

function wholeSha(sha: string): string {
  if (/^[0-9a-f]{40}$/.test(sha)) return sha;
  throw new ApiError(422, "The sha parameter must be exactly 40 characters and contain only [0-9a-f].");
}

function dated(person: z.output<typeof Person>, { date }: Identity): Identity {
  if (person.date === undefined) return { ...person, date };
  const time = Date.parse(person.date);
  if (Number.isNaN(time))
    throw new ApiError(422, `Invalid request.\n\n"${person.date}" is not a valid ISO 8601 date.`);
  return { ...person, date: new Date(time).toISOString() };
}

async function checkLinks(
  repository: Repository,
  { tree, parents }: { tree: string; parents: string[] },
): Promise<void> {
  const [treeObject, ...parentObjects] = await resolveAll(repository, [tree, ...parents]);
  if (treeObject?.type !== "tree" || treeObject.oid !== tree)
    throw new ApiError(422, "Tree SHA does not exist");
  for (const [index, parent] of parentObjects.entries()) {
    if (parent?.type === "commit" && parent.oid === parents[index]) continue;
    throw new ApiError(422, "Parent SHA does not exist or is not a commit object");
  }
}

async function baseOf(repository: Repository, base: string | undefined): Promise<string | null> {
  if (base === undefined) return null;
  const [tree] = await resolveAll(repository, [`${base}^{tree}`]);
  if (!tree) throw new ApiError(422, "base_tree is not a valid tree oid");
  return tree.oid;
}

type TreeInput = z.output<typeof NewTree>["tree"][number];

const MODES: Record<string, TreeEntry["type"]> = {
  "100644": "blob",
  "100755": "blob",
  "120000": "blob",
  "040000": "tree",
  "160000": "commit",
};

async function changesOf(repository: Repository, entries: TreeInput[]): Promise<TreeChange[]> {
  const named = await resolveAll(
    repository,
    entries.map(({ sha }) => sha ?? ""),
  );
  const changes: TreeChange[] = [];
  for (const [index, { path, mode = "", sha, content }] of entries.entries()) {
    const type = MODES[mode];
    if (path.split("/").some((part) => ["", ".", "..", ".git"].includes(part.toLowerCase()))) {
      throw new ApiError(422, "tree.path contains a malformed path component");
    }
    if (!type && sha !== null) throw new ApiError(422, "Must supply a valid tree.mode");
    if (sha === undefined && content === undefined)
      throw new ApiError(422, "Must supply either tree.sha or tree.content");
    if (sha !== undefined && content !== undefined)
      throw new ApiError(422, "Must supply only one of tree.sha or tree.content");
    if (typeof sha === "string" && type !== "commit" && named[index]?.type !== type) {
      throw new ApiError(422, `tree.sha ${sha} is not a valid ${type}`);
    }
    const oid = content === undefined ? (sha ?? null) : await writeBlob(repository, content);
    changes.push({ path, mode: (type ? mode : "100644") as TreeEntry["mode"], oid });
  }
  return changes;
}

async function treeJson(
  world: World,
  repository: Repository,
  { sha, recursive }: { sha: string; recursive: boolean },
) {
  const [tree] = await resolveAll(repository, [`${sha}^{tree}`]);
  const entries = tree ? await listTree(repository, tree.oid, recursive) : null;
  if (!tree || !entries) throw new ApiError(404, "Not Found");
  const url = `${repositoryUrl(world, repository)}/git`;
  return {
    sha: tree.oid,
    url: `${url}/trees/${tree.oid}`,
    tree: entries.map(({ path, mode, type, oid, size }) => ({
      path,
      mode,
      type,
      sha: oid,
      ...(size === null ? {} : { size }),
      ...(type === "commit" ? {} : { url: `${url}/${type}s/${oid}` }),
    })),
    truncated: false,
  };
}

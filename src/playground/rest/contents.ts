/** REST: files and folders of a revision, and commits of one file. */
import type { Context } from "hono";
import { z } from "zod";
import { demand } from "../access.ts";
import { body, json, repositoryOf, tokenOf, type Api, type Env } from "../api.ts";
import { ApiError } from "../errors.ts";
import { lookUp } from "../git/look-up.ts";
import { readBlob, readCommit, readTree, resolve, type SizedEntry, type TreeEntry } from "../git/objects.ts";
import { updateRefs } from "../git/refs.ts";
import { writeBlob, writeCommit, writeTree } from "../git/write.ts";
import { identity } from "../merge-commit.ts";
import type { Token } from "../model/people.ts";
import type { Repository, World } from "../model/world.ts";
import { contentJson } from "../shapes/content.ts";
import { gitCommitJson } from "../shapes/git.ts";
import { wrapped } from "./git-database.ts";

const Person = z.object({ name: z.string(), email: z.string() });
const Removal = z.object({
  message: z.string(),
  sha: z.string().optional(),
  branch: z.string().optional(),
  author: Person.optional(),
  committer: Person.optional(),
});
const Change = Removal.extend({ content: z.string() });

/** Files larger than this come without their content, as from GitHub; the raw media type has it. */
const SHOWN_BYTES = 1024 * 1024;

export function contentsRoutes(api: Api): void {
  const { routes, world } = api;
  const contents = "/repos/:owner/:repo/contents";

  for (const path of [contents, `${contents}/`, `${contents}/:path{.+}`] as const) {
    routes.get(path, (c) => show(api, c));
  }
  routes.put(`${contents}/:path{.+}`, async (c) => {
    const repository = repositoryOf(api, c);
    const token = tokenOf(c);
    demand(world, token, { repository, permission: "contents", access: "write" });
    const input = await body(c, Change);
    const bytes = Buffer.from(input.content, "base64");
    const saved = await save(world, repository, { ...input, path: pathOf(c), bytes, token });
    return json(c, saved.answer, saved.isNew ? 201 : 200);
  });
  routes.delete(`${contents}/:path{.+}`, async (c) => {
    const repository = repositoryOf(api, c);
    const token = tokenOf(c);
    demand(world, token, { repository, permission: "contents", access: "write" });
    const query = c.req.query();
    const given = await body(c, Removal.partial());
    const input = Removal.safeParse({ ...query, ...given });
    if (!input.success) throw new ApiError(422, 'Invalid request.\n\n"message" wasn\'t supplied.');
    const saved = await save(world, repository, { ...input.data, path: pathOf(c), bytes: null, token });
    return json(c, saved.answer);
  });
}

async function show(api: Api, c: Context<Env>): Promise<Response> {
  const { world } = api;
  const repository = repositoryOf(api, c);
  demand(world, c.get("token"), { repository, permission: "contents", access: "read" });
  const ref = c.req.query("ref") ?? repository.defaultBranch;
  const commit = await resolve(repository, `${ref}^{commit}`);
  if (commit === null) throw await missing(repository, ref);
  const path = pathOf(c);
  const entry = path === "" ? null : await entryAt(repository, commit, path);
  if (path !== "" && !entry) throw new ApiError(404, "Not Found");
  if (!entry || entry.type === "tree") {
    const entries = (await readTree(repository, `${commit}:${path}`)) ?? [];
    const prefix = path === "" ? "" : `${path}/`;
    const listed = await sized(
      repository,
      entries.map((one) => ({ ...one, path: `${prefix}${one.path}` })),
    );
    return json(
      c,
      listed.map((one) => contentJson(world, repository, { entry: one, ref })),
    );
  }
  const blob = entry.type === "blob" ? await readBlob(repository, entry.oid) : null;
  if (blob && /\braw(\+json)?\b/.test(c.req.header("accept") ?? ""))
    return c.body(new Uint8Array(blob.bytes));
  const shown = contentJson(world, repository, { entry, ref });
  if (!blob) return json(c, shown);
  if (entry.mode === "120000") return json(c, { ...shown, target: blob.bytes.toString("utf8") });
  const isShown = blob.bytes.length <= SHOWN_BYTES;
  const content = isShown ? wrapped(blob.bytes) : "";
  return json(c, { ...shown, content, encoding: isShown ? "base64" : "none" });
}

interface Save extends Omit<z.output<typeof Removal>, "path"> {
  path: string;
  /** Null: the file is removed. */
  bytes: Buffer | null;
  token: Token;
}

/** 409 when `sha` is not the file's, 422 when it is missing though the file is there. */
async function save(world: World, repository: Repository, wish: Save) {
  const branch = wish.branch ?? repository.defaultBranch;
  const name = `refs/heads/${branch}`;
  const before = await resolve(repository, name);
  if (before === null && (await resolve(repository, "HEAD")) !== null) {
    throw new ApiError(404, `Branch ${branch} not found`);
  }
  const old = before === null ? null : await entryAt(repository, before, wish.path);
  if (!old && wish.bytes === null) throw new ApiError(404, "Not Found");
  if (old && wish.sha === undefined) throw new ApiError(422, 'Invalid request.\n\n"sha" wasn\'t supplied.');
  if (wish.sha !== undefined && wish.sha !== old?.oid) {
    throw new ApiError(409, `${wish.path} does not match ${wish.sha}`);
  }
  const oid = wish.bytes === null ? null : await writeBlob(repository, wish.bytes);
  const mode = old?.type === "blob" ? old.mode : "100644";
  const tree = await writeTree(repository, before, [{ path: wish.path, mode, oid }]);
  const self = identity(world, wish.token.userId);
  const author = { ...self, ...wish.author };
  const committer = { ...author, ...wish.committer };
  const parents = before === null ? [] : [before];
  const after = await writeCommit(repository, { tree, parents, author, committer, message: wish.message });
  const verb = wish.bytes === null ? "delete" : old ? "update" : "create";
  const update = { name, before, after, force: false };
  await updateRefs(world, repository, {
    updates: [update],
    actorId: wish.token.userId,
    token: wish.token,
  }).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 422) throw error;
    throw new ApiError(409, `Could not ${verb} file: ${error.message}`);
  });
  const commit = await readCommit(repository, after);
  const entry = await entryAt(repository, after, wish.path);
  if (!commit) throw new Error(`commit ${after} is missing from ${repository.directory}`);
  const content = entry && contentJson(world, repository, { entry, ref: branch });
  return { answer: { content, commit: gitCommitJson(world, repository, commit) }, isNew: !old };
}

async function entryAt(repository: Repository, revision: string, path: string): Promise<SizedEntry | null> {
  const slash = path.lastIndexOf("/");
  const siblings = await readTree(repository, `${revision}:${path.slice(0, Math.max(0, slash))}`);
  const entry = siblings?.find((one) => one.path === path.slice(slash + 1));
  const [found] = entry ? await sized(repository, [{ ...entry, path }]) : [];
  return found ?? null;
}

async function sized(repository: Repository, entries: readonly TreeEntry[]): Promise<SizedEntry[]> {
  const isBlob = ({ type }: TreeEntry): boolean => type === "blob";
  const blobs = await lookUp(
    repository,
    entries.filter(isBlob).map(({ oid }) => oid),
  );
  return entries.map((entry) => ({
    ...entry,
    size: isBlob(entry) ? (blobs.shift()?.bytes.length ?? null) : null,
  }));
}

async function missing(repository: Repository, ref: string): Promise<ApiError> {
  const isEmpty = (await resolve(repository, "HEAD")) === null;
  return new ApiError(404, isEmpty ? "This repository is empty." : `No commit found for the ref ${ref}`);
}

/** Without slashes at its ends; empty for the root. 422 for what is no path of a tree. */
function pathOf(c: Context<Env>): string {
  const given: string | undefined = c.req.param("path");
  const path = (given ?? "").replace(/^\/+|\/+$/g, "");
  if (path !== "" && path.split("/").some((part) => ["", ".", "..", ".git"].includes(part.toLowerCase()))) {
    throw new ApiError(422, "path contains a malformed path component");
  }
  return path;
}

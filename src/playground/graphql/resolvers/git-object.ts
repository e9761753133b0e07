/** Trees and blobs, and finding any git object by an expression. */
import type * as GitHub from "@octokit/graphql-schema";
import { readTree, type GitObject, type TreeEntry } from "../../git/objects.ts";
import type { Repository } from "../../model.ts";
import { nodeId } from "../../node-ids.ts";
import { repositoryPage } from "../../shapes/repository.ts";
import type { Context, Fields } from "../fields.ts";
import { gitNode, type GitNode } from "../nodes.ts";

/** GitHub cuts `Blob.text` at this many bytes. */
const TEXT_LIMIT = 512_000;

export const gitObjectFields = {
  id: ({ kind, repository, oid }) => nodeId(kind, `${repository.id}:${oid}`),
  oid: ({ oid }) => oid,
  abbreviatedOid: ({ oid }) => oid.slice(0, 7),
  repository: ({ repository }) => ({ kind: "Repository", repository }),
  commitResourcePath: (node, _args, context) => new URL(commitUrl(node, context)).pathname,
  commitUrl: (node, _args, context) => commitUrl(node, context),
} satisfies Fields<GitHub.Commit | GitHub.Tree | GitHub.Blob | GitHub.Tag, GitNode>;

export const treeFields: Fields<GitHub.Tree, GitNode> = {
  ...gitObjectFields,
  entries: async ({ repository, oid }) => {
    const entries = await readTree(repository, oid);
    return entries?.map((entry): TreeEntryNode => ({ kind: "TreeEntry", repository, entry })) ?? null;
  },
};

interface TreeEntryNode {
  kind: "TreeEntry";
  repository: Repository;
  entry: TreeEntry;
}

export const treeEntryFields: Fields<GitHub.TreeEntry, TreeEntryNode> = {
  name: ({ entry }) => entry.path,
  path: ({ entry }) => entry.path,
  oid: ({ entry }) => entry.oid,
  type: ({ entry }) => entry.type,
  mode: ({ entry }) => Number.parseInt(entry.mode, 8),
  size: ({ entry }) => entry.size ?? 0,
  extension: ({ entry }) => /\.[^.]+$/.exec(entry.path)?.[0] ?? "",
  repository: ({ repository }) => ({ kind: "Repository", repository }),
  // The commit of a submodule is in another repository.
  object: ({ repository, entry }) => (entry.type === "commit" ? null : gitNode(repository, entry)),
};

export const blobFields: Fields<GitHub.Blob, GitNode> = {
  ...gitObjectFields,
  byteSize: async (node, _args, context) => (await bytesOf(node, context)).length,
  isBinary: async (node, _args, context) => isBinary(await bytesOf(node, context)),
  isTruncated: async (node, _args, context) => (await bytesOf(node, context)).length > TEXT_LIMIT,
  text: async (node, _args, context) => {
    const bytes = await bytesOf(node, context);
    return isBinary(bytes) ? null : bytes.toString("utf8", 0, TEXT_LIMIT);
  },
};

/** The object behind an expression: a full ref, an oid, `HEAD:path`; null when there is none. */
export async function findObject(
  context: Context,
  repository: Repository,
  { expression, oid }: GitHub.RepositoryObjectArgs,
): Promise<GitNode | null> {
  const revision = oid ? String(oid) : expression;
  if (!revision) return null;
  const object = await context.git(repository).object(revision);
  return object ? gitNode(repository, object) : null;
}

/** A node that came by its id or from a tree; null when the repository does not hold it. */
export async function existing(node: GitNode, context: Context): Promise<GitNode | null> {
  const object = await objectOf(node, context);
  return object ? gitNode(node.repository, object) : null;
}

function objectOf({ repository, oid }: GitNode, { git }: Context): Promise<GitObject | null> {
  return git(repository).object(oid);
}

async function bytesOf(node: GitNode, context: Context): Promise<Buffer> {
  const object = await objectOf(node, context);
  if (!object)
    throw new Error(`blob ${node.oid} is missing from ${node.repository.directory}: was it pruned?`);
  return object.bytes;
}

/** As git decides: a zero byte near the beginning. */
function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, 8000).includes(0);
}

function commitUrl({ repository, oid }: GitNode, { world }: Context): string {
  return `${repositoryPage(world, repository)}/commit/${oid}`;
}

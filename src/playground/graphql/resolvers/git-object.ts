/** Trees and blobs, and finding any git object by an expression. */
import type * as GitHub from "@octokit/graphql-schema";
import type { GitObject } from "../../git/store.ts";
import { parseTree, typeOf } from "../../git/tree.ts";
import type { Repository } from "../../model/world.ts";
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
  entries: async (node, _args, context) => treeEntries(node.repository, await bytesOf(node, context)),
};

export interface TreeEntryNode {
  kind: "TreeEntry";
  repository: Repository;
  path: string;
  /** As git writes it, in octal. */
  mode: string;
  oid: string;
  type: "blob" | "tree" | "commit";
}

export const treeEntryFields: Fields<GitHub.TreeEntry, TreeEntryNode> = {
  name: ({ path }) => path.slice(path.lastIndexOf("/") + 1),
  path: ({ path }) => path,
  oid: ({ oid }) => oid,
  type: ({ type }) => type,
  mode: ({ mode }) => Number.parseInt(mode, 8),
  size: async (entry, _args, context) =>
    entry.type === "blob" ? (await bytesOf(gitNode(entry.repository, entry), context)).length : 0,
  extension: ({ path }) => /\.[^./]+$/.exec(path)?.[0] ?? "",
  repository: ({ repository }) => ({ kind: "Repository", repository }),
  // The commit of a submodule is in another repository.
  object: ({ repository, type, oid }) => (type === "commit" ? null : gitNode(repository, { type, oid })),
};

/** What a tree object holds. */
export function treeEntries(repository: Repository, bytes: Buffer): TreeEntryNode[] {
  return parseTree(bytes).map(({ mode, name, oid }) => ({
    kind: "TreeEntry",
    repository,
    path: name,
    mode,
    oid,
    type: typeOf({ mode }),
  }));
}

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
    throw new Error(`object ${node.oid} is missing from ${node.repository.directory}: was it pruned?`);
  return object.bytes;
}

/** As git decides: a zero byte near the beginning. */
function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, 8000).includes(0);
}

function commitUrl({ repository, oid }: GitNode, { world }: Context): string {
  return `${repositoryPage(world, repository)}/commit/${oid}`;
}

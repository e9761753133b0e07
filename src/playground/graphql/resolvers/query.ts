/** Where queries begin: repositories, people, nodes by id, the viewer and the rate limit. */
import type * as GitHub from "@octokit/graphql-schema";
import { maySee } from "../../access.ts";
import { findByAnyName, findUser } from "../../world.ts";
import { GraphqlFailure } from "../failure.ts";
import type { Context, Fields } from "../fields.ts";
import { findNode, type AnyNode } from "../nodes.ts";
import { demandRead, isVisible, permissionFor, repositoryOfNode } from "../reading.ts";
import { existing } from "./git-object.ts";
import { findRef } from "./ref.ts";

export const queryFields: Fields<GitHub.Query, unknown> = {
  viewer: (_source, _args, { viewer }) => ({ kind: "User", user: viewer }),
  rateLimit: (_source, _args, { cost, window }) => ({
    cost: cost.points,
    nodeCount: cost.nodes,
    limit: window.limit,
    used: window.used,
    remaining: window.limit - window.used,
    resetAt: new Date(window.resetAt).toISOString().replace(/\.\d+Z$/, "Z"),
  }),
  repository: (_source, { owner, name }: GitHub.QueryRepositoryArgs, { world, token }) => {
    const repository = findByAnyName(world, owner, name);
    if (repository && maySee(repository, token)) return { kind: "Repository", repository };
    throw unresolved("a Repository", `name '${owner}/${name}'`);
  },
  repositoryOwner: (_source, { login }: GitHub.QueryRepositoryOwnerArgs, { world }) => {
    const user = findUser(world, login);
    return user && user.kind !== "Bot" ? { kind: user.kind, user } : null;
  },
  user: (_source, { login }: GitHub.QueryUserArgs, { world }) => {
    const user = findUser(world, login);
    if (user?.kind === "User") return { kind: user.kind, user };
    throw unresolved("a User", `login of '${login}'`);
  },
  organization: (_source, { login }: GitHub.QueryOrganizationArgs, { world }) => {
    const user = findUser(world, login);
    if (user?.kind === "Organization") return { kind: user.kind, user };
    throw unresolved("an Organization", `login of '${login}'`);
  },
  node: (_source, { id }: GitHub.QueryNodeArgs, context) => nodeFor(context, id),
  nodes: (_source, { ids }: GitHub.QueryNodesArgs, context) => {
    if (ids.length > 100) {
      const message = `You may not provide more than 100 node ids; you provided ${ids.length}.`;
      throw new GraphqlFailure("UNPROCESSABLE", message);
    }
    return ids.map((id) => nodeFor(context, id));
  },
};

/** The node of a global id, read if it is git's. Throws NOT_FOUND in GitHub's words, FORBIDDEN without the permission. */
export async function nodeFor(context: Context, id: string): Promise<AnyNode> {
  const node = findNode(context.world, id);
  if (!node || !isVisible(context, node)) throw missing(id);
  const repository = repositoryOfNode(node);
  const permission = permissionFor(node);
  if (repository && permission) demandRead(context, repository, permission);
  const read = await readGit(context, node);
  if (!read) throw missing(id);
  return read;
}

function readGit(context: Context, node: AnyNode): AnyNode | null | Promise<AnyNode | null> {
  if ("name" in node) return findRef(context, node.repository, node.name);
  return "oid" in node ? existing(node, context) : node;
}

function missing(id: string): GraphqlFailure {
  return new GraphqlFailure("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);
}

function unresolved(what: string, by: string): GraphqlFailure {
  return new GraphqlFailure("NOT_FOUND", `Could not resolve to ${what} with the ${by}.`);
}

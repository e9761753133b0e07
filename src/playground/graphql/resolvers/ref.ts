/** Refs of every kind: branches, tags and any other below `refs/`. */
import type * as GitHub from "@octokit/graphql-schema";
import { notPlayed } from "../../errors.ts";
import type { Repository } from "../../model/world.ts";
import { nodeId } from "../../node-ids.ts";
import { connection, type Connection } from "../connection.ts";
import type { Context, Fields } from "../fields.ts";
import { gitNode, type RefNode } from "../nodes.ts";
import { demandRead } from "../reading.ts";
import { compare } from "./comparison.ts";
import { pullConnection } from "./pull-list.ts";

export const refFields: Fields<GitHub.Ref, RefNode> = {
  id: ({ repository, name }) => nodeId("Ref", `${repository.id}:${name}`),
  name: ({ name, prefix }) => name.slice(prefix.length),
  prefix: ({ prefix }) => prefix,
  repository: ({ repository }) => ({ kind: "Repository", repository }),
  target: async ({ repository, oid }, _args, { git }) => {
    const object = await git(repository).object(oid);
    return object ? gitNode(repository, object) : null;
  },
  compare: ({ repository, oid }, { headRef }: GitHub.RefCompareArgs, context) => {
    demandRead(context, repository, "contents");
    return compare(repository, { base: oid, headRef });
  },
  associatedPullRequests: ({ repository, name }, args: GitHub.RefAssociatedPullRequestsArgs) =>
    pullConnection(repository, { ...args, headRefName: name.replace(/^refs\/heads\//, "") }),
};

/** A ref by its full name, or a branch or tag by its short one; null when there is none. */
export async function findRef(
  context: Context,
  repository: Repository,
  name: string,
): Promise<RefNode | null> {
  const candidates = name.startsWith("refs/")
    ? [name]
    : [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`];
  const refs = await context.git(repository).refs();
  for (const candidate of candidates) {
    const ref = refs.find((known) => known.name === candidate);
    if (ref) return { kind: "Ref", repository, ...ref, prefix: prefixOf(ref.name) };
  }
  return null;
}

/** The refs below a prefix such as `refs/heads/`, by name; their names are what follows the asked prefix. */
export async function refConnection(
  context: Context,
  repository: Repository,
  args: GitHub.RepositoryRefsArgs,
): Promise<Connection<RefNode>> {
  if (args.orderBy?.field === "TAG_COMMIT_DATE") throw notPlayed("RefOrderField.TAG_COMMIT_DATE");
  const prefix = args.refPrefix.endsWith("/") ? args.refPrefix : `${args.refPrefix}/`;
  const query = args.query?.toLowerCase() ?? "";
  const refs = (await context.git(repository).refs())
    .filter(({ name }) => name.startsWith(prefix) && name.slice(prefix.length).toLowerCase().includes(query))
    .map((ref): RefNode => ({ kind: "Ref", repository, ...ref, prefix }));
  if ((args.orderBy?.direction ?? args.direction) === "DESC") refs.reverse();
  return connection(refs, args, ({ name }) => name);
}

/** `refs/heads/` of `refs/heads/a/b`, `refs/x/` of `refs/x/y/1`. */
function prefixOf(name: string): string {
  return /^refs\/[^/]+\//.exec(name)?.[0] ?? "refs/";
}

/** Commits: what they say, where they come from, and what was found out about them. */
import type * as GitHub from "@octokit/graphql-schema";
import { notPlayed } from "../../errors.ts";
import { lineBetween } from "../../git/graph.ts";
import type { Commit, Identity } from "../../git/objects.ts";
import { gitText } from "../../git/run.ts";
import { connection } from "../connection.ts";
import type { Context, Fields } from "../fields.ts";
import { gitNode, type GitNode } from "../nodes.ts";
import { demandRead } from "../reading.ts";
import { suiteConnection } from "./check-suite.ts";
import { gitObjectFields, treeEntries } from "./git-object.ts";
import { pullConnection } from "./pull-list.ts";
import { rollupOf, statusOf } from "./rollup.ts";

export const commitFields: Fields<GitHub.Commit, GitNode> = {
  ...gitObjectFields,
  url: gitObjectFields.commitUrl,
  resourcePath: gitObjectFields.commitResourcePath,
  message: async (node, _args, context) => messageOf(await read(node, context)),
  messageHeadline: async (node, _args, context) => messageOf(await read(node, context)).split("\n")[0],
  messageBody: async (node, _args, context) =>
    messageOf(await read(node, context))
      .split("\n")
      .slice(1)
      .join("\n")
      .trim(),
  author: async (node, _args, context) => gitActor((await read(node, context)).author),
  committer: async (node, _args, context) => gitActor((await read(node, context)).committer),
  authoredDate: async (node, _args, context) => (await read(node, context)).author.date,
  committedDate: async (node, _args, context) => (await read(node, context)).committer.date,
  tree: async (node, _args, context) =>
    gitNode(node.repository, { oid: (await read(node, context)).tree, type: "tree" }),
  parents: async (node, args: GitHub.CommitParentsArgs, context) =>
    commits(node, (await read(node, context)).parents, args),
  history: async (node, args: GitHub.CommitHistoryArgs) => {
    if (args.author) throw notPlayed("Commit.history(author:)");
    const limits = [...bounds(args), node.oid, "--", ...(args.path ? [args.path] : [])];
    const line = limits.length === 2 ? await lineBetween(node.repository, node.oid, []) : null;
    const oids = line ?? lines(await gitText(node.repository.directory, ["rev-list", ...limits]));
    return commits(node, oids, args);
  },
  // Asked of its folder, whose tree knows the mode too.
  file: async ({ repository, oid }, { path }: GitHub.CommitFileArgs, context) => {
    const folder = path.slice(0, path.lastIndexOf("/") + 1).replace(/\/$/, "");
    const tree = await context.git(repository).object(`${oid}:${folder}`);
    if (tree?.type !== "tree") return null;
    const entries = treeEntries(repository, tree.bytes);
    const found = entries.find((entry) => entry.path === path.slice(path.lastIndexOf("/") + 1));
    return found ? { ...found, path } : null;
  },
  associatedPullRequests: ({ repository, oid }, args: GitHub.CommitAssociatedPullRequestsArgs, context) => {
    demandRead(context, repository, "pull_requests");
    return pullConnection(repository, { ...args, orderBy: null, sha: oid });
  },
  checkSuites: ({ repository, oid }, args: GitHub.CommitCheckSuitesArgs, context) => {
    demandRead(context, repository, "checks");
    return suiteConnection(repository, oid, args);
  },
  status: ({ repository, oid }, _args, context) => {
    demandRead(context, repository, "statuses");
    return statusOf(repository, oid);
  },
  statusCheckRollup: ({ repository, oid }, _args, context) => {
    demandRead(context, repository, "checks");
    demandRead(context, repository, "statuses");
    return rollupOf(repository, oid);
  },
};

interface GitActorNode {
  kind: "GitActor";
  identity: Identity;
}

export const gitActorFields: Fields<GitHub.GitActor, GitActorNode> = {
  name: ({ identity }) => identity.name,
  email: ({ identity }) => identity.email,
  date: ({ identity }) => identity.date,
  // GitHub's type allows only people here, found by their address.
  user: ({ identity }, _args, { world }) => {
    const user = [...world.users.values()].find(
      ({ email, kind }) => kind === "User" && email === identity.email,
    );
    return user ? { kind: "User", user } : null;
  },
};

function read({ repository, oid }: GitNode, { git }: Context): Promise<Commit> {
  return git(repository).commit(oid);
}

/** git ends a message with a newline, which GitHub leaves off. */
function messageOf({ message }: Commit): string {
  return message.replace(/\n+$/, "");
}

function gitActor(identity: Identity): GitActorNode {
  return { kind: "GitActor", identity };
}

function commits({ repository }: GitNode, oids: readonly string[], args: GitHub.CommitParentsArgs) {
  return connection(
    oids.map((oid) => gitNode(repository, { oid, type: "commit" })),
    args,
    ({ oid }) => oid,
  );
}

function bounds({ since, until }: GitHub.CommitHistoryArgs): string[] {
  return [...(since ? [`--since=${String(since)}`] : []), ...(until ? [`--until=${String(until)}`] : [])];
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

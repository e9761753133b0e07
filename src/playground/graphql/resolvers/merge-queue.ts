/** Merge queues, their entries, and what a pull request is to be merged with. */
import type * as GitHub from "@octokit/graphql-schema";
import { entriesOf, entryOf } from "../../merge-queue.ts";
import type { AutoMerge, QueueEntry } from "../../model/pulls.ts";
import type { Repository } from "../../model/world.ts";
import { nodeId } from "../../node-ids.ts";
import { protectionOf } from "../../protection.ts";
import { repositoryPage } from "../../shapes/repository.ts";
import { connection } from "../connection.ts";
import type { Context, Fields } from "../fields.ts";
import { actorNode, gitNode, subjectNode, type PullRequestNode } from "../nodes.ts";

interface QueueNode {
  kind: "MergeQueue";
  repository: Repository;
  branch: string;
}

interface EntryNode {
  kind: "MergeQueueEntry";
  repository: Repository;
  entry: QueueEntry;
  /** Of an entry that has left its queue: where it stood. */
  position: number;
}

interface AutoMergeNode {
  kind: "AutoMergeRequest";
  pullRequest: PullRequestNode;
  autoMerge: AutoMerge;
}

/** Null for a branch without a queue. */
export function queueNode(repository: Repository, branch: string): QueueNode | null {
  return protectionOf(repository, branch)?.mergeQueue ? { kind: "MergeQueue", repository, branch } : null;
}

export function entryNode(repository: Repository, entry: QueueEntry): EntryNode {
  const position = entriesOf(repository, entry.branch).indexOf(entry) + 1;
  return { kind: "MergeQueueEntry", repository, entry, position };
}

export function entryOfPull({ repository, issue }: PullRequestNode): EntryNode | null {
  const entry = entryOf(repository, issue);
  return entry ? entryNode(repository, entry) : null;
}

export function autoMergeOf(pullRequest: PullRequestNode): AutoMergeNode | null {
  const { autoMerge } = pullRequest.pull;
  return autoMerge ? { kind: "AutoMergeRequest", pullRequest, autoMerge } : null;
}

export const mergeQueueFields: Fields<GitHub.MergeQueue, QueueNode> = {
  id: ({ repository, branch }) => nodeId("MergeQueue", `${repository.id}:${branch}`),
  repository: ({ repository }) => ({ kind: "Repository", repository }),
  url: (node, _args, context) => urlOf(node, context),
  resourcePath: (node, _args, context) => new URL(urlOf(node, context)).pathname,
  nextEntryEstimatedTimeToMerge: () => null,
  configuration: ({ repository, branch }) => ({
    mergeMethod: protectionOf(repository, branch)?.mergeQueue?.method.toUpperCase() ?? null,
    maximumEntriesToBuild: 1,
    maximumEntriesToMerge: 1,
    minimumEntriesToMerge: 1,
  }),
  entries: ({ repository, branch }, args: GitHub.MergeQueueEntriesArgs) =>
    connection(
      entriesOf(repository, branch).map((entry) => entryNode(repository, entry)),
      args,
      ({ entry }) => entry.id,
    ),
};

export const mergeQueueEntryFields: Fields<GitHub.MergeQueueEntry, EntryNode> = {
  id: ({ entry }) => nodeId("MergeQueueEntry", entry.id),
  position: ({ position }) => position,
  state: ({ entry }) => (entry.group ? "AWAITING_CHECKS" : "QUEUED"),
  enqueuedAt: ({ entry }) => entry.enqueuedAt,
  enqueuer: ({ entry }, _args, { world }) => actorNode(world, entry.enqueuerId),
  estimatedTimeToMerge: () => null,
  jump: () => false,
  solo: () => false,
  headCommit: ({ repository, entry }) => commitNode(repository, entry.group?.sha),
  baseCommit: ({ repository, entry }) => commitNode(repository, entry.group?.base),
  mergeQueue: ({ repository, entry }) => queueNode(repository, entry.branch),
  pullRequest: ({ repository, entry }) => {
    const issue = repository.issues.get(entry.issueNumber);
    return issue ? subjectNode(repository, issue) : null;
  },
};

export const autoMergeFields: Fields<GitHub.AutoMergeRequest, AutoMergeNode> = {
  enabledAt: ({ autoMerge }) => autoMerge.enabledAt,
  enabledBy: ({ autoMerge }, _args, { world }) => actorNode(world, autoMerge.enabledById),
  mergeMethod: ({ autoMerge }) => autoMerge.method.toUpperCase(),
  commitHeadline: ({ autoMerge }) => autoMerge.title ?? null,
  commitBody: ({ autoMerge }) => autoMerge.message ?? null,
  authorEmail: () => null,
  pullRequest: ({ pullRequest }) => pullRequest,
};

function urlOf({ repository, branch }: QueueNode, { world }: Context): string {
  return `${repositoryPage(world, repository)}/queue/${branch}`;
}

function commitNode(repository: Repository, oid: string | undefined) {
  return oid === undefined ? null : gitNode(repository, { oid, type: "commit" });
}

/** Turns what the snapshot query says of a pull request into the domain's facts. */
import { markerOf } from "../domain/names.ts";
import type {
  CheckFacts,
  PullFacts,
  ReviewFacts,
  Said,
  ThreadComment,
  ThreadFacts,
} from "../domain/snapshot.ts";
import { actorOf } from "./read-facts.ts";
import type { ContextPage, PullNode, ReviewNode, SnapshotAnswer, ThreadPage } from "./snapshot-answer.ts";

export function pullFacts(
  pull: PullNode,
  {
    checks,
    threads,
    autoMergeAllowed,
  }: { checks: CheckFacts[]; threads: ThreadFacts[]; autoMergeAllowed: boolean },
): PullFacts {
  return {
    number: pull.number,
    nodeId: pull.id,
    url: pull.url,
    state: ({ OPEN: "open", MERGED: "merged", CLOSED: "closed" } as const)[pull.state],
    title: pull.title,
    body: pull.body,
    head: pull.headRefOid,
    branch: pull.headRefName,
    base: pull.baseRefName,
    draft: pull.isDraft,
    mergeable: ({ MERGEABLE: "mergeable", CONFLICTING: "conflicting", UNKNOWN: "unknown" } as const)[
      pull.mergeable
    ],
    baseHead: pull.baseRef?.target?.oid ?? null,
    behindBy: pull.baseRef?.compare?.behindBy ?? null,
    mustCatchUp: pull.mergeStateStatus === "BEHIND",
    needsApproval: pull.reviewDecision !== null && pull.reviewDecision !== "APPROVED",
    files: filesOf(pull),
    queue: queueOf(pull),
    autoMerge: autoMergeOf(pull, autoMergeAllowed),
    labels: (pull.labels?.nodes ?? []).map(({ name }) => name),
    checks,
    reviews: pull.reviews.nodes.filter(({ viewerDidAuthor }) => !viewerDidAuthor).flatMap(reviewFacts),
    threads,
    mergedBy: actorOf(pull.mergedBy),
    mergeCommit: pull.mergeCommit?.oid ?? null,
  };
}

export function checkFacts(page: ContextPage, appId: number): CheckFacts[] {
  return page.nodes.map((node) =>
    node.type === "CheckRun"
      ? {
          name: node.name,
          outcome: outcomeOf(node),
          required: node.isRequired,
          own: node.checkSuite.app?.databaseId === appId,
          url: node.url,
          id: node.databaseId,
          run: node.checkSuite.workflowRun?.databaseId ?? null,
          completedAt: node.status === "COMPLETED" ? node.completedAt : null,
          log: null,
        }
      : {
          name: node.context,
          outcome: outcomeOf(node),
          required: node.isRequired,
          own: false,
          url: node.targetUrl,
          id: null,
          run: null,
          completedAt: null,
          // A commit status has no log, only this line.
          log: node.description,
        },
  );
}

function filesOf({ files }: PullNode): string[] | null {
  if (files === null || files.totalCount > files.nodes.length) return null;
  return files.nodes.map(({ path }) => path);
}

function queueOf({ isInMergeQueue, isMergeQueueEnabled }: PullNode): PullFacts["queue"] {
  if (isInMergeQueue) return "queued";
  return isMergeQueueEnabled ? "enabled" : "none";
}

function autoMergeOf({ autoMergeRequest }: PullNode, isAllowed: boolean): PullFacts["autoMerge"] {
  if (autoMergeRequest !== null) return "on";
  return isAllowed ? "allowed" : "forbidden";
}

/** Conversations with their first and last words; what stands between is not decided on. */
export function threadFacts({ nodes }: ThreadPage): ThreadFacts[] {
  return nodes.map(({ id, path, line, isResolved, first, last }) => {
    const all = new Map([...first.nodes, ...last.nodes].map((node) => [node.id, node]));
    return { id, path, line, isResolved, comments: [...all.values()].map(wordFacts) };
  });
}

/** GZA's own reviews by key. */
export function ownReviews({ reviews }: PullNode): [string, Said][] {
  return reviews.nodes.flatMap((node): [string, Said][] => {
    const key = node.viewerDidAuthor ? markerOf(node.body) : null;
    const { databaseId: id, id: nodeId, body, isMinimized: isMinimised } = node;
    return key === null ? [] : [[key, { id, nodeId, body, isMinimised }]];
  });
}

/** Checks of the default branch's tip that pushes bring: neither the App's own nor those of dispatched workflow runs, GZA's among them. */
export function baseChecks(
  { defaultBranchRef }: SnapshotAnswer["repository"],
  appId: number,
): { name: string; outcome: string }[] {
  const contexts = defaultBranchRef?.target.statusCheckRollup?.contexts.nodes ?? [];
  return contexts
    .filter(({ checkSuite }) => {
      if (checkSuite === undefined) return true;
      return checkSuite.app?.databaseId !== appId && checkSuite.workflowRun?.event !== "workflow_dispatch";
    })
    .map((node) => ({ name: node.name ?? node.context ?? "", outcome: outcomeOf(node) }));
}

/** A check run counts by its conclusion once it is completed, a commit status by its state. */
function outcomeOf(node: {
  status?: string | undefined;
  conclusion?: string | null | undefined;
  state?: string | undefined;
}): string {
  if (node.state !== undefined) return node.state === "EXPECTED" ? "pending" : node.state.toLowerCase();
  return node.status === "COMPLETED" ? (node.conclusion ?? "pending").toLowerCase() : "pending";
}

const STATES: { [state: string]: ReviewFacts["state"] } = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes_requested",
  COMMENTED: "commented",
  DISMISSED: "dismissed",
};

/** Pending ones are drafts of their authors and nobody's business. */
function reviewFacts({ databaseId: id, state, body, submittedAt, author }: ReviewNode): ReviewFacts[] {
  const known = STATES[state];
  if (known === undefined || submittedAt === null) return [];
  return [{ id, by: actorOf(author), isBot: author?.type === "Bot", state: known, at: submittedAt, body }];
}

function wordFacts(node: ThreadPage["nodes"][number]["first"]["nodes"][number]): ThreadComment {
  const { author, viewerDidAuthor: isMine, createdAt: at, body } = node;
  const key = isMine ? markerOf(body) : null;
  return { by: actorOf(author), isBot: author?.type === "Bot", isMine, key, at, body };
}

/** A commit's check runs and statuses rolled up into one state. */
import type * as GitHub from "@octokit/graphql-schema";
import { latestChecks } from "../../latest-checks.ts";
import type { CommitStatus } from "../../model/checks.ts";
import type { Repository } from "../../model/world.ts";
import { nodeId } from "../../node-ids.ts";
import { connection } from "../connection.ts";
import type { Fields } from "../fields.ts";
import { gitNode, type CheckRunNode, type StatusContextNode } from "../nodes.ts";

interface CommitNode {
  repository: Repository;
  oid: string;
}
interface RollupNode extends CommitNode {
  kind: "StatusCheckRollup";
}
interface StatusNode extends CommitNode {
  kind: "Status";
}

/** Null when nothing has been said about the commit, as on GitHub. */
export function rollupOf(repository: Repository, oid: string): RollupNode | null {
  const node: RollupNode = { kind: "StatusCheckRollup", repository, oid };
  return contextsOf(node).length > 0 ? node : null;
}

/** The statuses alone; null when there is none. */
export function statusOf(repository: Repository, oid: string): StatusNode | null {
  const node: StatusNode = { kind: "Status", repository, oid };
  return statusesOf(node).length > 0 ? node : null;
}

export const rollupFields: Fields<GitHub.StatusCheckRollup, RollupNode> = {
  id: ({ repository, oid }) => nodeId("StatusCheckRollup", `${repository.id}:${oid}`),
  state: (node) => worst(contextsOf(node).map(stateOf)),
  commit: ({ repository, oid }) => gitNode(repository, { oid, type: "commit" }),
  contexts: (node, args: GitHub.StatusCheckRollupContextsArgs) => ({
    ...connection(contextsOf(node), args, keyOf),
    checkRunCount: checksOf(node).length,
    statusContextCount: statusesOf(node).length,
  }),
};

export const statusFields: Fields<GitHub.Status, StatusNode> = {
  id: ({ repository, oid }) => nodeId("Status", `${repository.id}:${oid}`),
  state: (node) => worst(statusesOf(node).map(stateOf)),
  commit: ({ repository, oid }) => gitNode(repository, { oid, type: "commit" }),
  context: (node, { name }: GitHub.StatusContextArgs) =>
    statusesOf(node).find(({ status }) => status.context === name) ?? null,
  contexts: (node) => statusesOf(node),
};

function contextsOf(node: CommitNode): (CheckRunNode | StatusContextNode)[] {
  return [...checksOf(node), ...statusesOf(node)];
}

function checksOf({ repository, oid }: CommitNode): CheckRunNode[] {
  return latestChecks(
    repository,
    repository.checks.filter(({ headSha }) => headSha === oid),
  ).map((check): CheckRunNode => ({ kind: "CheckRun", repository, check }));
}

/** Of each context its last status counts. */
function statusesOf({ repository, oid }: CommitNode): StatusContextNode[] {
  const latest = new Map<string, CommitStatus>();
  for (const status of repository.statuses) if (status.sha === oid) latest.set(status.context, status);
  return [...latest.values()].map((status): StatusContextNode => ({
    kind: "StatusContext",
    repository,
    status,
  }));
}

function stateOf(node: CheckRunNode | StatusContextNode): GitHub.StatusState {
  if ("status" in node) return node.status.state.toUpperCase() as GitHub.StatusState;
  if (node.check.status !== "completed") return "PENDING";
  const good = ["success", "neutral", "skipped"].includes(node.check.conclusion ?? "");
  return good ? "SUCCESS" : "FAILURE";
}

function worst(states: readonly GitHub.StatusState[]): GitHub.StatusState {
  const order: GitHub.StatusState[] = ["FAILURE", "ERROR", "PENDING"];
  return order.find((state) => states.includes(state)) ?? "SUCCESS";
}

function keyOf(node: CheckRunNode | StatusContextNode): number {
  return "status" in node ? node.status.id : node.check.id;
}

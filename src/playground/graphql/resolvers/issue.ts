/** Issues and the lists of them. */
import type * as GitHub from "@octokit/graphql-schema";
import { notPlayed } from "../../errors.ts";
import type { Issue } from "../../model/issues.ts";
import type { Repository } from "../../model/world.ts";
import { nodeId } from "../../node-ids.ts";
import { connection, type Connection } from "../connection.ts";
import type { Fields } from "../fields.ts";
import { subjectNode, type IssueNode, type SubjectNode } from "../nodes.ts";
import { subjectFields } from "./subject.ts";

export const issueFields: Fields<GitHub.Issue, IssueNode> = {
  ...subjectFields,
  id: ({ issue }) => nodeId("Issue", issue.id),
  databaseId: ({ issue }) => issue.id,
  fullDatabaseId: ({ issue }) => String(issue.id),
  state: ({ issue }) => issue.state.toUpperCase(),
  // Duplicates are told from other closings only to those who ask for it.
  stateReason: ({ issue }, { enableDuplicate }: { enableDuplicate?: boolean | null }) => {
    if (issue.stateReason === "duplicate" && !enableDuplicate) return "NOT_PLANNED";
    return issue.stateReason?.toUpperCase() ?? null;
  },
  isPinned: () => false,
};

/** `Repository.issues`: with any of the labels, in any of the states, oldest first unless asked otherwise. */
export function issueConnection(
  repository: Repository,
  args: GitHub.RepositoryIssuesArgs,
): Connection<SubjectNode> {
  const filter = args.filterBy ?? {};
  // The schema itself says false where a query says nothing of `viewerSubscribed`.
  const asked = Object.entries(filter).filter(([, value]) => value !== false);
  const unknown = asked.map(([key]) => key).find((key) => !["labels", "states", "since"].includes(key));
  if (unknown !== undefined) throw notPlayed(`IssueFilters.${unknown}`);
  const states = filter.states ?? args.states;
  const { since } = filter;
  const issues = [...repository.issues.values()].filter(
    (issue) =>
      issue.pull === null &&
      (!states || states.some((state) => state.toLowerCase() === issue.state)) &&
      hasAnyLabel(issue, args.labels) &&
      hasAnyLabel(issue, filter.labels) &&
      (!since || Date.parse(issue.updatedAt) >= Date.parse(String(since))),
  );
  return listed(repository, issues, args);
}

export function hasAnyLabel(issue: Issue, labels: readonly string[] | null | undefined): boolean {
  if (!labels) return true;
  const held = new Set(issue.labels.map((name) => name.toLowerCase()));
  return labels.some((label) => held.has(label.toLowerCase()));
}

/** Orders and pages issues or pull requests. */
export function listed(
  repository: Repository,
  issues: readonly Issue[],
  args: Pick<GitHub.RepositoryIssuesArgs, "first" | "last" | "after" | "before" | "orderBy">,
): Connection<SubjectNode> {
  const { orderBy } = args;
  if (orderBy?.field === "COMMENTS") throw notPlayed("IssueOrderField.COMMENTS");
  const instantOf = (issue: Issue): string =>
    orderBy?.field === "UPDATED_AT" ? issue.updatedAt : issue.createdAt;
  const sorted = issues.toSorted((a, b) => instantOf(a).localeCompare(instantOf(b)) || a.number - b.number);
  if (orderBy?.direction === "DESC") sorted.reverse();
  return connection(
    sorted.map((issue) => subjectNode(repository, issue)),
    args,
    ({ issue }) => issue.number,
  );
}

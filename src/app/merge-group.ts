/** Answers GitHub's merge queue: a group may be merged as far as GZA's review goes, or may not. */
import type { KeyObject } from "node:crypto";
import type { Client, RepositoryKey } from "../github/client.ts";
import { readGrouped, type GroupedPull } from "../github/read-merge-group.ts";
import { reportReview, type ReviewCheck } from "../github/report-review.ts";

/** What GitHub wants checked before it is merged. */
export interface MergeGroup {
  installation: number;
  repository: RepositoryKey;
  /** Commit that becomes the base's tip. */
  head: string;
  /** `refs/heads/gh-readonly-queue/<base>/pr-<number>-<base's tip>` */
  ref: string;
}

export interface MergeGroupDependencies {
  clientFor: (installation: number) => Promise<Client>;
  key: KeyObject;
  appId: number;
}

/**
 * A group ends with one pull request, whose number is in its name; those before it have groups of their own. What is checked is its own
 * head: the queue may have put it on another base, but has changed nothing of it.
 */
export async function answerMergeGroup(
  { installation, repository, head, ref }: MergeGroup,
  { clientFor, key, appId }: MergeGroupDependencies,
): Promise<void> {
  const pull = pullOf(ref);
  const client = await clientFor(installation);
  const grouped = pull === null ? null : await readGrouped(client, { repository, pull, key });
  const check = { head, ...judge(pull, grouped) };
  await reportReview(client, repository, { check, appId });
}

function pullOf(ref: string): number | null {
  const digits = /\/pr-(\d{1,10})-[0-9a-f]{40,64}$/.exec(ref)?.[1];
  return digits === undefined ? null : Number(digits);
}

function judge(pull: number | null, grouped: GroupedPull | null): Omit<ReviewCheck, "head"> {
  if (grouped === null)
    return refused("Its name does not say which pull request it is for, so nothing can be approved.");
  if (grouped.kind === "foreign") return approved("No task", `#${pull} is none of GZA's tasks.`);
  const { head, record } = grouped;
  if (record === null) return refused(`The record behind #${pull} is not one that GZA wrote.`);
  const { verdict } = record;
  if (verdict?.head !== head) return refused(`The head of #${pull}, ${head.slice(0, 7)}, was not reviewed.`);
  if (verdict.value === "changes_requested") return refused(`The review of #${pull} requests changes.`);
  return approved("Approved", `The review approves the head of #${pull}, ${head.slice(0, 7)}.`);
}

function approved(title: string, summary: string): Omit<ReviewCheck, "head"> {
  return { conclusion: "success", title, summary };
}

function refused(summary: string): Omit<ReviewCheck, "head"> {
  return { conclusion: "failure", title: "Not approved", summary };
}

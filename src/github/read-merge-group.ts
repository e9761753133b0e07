/** Reads what a merge group is made for: whose pull request, and the record behind it. */
import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { issueOfBranch, taskRef } from "../domain/names.ts";
import type { Record } from "../domain/record.ts";
import { Sha } from "../domain/task.ts";
import { graphql, type Client, type RepositoryKey } from "./client.ts";
import { verify } from "./read-record.ts";
import { RecordCommitNode, targetOf } from "./snapshot-answer.ts";
import { RECORD_QUERY } from "./snapshot-query.ts";

const PULL_QUERY = `query Grouped($owner: String!, $name: String!, $pull: Int!) {
  repository(owner: $owner, name: $name) { pullRequest(number: $pull) { headRefName headRefOid isCrossRepository } }
}`;

const PullAnswer = z.looseObject({
  repository: z.looseObject({
    pullRequest: z.looseObject({ headRefName: z.string(), headRefOid: Sha, isCrossRepository: z.boolean() }),
  }),
});
const RecordAnswer = z.looseObject({ repository: z.looseObject({ record: targetOf(RecordCommitNode) }) });

export type GroupedPull =
  /** No task was ever worked on on its branch. */
  | { kind: "foreign" }
  /** `record` null: it is not one that GZA wrote. */
  | { kind: "task"; head: Sha; record: Record | null };

export async function readGrouped(
  client: Client,
  { repository, pull, key }: { repository: RepositoryKey; pull: number; key: KeyObject },
): Promise<GroupedPull> {
  const { owner, name, id } = repository;
  const { data } = await graphql(client, PULL_QUERY, { owner, name, pull });
  const { headRefName, headRefOid: head, isCrossRepository } = PullAnswer.parse(data).repository.pullRequest;
  const issue = isCrossRepository ? null : issueOfBranch(headRefName);
  if (issue === null) return { kind: "foreign" };
  const answer = await graphql(client, RECORD_QUERY, { owner, name, record: taskRef(issue) });
  const { record: ref } = RecordAnswer.parse(answer.data).repository;
  if (ref === null) return { kind: "foreign" };
  if (ref.target === null) return { kind: "task", head, record: null };
  const { oid, message, parents } = ref.target;
  const commit = { oid, message, parents: parents.nodes.map((parent) => parent.oid) };
  const read = verify(commit, { repository: id, issue, key });
  return { kind: "task", head, record: read.kind === "good" ? read.record : null };
}

/** Reads what a merge group is made for, and tells GitHub whether GZA's review stands behind it. */
import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { issueOfBranch, REVIEW_CHECK, taskRef } from "../domain/names.ts";
import type { Record } from "../domain/record.ts";
import { Sha } from "../domain/task.ts";
import { graphql, type Client, type RepositoryKey } from "./client.ts";
import { isUnanswered } from "./failure.ts";
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
const CheckRuns = z.looseObject({
  check_runs: z.array(
    z.looseObject({ app: z.looseObject({ id: z.number() }).nullable(), conclusion: z.string().nullable() }),
  ),
});

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

export interface GroupCheck {
  head: Sha;
  conclusion: "success" | "failure";
  title: string;
  summary: string;
}

/** Reported again it says the same; only after a lost answer it is looked for first. `appId`: whose check runs are GZA's own. */
export async function reportOnGroup(
  client: Client,
  { owner, name: repo }: RepositoryKey,
  { check, appId }: { check: GroupCheck; appId: number },
): Promise<void> {
  const { head, conclusion, title, summary } = check;
  const create = async (): Promise<void> => {
    await client.request("POST /repos/{owner}/{repo}/check-runs", {
      owner,
      repo,
      name: REVIEW_CHECK,
      head_sha: head,
      status: "completed",
      conclusion,
      output: { title, summary },
    });
  };
  try {
    await create();
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    const route = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs";
    const listed = await client.request(route, { owner, repo, ref: head, check_name: REVIEW_CHECK });
    const isThere = CheckRuns.parse(listed.data).check_runs.some(
      (run) => run.app?.id === appId && run.conclusion === conclusion,
    );
    if (!isThere) await create();
  }
}

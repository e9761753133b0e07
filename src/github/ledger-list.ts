/** Lists the ledger: the tasks of a repository with their records, as far as GZA wrote them. */
import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { TASK_PREFIX } from "../domain/names.ts";
import type { Record } from "../domain/record.ts";
import { graphql, type Client, type RepositoryKey } from "./client.ts";
import { verify } from "./read-record.ts";
import { RecordCommitNode, TaskPage } from "./snapshot-answer.ts";
import { TASKS_QUERY } from "./snapshot-query.ts";

export interface ListedTask {
  issue: number;
  /** null: something lies on the task's ref that GZA did not write. */
  record: Record | null;
}

const TasksAnswer = z.looseObject({ repository: z.looseObject({ refs: TaskPage.nullable() }) });

/** All tasks that have a record; a hundred a query. */
export async function listTasks(
  client: Client,
  repository: RepositoryKey,
  key: KeyObject,
): Promise<ListedTask[]> {
  return restOfTasks(client, { repository, key, page: null });
}

/** Goes on after `page` (null: from the beginning), whose own tasks come first. */
export async function restOfTasks(
  client: Client,
  { repository, key, page }: { repository: RepositoryKey; key: KeyObject; page: TaskPage | null },
): Promise<ListedTask[]> {
  const tasks = page === null ? [] : readPage(page, repository, key);
  let next = page === null ? { hasNextPage: true, endCursor: null } : page.pageInfo;
  while (next.hasNextPage) {
    const variables = {
      owner: repository.owner,
      name: repository.name,
      tasks: TASK_PREFIX,
      after: next.endCursor,
    };
    const { data } = await graphql(client, TASKS_QUERY, variables);
    const { refs } = TasksAnswer.parse(data).repository;
    if (refs === null) return tasks;
    tasks.push(...readPage(refs, repository, key));
    next = refs.pageInfo;
  }
  return tasks;
}

function readPage(page: TaskPage, repository: RepositoryKey, key: KeyObject): ListedTask[] {
  return page.nodes.flatMap(({ name, target }) => {
    const issue = Number(/^\d{1,10}$/.exec(name)?.[0]);
    if (!(issue > 0)) return [];
    const commit = RecordCommitNode.safeParse(target);
    if (!commit.success) return [{ issue, record: null }];
    const { oid, message, parents } = commit.data;
    const read = verify(
      { oid, message, parents: parents.nodes.map((parent) => parent.oid) },
      { repository: repository.id, issue, key },
    );
    return [{ issue, record: read.kind === "good" ? read.record : null }];
  });
}

/** Reads on where the snapshot's query found more than a hundred comments, threads or checks: nothing is decided on a part. */
import { z } from "zod";
import type { Sha } from "../domain/task.ts";
import { graphql, type Client, type RepositoryKey } from "./client.ts";
import { CommentPage, ContextPage, ThreadPage } from "./snapshot-answer.ts";
import { COMMENTS_QUERY, CONTEXTS_QUERY, THREADS_QUERY } from "./snapshot-query.ts";

const CommentsAnswer = z.looseObject({
  repository: z.looseObject({ issueOrPullRequest: z.looseObject({ comments: CommentPage }) }),
});

const ThreadsAnswer = z.looseObject({
  repository: z.looseObject({ pullRequest: z.looseObject({ reviewThreads: ThreadPage }) }),
});

const ContextsAnswer = z.looseObject({
  repository: z.looseObject({
    object: z.looseObject({ statusCheckRollup: z.looseObject({ contexts: ContextPage }).nullable() }),
  }),
});

/** `page` and those before it, newest first, back to comment `since`; null: `page` alone. */
export async function olderComments(
  client: Client,
  { owner, name }: RepositoryKey,
  { number, page, since }: { number: number; page: CommentPage; since: number | null },
): Promise<CommentPage[]> {
  const pages = [page];
  if (since === null) return pages;
  let oldest = page;
  for (;;) {
    if (!oldest.pageInfo.hasPreviousPage || (oldest.nodes[0]?.databaseId ?? 0) <= since) return pages;
    const variables = { owner, name, number, before: oldest.pageInfo.startCursor };
    const { data } = await graphql(client, COMMENTS_QUERY, variables);
    oldest = CommentsAnswer.parse(data).repository.issueOrPullRequest.comments;
    pages.push(oldest);
  }
}

/** `page` and those before it. */
export async function olderThreads(
  client: Client,
  { owner, name }: RepositoryKey,
  { number, page }: { number: number; page: ThreadPage },
): Promise<ThreadPage[]> {
  const pages = [page];
  for (let oldest = page; oldest.pageInfo.hasPreviousPage;) {
    const variables = { owner, name, number, before: oldest.pageInfo.startCursor };
    const { data } = await graphql(client, THREADS_QUERY, variables);
    oldest = ThreadsAnswer.parse(data).repository.pullRequest.reviewThreads;
    pages.unshift(oldest);
  }
  return pages;
}

/** `page` and those after it. */
export async function restOfChecks(
  client: Client,
  { owner, name }: RepositoryKey,
  { commit, pull, page }: { commit: Sha; pull: number; page: ContextPage | null },
): Promise<ContextPage[]> {
  const pages: ContextPage[] = page === null ? [] : [page];
  let last = page;
  while (last?.pageInfo.hasNextPage) {
    const variables = { owner, name, commit, pull, after: last.pageInfo.endCursor };
    const { data } = await graphql(client, CONTEXTS_QUERY, variables);
    last = ContextsAnswer.parse(data).repository.object.statusCheckRollup?.contexts ?? null;
    if (last !== null) pages.push(last);
  }
  return pages;
}

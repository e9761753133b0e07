/** Reads of all open task pull requests of a base whether they can be merged: one query for fifty of them. */
import { z } from "zod";
import { CONFIG_PATH, issueOfBranch } from "../domain/names.ts";
import type { ConfigReading } from "../domain/snapshot.ts";
import { Sha } from "../domain/task.ts";
import { graphql, type Client, type RepositoryKey } from "./client.ts";
import { statusOf } from "./failure.ts";
import { readConfig } from "./read-config.ts";

const MERGEABLE_QUERY = `query Mergeable($owner: String!, $name: String!, $base: String!, $config: String!, $after: String) {
  repository(owner: $owner, name: $name) { defaultBranchRef { name }
    config: object(expression: $config) { ... on Blob { oid byteSize text } }
    pullRequests(states: OPEN, baseRefName: $base, first: 50, after: $after) { pageInfo { hasNextPage endCursor }
      nodes { number headRefName headRefOid isCrossRepository mergeable isInMergeQueue } } }
}`;

const Answer = z.looseObject({
  repository: z.looseObject({
    defaultBranchRef: z.looseObject({ name: z.string() }).nullable(),
    config: z
      .looseObject({ oid: Sha, byteSize: z.number(), text: z.string().nullable() })
      .partial()
      .nullable(),
    pullRequests: z.looseObject({
      pageInfo: z.looseObject({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
      nodes: z.array(
        z.looseObject({
          number: z.number(),
          headRefName: z.string(),
          headRefOid: Sha,
          isCrossRepository: z.boolean(),
          mergeable: z.enum(["MERGEABLE", "CONFLICTING", "UNKNOWN"]),
          isInMergeQueue: z.boolean(),
        }),
      ),
    }),
  }),
});

const Pull = z.looseObject({ mergeable: z.boolean().nullable() });

export type Mergeability = "mergeable" | "conflicting" | "unknown";

/** An open pull request from a task's branch. */
export interface TaskPull {
  number: number;
  issue: number;
  branch: string;
  mergeable: Mergeability;
  isQueued: boolean;
}

export interface BaseReading {
  pulls: TaskPull[];
  isDefault: boolean;
  config: ConfigReading;
}

const WORDS = { MERGEABLE: "mergeable", CONFLICTING: "conflicting", UNKNOWN: "unknown" } as const;

/** Of a base without open pull requests, and of one that is gone, one query finds out that there are none. */
export async function readMergeable(
  client: Client,
  { owner, name }: RepositoryKey,
  base: string,
): Promise<BaseReading> {
  const pulls: TaskPull[] = [];
  let after: string | null = null;
  for (;;) {
    const variables = { owner, name, base, config: `HEAD:${CONFIG_PATH}`, after };
    const { data } = await graphql(client, MERGEABLE_QUERY, variables);
    const { repository }: z.infer<typeof Answer> = Answer.parse(data);
    const { nodes, pageInfo } = repository.pullRequests;
    for (const node of nodes) {
      const issue = node.isCrossRepository ? null : issueOfBranch(node.headRefName);
      if (issue === null) continue;
      const { number, headRefName: branch, isInMergeQueue: isQueued } = node;
      pulls.push({ number, issue, branch, mergeable: WORDS[node.mergeable], isQueued });
    }
    if (pageInfo.hasNextPage) {
      after = pageInfo.endCursor;
      continue;
    }
    const { oid, byteSize = 0, text = null } = repository.config ?? {};
    const config = readConfig(oid === undefined ? null : { blob: oid, bytes: byteSize, text });
    return { pulls, isDefault: repository.defaultBranchRef?.name === base, config };
  }
}

/**
 * Has GitHub find out whether it can be merged, and answers what it knows by now: the test merge runs in the background, and this request
 * is what GitHub documents to start it (https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request).
 */
export async function startTestMerge(
  client: Client,
  { owner, name }: RepositoryKey,
  pull: number,
): Promise<Mergeability> {
  try {
    const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
    const response = await client.request(route, { owner, repo: name, pull_number: pull });
    const { mergeable } = Pull.parse(response.data);
    if (mergeable === null) return "unknown";
    return mergeable ? "mergeable" : "conflicting";
  } catch (error) {
    // It went away meanwhile; whatever became of it has events of its own.
    if (statusOf(error) === 404) return "unknown";
    throw error;
  }
}

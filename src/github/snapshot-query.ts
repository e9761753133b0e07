/** The one query behind a snapshot, and the shape of its answer. */
import { z } from "zod";
import { Sha } from "../domain/task.ts";

const WHO = `type: __typename login ... on User { databaseId } ... on Bot { databaseId } ... on Organization { databaseId }`;

const COMMENTS = `pageInfo { hasPreviousPage startCursor }
  nodes { id databaseId body createdAt lastEditedAt viewerDidAuthor author { ${WHO} } reactionGroups { viewerHasReacted } }`;

const CONTEXTS = `pageInfo { hasNextPage endCursor }
  nodes { type: __typename
    ... on CheckRun { name status conclusion url isRequired(pullRequestNumber: $pull) checkSuite { app { databaseId } } }
    ... on StatusContext { context state targetUrl isRequired(pullRequestNumber: $pull) } }`;

const RECORD_COMMIT = `oid message parents(first: 2) { nodes { oid } }`;

export const SNAPSHOT_QUERY = `query Snapshot(
  $owner: String!, $name: String!, $issue: Int!, $record: String!, $brief: String!, $baton: String!, $report: String!,
  $unfinished: String!, $queueRef: String!, $queue: String!, $config: String!, $workflow: String!, $tasks: String!, $branch: String!, $branchRef: String!,
  $hasBranch: Boolean!, $pull: Int!, $hasPull: Boolean!, $withList: Boolean!
) {
  viewer { login databaseId }
  repository(owner: $owner, name: $name) {
    id databaseId nameWithOwner url
    defaultBranchRef { name target { oid ... on Commit { statusCheckRollup { contexts(first: 50) { nodes { type: __typename
      ... on CheckRun { checkSuite { app { databaseId } workflowRun { event } } } } } } } } }
    issue(number: $issue) { id number title body url state locked lastEditedAt author { ${WHO} } editor { ${WHO} }
      labels(first: 100) { nodes { name } }
      timelineItems(last: 100, itemTypes: [LABELED_EVENT, UNLABELED_EVENT, CLOSED_EVENT, RENAMED_TITLE_EVENT]) { nodes { type: __typename
        ... on LabeledEvent { createdAt actor { ${WHO} } label { name } }
        ... on UnlabeledEvent { createdAt actor { ${WHO} } label { name } }
        ... on ClosedEvent { createdAt actor { ${WHO} } }
        ... on RenamedTitleEvent { createdAt actor { ${WHO} } } } }
      comments(last: 100) { ${COMMENTS} } }
    pullRequest(number: $pull) @include(if: $hasPull) { id number url title body state isDraft mergeable isInMergeQueue
      headRefOid headRefName baseRefName mergedBy { ${WHO} } mergeCommit { oid }
      labels(first: 100) { nodes { name } }
      comments(last: 100) { ${COMMENTS} }
      commits(last: 1) { nodes { commit { oid statusCheckRollup { contexts(first: 100) { ${CONTEXTS} } } } } } }
    pullRequests(headRefName: $branch, first: 5, orderBy: {field: CREATED_AT, direction: DESC}) @include(if: $hasBranch) {
      nodes { number createdAt isCrossRepository baseRefName } }
    branch: ref(qualifiedName: $branchRef) { target { oid } }
    record: ref(qualifiedName: $record) { target { ... on Commit { ${RECORD_COMMIT} tree { oid entries { name oid } }
      history(first: 11) { nodes { ${RECORD_COMMIT} } } } } }
    brief: object(expression: $brief) { ... on Blob { oid text isTruncated } }
    baton: ref(qualifiedName: $baton) { target { ... on Commit { oid committedDate parents(first: 2) { nodes { oid } } tree { entries { name oid } } } } }
    report: object(expression: $report) { ... on Blob { oid byteSize text isTruncated } }
    unfinished: ref(qualifiedName: $unfinished) { target { oid } }
    queueRef: ref(qualifiedName: $queueRef) { target { ... on Commit { oid tree { entries { name oid } } } } }
    queue: object(expression: $queue) { ... on Blob { oid text isTruncated } }
    config: object(expression: $config) { ... on Blob { oid byteSize text } }
    workflow: object(expression: $workflow) { oid }
    refs(refPrefix: $tasks, first: 100) @include(if: $withList) { pageInfo { hasNextPage endCursor }
      nodes { name target { ... on Commit { ${RECORD_COMMIT} } } } }
  }
}`;

/** Further pages of what has more than a hundred entries. */
export const COMMENTS_QUERY = `query Comments($owner: String!, $name: String!, $number: Int!, $before: String!) {
  repository(owner: $owner, name: $name) { issueOrPullRequest(number: $number) {
    ... on Issue { comments(last: 100, before: $before) { ${COMMENTS} } }
    ... on PullRequest { comments(last: 100, before: $before) { ${COMMENTS} } } } }
}`;

export const CONTEXTS_QUERY = `query Contexts($owner: String!, $name: String!, $commit: String!, $pull: Int!, $after: String!) {
  repository(owner: $owner, name: $name) { object(expression: $commit) {
    ... on Commit { statusCheckRollup { contexts(first: 100, after: $after) { ${CONTEXTS} } } } } }
}`;

export const TASKS_QUERY = `query Tasks($owner: String!, $name: String!, $tasks: String!, $after: String) {
  repository(owner: $owner, name: $name) { refs(refPrefix: $tasks, first: 100, after: $after) { pageInfo { hasNextPage endCursor }
    nodes { name target { ... on Commit { ${RECORD_COMMIT} } } } } }
}`;

const Who = z
  .looseObject({ type: z.string(), login: z.string(), databaseId: z.number().nullish() })
  .nullable();
export type Who = z.infer<typeof Who>;

const Oid = z.looseObject({ oid: Sha });
const Parents = z.looseObject({ nodes: z.array(Oid) });
const Labels = z.looseObject({ nodes: z.array(z.looseObject({ name: z.string() })) }).nullable();
const Entries = z.looseObject({ entries: z.array(z.looseObject({ name: z.string(), oid: Sha })) });
const NextPage = z.looseObject({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });

export const CommentPage = z.looseObject({
  pageInfo: z.looseObject({ hasPreviousPage: z.boolean(), startCursor: z.string().nullable() }),
  nodes: z.array(
    z.looseObject({
      id: z.string(),
      databaseId: z.number(),
      body: z.string(),
      createdAt: z.string(),
      lastEditedAt: z.string().nullable(),
      viewerDidAuthor: z.boolean(),
      author: Who,
      reactionGroups: z.array(z.looseObject({ viewerHasReacted: z.boolean() })).nullable(),
    }),
  ),
});
export type CommentPage = z.infer<typeof CommentPage>;

export const ContextPage = z.looseObject({
  pageInfo: NextPage,
  nodes: z.array(
    z.discriminatedUnion("type", [
      z.looseObject({
        type: z.literal("CheckRun"),
        name: z.string(),
        status: z.string(),
        conclusion: z.string().nullable(),
        url: z.string().nullable(),
        isRequired: z.boolean(),
        checkSuite: z.looseObject({ app: z.looseObject({ databaseId: z.number() }).nullable() }),
      }),
      z.looseObject({
        type: z.literal("StatusContext"),
        context: z.string(),
        state: z.string(),
        targetUrl: z.string().nullable(),
        isRequired: z.boolean(),
      }),
    ]),
  ),
});
export type ContextPage = z.infer<typeof ContextPage>;

export const RecordCommitNode = z.looseObject({ oid: Sha, message: z.string(), parents: Parents });

export const TaskPage = z.looseObject({
  pageInfo: NextPage,
  nodes: z.array(z.looseObject({ name: z.string(), target: RecordCommitNode.partial() })),
});
export type TaskPage = z.infer<typeof TaskPage>;

/** `target` null: the ref points at something else than a commit, which answers without the commit's fields. */
function targetOf<T extends z.ZodType>(commit: T) {
  return z.looseObject({ target: z.union([commit, z.object({}).transform(() => null)]) }).nullable();
}

const Issue = z.looseObject({
  id: z.string(),
  number: z.number(),
  title: z.string(),
  body: z.string(),
  url: z.string(),
  state: z.string(),
  locked: z.boolean(),
  lastEditedAt: z.string().nullable(),
  author: Who,
  editor: Who,
  labels: Labels,
  timelineItems: z.looseObject({
    nodes: z.array(
      z.looseObject({
        type: z.string(),
        createdAt: z.string(),
        actor: Who,
        label: z.looseObject({ name: z.string() }).optional(),
      }),
    ),
  }),
  comments: CommentPage,
});
export type IssueNode = z.infer<typeof Issue>;

const Pull = z.looseObject({
  id: z.string(),
  number: z.number(),
  url: z.string(),
  title: z.string(),
  body: z.string(),
  state: z.enum(["OPEN", "MERGED", "CLOSED"]),
  isDraft: z.boolean(),
  mergeable: z.enum(["MERGEABLE", "CONFLICTING", "UNKNOWN"]),
  isInMergeQueue: z.boolean(),
  headRefOid: Sha,
  headRefName: z.string(),
  baseRefName: z.string(),
  mergedBy: Who,
  mergeCommit: Oid.nullable(),
  labels: Labels,
  comments: CommentPage,
  commits: z.looseObject({
    nodes: z.array(
      z.looseObject({
        commit: z.looseObject({
          oid: Sha,
          statusCheckRollup: z.looseObject({ contexts: ContextPage }).nullable(),
        }),
      }),
    ),
  }),
});
export type PullNode = z.infer<typeof Pull>;

const RecordTarget = RecordCommitNode.extend({
  tree: Entries.extend({ oid: Sha }),
  history: z.looseObject({ nodes: z.array(RecordCommitNode) }),
});
const BatonTarget = z.looseObject({ oid: Sha, committedDate: z.string(), parents: Parents, tree: Entries });
const QueueTarget = z.looseObject({ oid: Sha, tree: Entries });

const Text = z
  .looseObject({ oid: Sha, text: z.string().nullable(), isTruncated: z.boolean() })
  .partial()
  .nullable();

export const SnapshotAnswer = z.looseObject({
  viewer: z.looseObject({ login: z.string(), databaseId: z.number() }),
  repository: z.looseObject({
    id: z.string(),
    databaseId: z.number(),
    nameWithOwner: z.string(),
    url: z.string(),
    defaultBranchRef: z
      .looseObject({
        name: z.string(),
        target: z.looseObject({
          oid: Sha,
          statusCheckRollup: z
            .looseObject({
              contexts: z.looseObject({
                nodes: z.array(
                  z.looseObject({
                    type: z.string(),
                    checkSuite: z
                      .looseObject({
                        app: z.looseObject({ databaseId: z.number() }).nullable(),
                        workflowRun: z.looseObject({ event: z.string() }).nullable(),
                      })
                      .optional(),
                  }),
                ),
              }),
            })
            .nullish(),
        }),
      })
      .nullable(),
    issue: Issue,
    pullRequest: Pull.nullish(),
    pullRequests: z
      .looseObject({
        nodes: z.array(
          z.looseObject({
            number: z.number(),
            createdAt: z.string(),
            isCrossRepository: z.boolean(),
            baseRefName: z.string(),
          }),
        ),
      })
      .nullish(),
    branch: z.looseObject({ target: Oid }).nullable(),
    record: targetOf(RecordTarget),
    brief: Text,
    baton: targetOf(BatonTarget),
    report: z
      .looseObject({ oid: Sha, byteSize: z.number(), text: z.string().nullable(), isTruncated: z.boolean() })
      .partial()
      .nullable(),
    unfinished: z.looseObject({ target: Oid }).nullable(),
    queueRef: targetOf(QueueTarget),
    queue: Text,
    config: z
      .looseObject({ oid: Sha, byteSize: z.number(), text: z.string().nullable() })
      .partial()
      .nullable(),
    workflow: Oid.nullable(),
    refs: TaskPage.nullish(),
  }),
});
export type SnapshotAnswer = z.infer<typeof SnapshotAnswer>;

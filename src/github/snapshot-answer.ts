/** The shape of what the snapshot query answers. */
import { z } from "zod";
import { Sha } from "../domain/task.ts";

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
      isMinimized: z.boolean(),
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
        databaseId: z.number(),
        name: z.string(),
        status: z.string(),
        conclusion: z.string().nullable(),
        url: z.string().nullable(),
        completedAt: z.string().nullable(),
        isRequired: z.boolean(),
        checkSuite: z.looseObject({
          app: z.looseObject({ databaseId: z.number() }).nullable(),
          workflowRun: z.looseObject({ databaseId: z.number() }).nullable(),
        }),
      }),
      z.looseObject({
        type: z.literal("StatusContext"),
        context: z.string(),
        state: z.string(),
        description: z.string().nullable(),
        targetUrl: z.string().nullable(),
        isRequired: z.boolean(),
      }),
    ]),
  ),
});
export type ContextPage = z.infer<typeof ContextPage>;

const Word = z.looseObject({
  id: z.string(),
  createdAt: z.string(),
  body: z.string(),
  viewerDidAuthor: z.boolean(),
  author: Who,
});
const Words = z.looseObject({ nodes: z.array(Word) });

export const ThreadPage = z.looseObject({
  pageInfo: z.looseObject({ hasPreviousPage: z.boolean(), startCursor: z.string().nullable() }),
  nodes: z.array(
    z.looseObject({
      id: z.string(),
      path: z.string(),
      line: z.number().nullable(),
      isResolved: z.boolean(),
      first: Words,
      last: Words,
    }),
  ),
});
export type ThreadPage = z.infer<typeof ThreadPage>;

const Review = z.looseObject({
  id: z.string(),
  databaseId: z.number(),
  state: z.string(),
  body: z.string(),
  submittedAt: z.string().nullable(),
  viewerDidAuthor: z.boolean(),
  isMinimized: z.boolean(),
  author: Who,
});
export type ReviewNode = z.infer<typeof Review>;

export const RecordCommitNode = z.looseObject({ oid: Sha, message: z.string(), parents: Parents });

export const TaskPage = z.looseObject({
  pageInfo: NextPage,
  nodes: z.array(z.looseObject({ name: z.string(), target: RecordCommitNode.partial() })),
});
export type TaskPage = z.infer<typeof TaskPage>;

/** `target` null: the ref points at something else than a commit, which answers without the commit's fields. */
export function targetOf<T extends z.ZodType>(commit: T) {
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
  mergeStateStatus: z.string(),
  /** null: no rule asks for reviews. */
  reviewDecision: z.string().nullable(),
  isInMergeQueue: z.boolean(),
  isMergeQueueEnabled: z.boolean(),
  autoMergeRequest: z.looseObject({}).nullable(),
  headRefOid: Sha,
  headRefName: z.string(),
  baseRefName: z.string(),
  /** null: the base is gone. */
  baseRef: z
    .looseObject({
      target: Oid.nullable(),
      /** null: there is no such branch, or it shares no history with the base. */
      compare: z.looseObject({ behindBy: z.number() }).nullable(),
    })
    .nullable(),
  files: z
    .looseObject({ totalCount: z.number(), nodes: z.array(z.looseObject({ path: z.string() })) })
    .nullable(),
  mergedBy: Who,
  mergeCommit: Oid.nullable(),
  labels: Labels,
  comments: CommentPage,
  reviews: z.looseObject({ nodes: z.array(Review) }),
  reviewThreads: ThreadPage,
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
const UnfinishedTarget = z.looseObject({ oid: Sha, parents: Parents, tree: Entries });
const BatonTarget = UnfinishedTarget.extend({ committedDate: z.string() });
const QueueTarget = z.looseObject({ oid: Sha, tree: Entries });

const Text = z
  .looseObject({ oid: Sha, text: z.string().nullable(), isTruncated: z.boolean() })
  .partial()
  .nullable();

const Report = z
  .looseObject({ oid: Sha, byteSize: z.number(), text: z.string().nullable(), isTruncated: z.boolean() })
  .partial()
  .nullable();

export const SnapshotAnswer = z.looseObject({
  viewer: z.looseObject({ login: z.string(), databaseId: z.number() }),
  repository: z.looseObject({
    id: z.string(),
    databaseId: z.number(),
    nameWithOwner: z.string(),
    isPrivate: z.boolean(),
    url: z.string(),
    isInOrganization: z.boolean(),
    autoMergeAllowed: z.boolean(),
    owner: z.looseObject({ login: z.string() }),
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
                    name: z.string().optional(),
                    status: z.string().optional(),
                    conclusion: z.string().nullish(),
                    context: z.string().optional(),
                    state: z.string().optional(),
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
    /** null: it is not there any more. */
    issue: Issue.nullable(),
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
    findings: Text,
    receipt: Text,
    baton: targetOf(BatonTarget),
    report: Report,
    unfinished: targetOf(UnfinishedTarget),
    unfinishedReport: Report,
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

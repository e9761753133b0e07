/** GitHub's global node ids: the same opaque text as REST's `node_id` and GraphQL's `id`. */

/** GitHub's prefix for each kind of node; what follows it is opaque to callers. */
const PREFIXES = {
  User: "U",
  Bot: "BOT",
  Organization: "O",
  Mannequin: "M",
  Repository: "R",
  Issue: "I",
  PullRequest: "PR",
  IssueComment: "IC",
  PullRequestReview: "PRR",
  PullRequestReviewComment: "PRRC",
  PullRequestReviewThread: "PRRT",
  PullRequestCommit: "PURC",
  Label: "LA",
  Milestone: "MI",
  Release: "RE",
  Reaction: "REA",
  CheckRun: "CR",
  CheckSuite: "CS",
  StatusContext: "SC",
  Status: "S",
  StatusCheckRollup: "SCR",
  App: "A",
  Workflow: "W",
  WorkflowRun: "WFR",
  Artifact: "AR",
  Deployment: "DE",
  BranchProtectionRule: "BPR",
  Ref: "REF",
  Commit: "C",
  CommitComment: "CC",
  Tree: "T",
  Blob: "B",
  Tag: "TA",
  LabeledEvent: "LE",
  UnlabeledEvent: "UNLE",
  ClosedEvent: "CE",
  ReopenedEvent: "REE",
  RenamedTitleEvent: "RTE",
  MergedEvent: "ME",
  LockedEvent: "LOE",
  UnlockedEvent: "UNLOE",
  AssignedEvent: "AE",
  UnassignedEvent: "UNAE",
  MentionedEvent: "MEE",
  SubscribedEvent: "SE",
  ReferencedEvent: "REFE",
  CrossReferencedEvent: "CRE",
  ConvertToDraftEvent: "CTDE",
  ReadyForReviewEvent: "RFRE",
  ReviewRequestedEvent: "RRE",
  ReviewDismissedEvent: "RDE",
  HeadRefDeletedEvent: "HRDE",
  HeadRefRestoredEvent: "HRRE",
  HeadRefForcePushedEvent: "HRFPE",
  BaseRefChangedEvent: "BRCE",
  TransferredEvent: "TRE",
  ConvertedToDiscussionEvent: "CTDIE",
  AutoMergeEnabledEvent: "AMEE",
  AutoMergeDisabledEvent: "AMDE",
  AutoSquashEnabledEvent: "ASQEE",
  AutoRebaseEnabledEvent: "AREE",
  AddedToMergeQueueEvent: "ATMQE",
  RemovedFromMergeQueueEvent: "RFMQE",
  MergeQueue: "MQ",
  MergeQueueEntry: "MQE",
} as const;

export type NodeKind = keyof typeof PREFIXES;

const KINDS = new Map<string, NodeKind>(
  (Object.keys(PREFIXES) as NodeKind[]).map((kind) => [PREFIXES[kind], kind]),
);

/**
 * Ids are numbers, except for git's own things: `<repository id>:<oid>` for Commit, Tree, Blob and Tag,
 * `<repository id>:<full ref name>` for Ref. A pull request's id is `Pull.id`, in every API.
 */
export function nodeId(kind: NodeKind, id: number | string): string {
  return `${PREFIXES[kind]}_kwDO${Buffer.from(String(id)).toString("base64url")}`;
}

/** What `nodeId` was made from; null when the text is none of ours. */
export function parseNodeId(text: string): { kind: NodeKind; id: string } | null {
  const parts = /^(?<prefix>[A-Z]+)_kwDO(?<id>[\w-]+)$/.exec(text)?.groups;
  const kind = KINDS.get(parts?.prefix ?? "");
  if (!kind || !parts?.id) return null;
  return { kind, id: Buffer.from(parts.id, "base64url").toString() };
}

/** The timeline of issues and pull requests: events and comments in one list. */
import type * as GitHub from "@octokit/graphql-schema";
import { commentsOf } from "../../comments.ts";
import { findLabel } from "../../labels.ts";
import { nodeId, type NodeKind } from "../../node-ids.ts";
import { issuePage } from "../../shapes/issue.ts";
import { connection, type Connection } from "../connection.ts";
import type { Context, Fields, Paging } from "../fields.ts";
import {
  actorNode,
  gitNode,
  subjectNode,
  type CommentNode,
  type EventNode,
  type SubjectNode,
} from "../nodes.ts";
import { labelNode } from "./label.ts";

/** REST's event names for GraphQL's types; events of other kinds are not in GraphQL's timeline. */
const TYPES: Record<string, NodeKind> = {
  labeled: "LabeledEvent",
  unlabeled: "UnlabeledEvent",
  closed: "ClosedEvent",
  reopened: "ReopenedEvent",
  renamed: "RenamedTitleEvent",
  merged: "MergedEvent",
  locked: "LockedEvent",
  unlocked: "UnlockedEvent",
  convert_to_draft: "ConvertToDraftEvent",
  ready_for_review: "ReadyForReviewEvent",
  transferred: "TransferredEvent",
  converted_to_discussion: "ConvertedToDiscussionEvent",
  head_ref_deleted: "HeadRefDeletedEvent",
  head_ref_restored: "HeadRefRestoredEvent",
  head_ref_force_pushed: "HeadRefForcePushedEvent",
  auto_merge_enabled: "AutoMergeEnabledEvent",
  auto_squash_enabled: "AutoSquashEnabledEvent",
  auto_rebase_enabled: "AutoRebaseEnabledEvent",
  auto_merge_disabled: "AutoMergeDisabledEvent",
  added_to_merge_queue: "AddedToMergeQueueEvent",
  removed_from_merge_queue: "RemovedFromMergeQueueEvent",
};

type TimelineArgs = Paging & { itemTypes?: readonly string[] | null; since?: unknown; skip?: number | null };

interface TimelineConnection extends Connection<EventNode | CommentNode> {
  filteredCount: number;
  pageCount: number;
  updatedAt: string;
}

export function timelineConnection(node: SubjectNode, args: TimelineArgs): TimelineConnection {
  const all = itemsOf(node);
  const asked = all.filter((item) => isAsked(item, args)).slice(args.skip ?? 0);
  const page = connection(asked, args, idOf);
  return {
    ...page,
    totalCount: asked.length,
    filteredCount: asked.length,
    pageCount: page.nodes.length,
    updatedAt: node.issue.updatedAt,
  };
}

const eventFields = {
  id: ({ kind, event }) => nodeId(kind, event.id),
  actor: ({ event }, _args, { world }) => actorNode(world, event.actorId),
  createdAt: ({ event }) => event.createdAt,
} satisfies Fields<GitHub.LabeledEvent | GitHub.ClosedEvent, EventNode>;

const labeledFields: Fields<GitHub.LabeledEvent & GitHub.UnlabeledEvent, EventNode> = {
  ...eventFields,
  // The label may have been deleted since; the event remembers its name.
  label: ({ repository, event }) => {
    const name = event.label ?? "";
    const label = findLabel(repository, name) ?? { id: 0, name, color: "ededed", description: null };
    return labelNode(repository, label);
  },
  labelable: subjectOfEvent,
};

const closedFields: Fields<GitHub.ClosedEvent, EventNode> = {
  ...eventFields,
  closable: subjectOfEvent,
  closer: ({ repository, event }) =>
    event.commit === null ? null : gitNode(repository, { oid: event.commit, type: "commit" }),
  stateReason: ({ event }) => upper(event.detail["state_reason"]),
  url: urlOf,
};

const reopenedFields: Fields<GitHub.ReopenedEvent, EventNode> = {
  ...eventFields,
  closable: subjectOfEvent,
  stateReason: () => null,
};

const renamedFields: Fields<GitHub.RenamedTitleEvent, EventNode> = {
  ...eventFields,
  currentTitle: ({ event }) => (event.detail["rename"] as { to: string }).to,
  previousTitle: ({ event }) => (event.detail["rename"] as { from: string }).from,
  subject: subjectOfEvent,
};

const mergedFields: Fields<GitHub.MergedEvent, EventNode> = {
  ...eventFields,
  commit: ({ repository, event }) =>
    event.commit === null ? null : gitNode(repository, { oid: event.commit, type: "commit" }),
  mergeRefName: ({ issue }) => issue.pull?.baseRef,
  pullRequest: subjectOfEvent,
  url: urlOf,
};

/** Events of pull requests that say nothing beyond who and when. */
const pullEventFields = {
  ...eventFields,
  pullRequest: subjectOfEvent,
} satisfies Fields<GitHub.ConvertToDraftEvent | GitHub.HeadRefDeletedEvent, EventNode>;

const autoMergeEnabledFields: Fields<GitHub.AutoMergeEnabledEvent, EventNode> = {
  ...pullEventFields,
  enabler: personBehind,
};

const queueEventFields = {
  ...pullEventFields,
  enqueuer: personBehind,
} satisfies Fields<GitHub.AddedToMergeQueueEvent, EventNode>;

const headDeletedFields: Fields<GitHub.HeadRefDeletedEvent, EventNode> = {
  ...pullEventFields,
  headRef: () => null,
  headRefName: ({ issue }) => issue.pull?.headRef,
};

const lockFields = {
  ...eventFields,
  lockable: subjectOfEvent,
} satisfies Fields<GitHub.LockedEvent | GitHub.UnlockedEvent, EventNode>;

export const eventFieldsByType = {
  LabeledEvent: labeledFields,
  UnlabeledEvent: labeledFields,
  ClosedEvent: closedFields,
  ReopenedEvent: reopenedFields,
  RenamedTitleEvent: renamedFields,
  MergedEvent: mergedFields,
  LockedEvent: { ...lockFields, lockReason: () => null },
  UnlockedEvent: lockFields,
  TransferredEvent: { ...eventFields, issue: subjectOfEvent } satisfies Fields<
    GitHub.TransferredEvent,
    EventNode
  >,
  ConvertedToDiscussionEvent: eventFields,
  ConvertToDraftEvent: pullEventFields,
  ReadyForReviewEvent: pullEventFields,
  HeadRefDeletedEvent: headDeletedFields,
  HeadRefRestoredEvent: pullEventFields,
  HeadRefForcePushedEvent: pullEventFields,
  AutoMergeEnabledEvent: autoMergeEnabledFields,
  AutoSquashEnabledEvent: autoMergeEnabledFields,
  AutoRebaseEnabledEvent: autoMergeEnabledFields,
  AutoMergeDisabledEvent: {
    ...pullEventFields,
    disabler: personBehind,
    reason: reasonOf,
  } satisfies Fields<GitHub.AutoMergeDisabledEvent, EventNode>,
  AddedToMergeQueueEvent: queueEventFields,
  RemovedFromMergeQueueEvent: { ...queueEventFields, reason: reasonOf } satisfies Fields<
    GitHub.RemovedFromMergeQueueEvent,
    EventNode
  >,
};

function itemsOf({ repository, issue }: SubjectNode): (EventNode | CommentNode)[] {
  const events = issue.timeline.flatMap((event): EventNode[] => {
    const kind = TYPES[event.kind];
    return kind ? [{ kind, repository, issue, event }] : [];
  });
  const comments = commentsOf(repository, issue).map((comment): CommentNode => ({
    kind: "IssueComment",
    repository,
    comment,
  }));
  return [...events, ...comments].toSorted((a, b) => when(a).localeCompare(when(b)) || idOf(a) - idOf(b));
}

/** `LABELED_EVENT` asks for `LabeledEvent`. */
function isAsked(item: EventNode | CommentNode, { itemTypes, since }: TimelineArgs): boolean {
  const name = item.kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
  if (itemTypes && !itemTypes.includes(name)) return false;
  return !since || Date.parse(when(item)) >= Date.parse(String(since));
}

function when(item: EventNode | CommentNode): string {
  return "event" in item ? item.event.createdAt : item.comment.createdAt;
}

function idOf(item: EventNode | CommentNode): number {
  return "event" in item ? item.event.id : item.comment.id;
}

function subjectOfEvent({ repository, issue }: EventNode): SubjectNode {
  return subjectNode(repository, issue);
}

/** GitHub's type allows only people here. */
function personBehind({ event }: EventNode, _args: never, { world }: Context) {
  const actor = actorNode(world, event.actorId);
  return actor.kind === "User" ? actor : null;
}

function reasonOf({ event }: EventNode): unknown {
  return event.detail["reason"];
}

function urlOf({ repository, issue, event }: EventNode, _args: never, { world }: Context): string {
  return `${issuePage(world, repository, issue)}#event-${event.id}`;
}

function upper(value: unknown): string | null {
  return typeof value === "string" ? value.toUpperCase() : null;
}

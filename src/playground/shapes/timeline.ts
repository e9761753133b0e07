/** An issue's timeline and events as GitHub's REST API shows them. */
import { commentsOf } from "../comments.ts";
import type { Issue, TimelineEvent } from "../model/issues.ts";
import type { Repository, World } from "../model/world.ts";
import { nodeId, type NodeKind } from "../node-ids.ts";
import { userById } from "../world.ts";
import { appOfBot } from "./app.ts";
import { commentJson } from "./issue.ts";
import { repositoryUrl } from "./repository.ts";
import { associationOf, userJson } from "./user.ts";

/** GraphQL's name for each kind of event, as far as it goes beyond `<Kind>Event`. */
const NODE_KINDS: Record<string, NodeKind> = {
  labeled: "LabeledEvent",
  unlabeled: "UnlabeledEvent",
  closed: "ClosedEvent",
  reopened: "ReopenedEvent",
  renamed: "RenamedTitleEvent",
  merged: "MergedEvent",
  locked: "LockedEvent",
  unlocked: "UnlockedEvent",
  head_ref_deleted: "HeadRefDeletedEvent",
  head_ref_restored: "HeadRefRestoredEvent",
  head_ref_force_pushed: "HeadRefForcePushedEvent",
  base_ref_changed: "BaseRefChangedEvent",
  convert_to_draft: "ConvertToDraftEvent",
  ready_for_review: "ReadyForReviewEvent",
  transferred: "TransferredEvent",
  converted_to_discussion: "ConvertedToDiscussionEvent",
  auto_merge_enabled: "AutoMergeEnabledEvent",
  auto_squash_enabled: "AutoSquashEnabledEvent",
  auto_rebase_enabled: "AutoRebaseEnabledEvent",
  auto_merge_disabled: "AutoMergeDisabledEvent",
  added_to_merge_queue: "AddedToMergeQueueEvent",
  removed_from_merge_queue: "RemovedFromMergeQueueEvent",
};

/** Everything that has a REST form other than an event (`commented`, `reviewed`, `committed`) is told apart by `event`. */
export type TimelineJson = Record<string, unknown>;

/** Events only, oldest first. */
export function eventsOf(world: World, repository: Repository, issue: Issue): TimelineJson[] {
  return issue.timeline.map((event) => eventJson(world, repository, event));
}

/** Events and comments together, oldest first. */
export function timelineOf(world: World, repository: Repository, issue: Issue): TimelineJson[] {
  const comments = commentsOf(repository, issue).map((comment) => ({
    at: comment.createdAt,
    id: comment.id,
    entry: {
      event: "commented",
      actor: userJson(world, userById(world, comment.authorId)),
      ...commentJson(world, repository, comment),
      author_association: associationOf(repository, comment.authorId),
    },
  }));
  const events = issue.timeline.map((event) => ({
    at: event.createdAt,
    id: event.id,
    entry: eventJson(world, repository, event),
  }));
  return [...comments, ...events]
    .toSorted((a, b) => a.at.localeCompare(b.at) || a.id - b.id)
    .map(({ entry }) => entry);
}

function eventJson(world: World, repository: Repository, event: TimelineEvent): TimelineJson {
  const url = repositoryUrl(world, repository);
  const label = repository.labels.find(({ name }) => name === event.label);
  const kind = NODE_KINDS[event.kind];
  return {
    id: event.id,
    node_id: kind ? nodeId(kind, event.id) : `${event.kind}_${event.id}`,
    url: `${url}/issues/events/${event.id}`,
    actor: userJson(world, userById(world, event.actorId)),
    event: event.kind,
    commit_id: event.commit,
    commit_url: event.commit === null ? null : `${url}/commits/${event.commit}`,
    created_at: event.createdAt,
    performed_via_github_app: appOfBot(world, event.actorId),
    ...(event.label === null ? {} : { label: { name: event.label, color: label?.color ?? "ededed" } }),
    ...event.detail,
  };
}

/** Who asked for a task and when: the label's own history, so that a lost event loses nothing. */
import type { Snapshot } from "./snapshot.ts";
import type { Actor, Instant } from "./task.ts";

export interface Ask {
  at: Instant;
  by: Actor;
}

/** The time that the label was last put on, if it still is; null: it is not on, or whoever put it on is gone. */
export function newestAsk(snapshot: Snapshot): Ask | null {
  const last = snapshot.issue.labelled.at(-1);
  return last?.on && last.by ? { at: last.at, by: last.by } : null;
}

/**
 * Whether the label was taken off after it was put on at `asked`, even if it is on again by now. Instants have whole seconds:
 * of several within the same second the last counts as the asking.
 */
export function wasUnlabelled(snapshot: Snapshot, asked: Instant): boolean {
  const { labelled } = snapshot.issue;
  const asking = labelled.findLastIndex((event) => event.on && event.at === asked);
  return labelled.some((event, index) => !event.on && index > asking && event.at >= asked);
}

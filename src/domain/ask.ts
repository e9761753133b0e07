/** Who asked for a task, when and how: the label's own history and the comments, so that a lost event loses nothing. */
import { parseCommand } from "./command.ts";
import { PEOPLE_LABELS } from "./names.ts";
import type { Settings } from "./record.ts";
import { mayWrite, type CommentFacts, type Snapshot } from "./snapshot.ts";
import type { Actor, Instant } from "./task.ts";

export interface Ask {
  at: Instant;
  by: Actor;
  how: "label" | "command";
  task: "explore" | "implement";
  settings: Settings;
}

export const NO_SETTINGS: Settings = { agent: null, model: null, max_turns: null, budget: null };

/** The time that the label was last put on, if it still is; null: it is not on, or whoever put it on is gone. */
export function newestAsk(snapshot: Snapshot): Ask | null {
  const last = snapshot.issue.labelled.at(-1);
  if (!last?.on || !last.by) return null;
  return { at: last.at, by: last.by, how: "label", task: "implement", settings: NO_SETTINGS };
}

/** Whether a plan is wanted first, which this version cannot make. */
export function wantsPlan({ issue }: Snapshot): boolean {
  return issue.labels.includes(PEOPLE_LABELS.plan);
}

/** What a comment asks for; null: it is no `/gza run` of somebody who may, or not one that can be followed. */
export function askIn(snapshot: Snapshot, comment: CommentFacts): Ask | null {
  const command = parseCommand(comment.body);
  if (command?.kind !== "run" || comment.by === null || !mayWrite(snapshot, comment.by)) return null;
  if (wantsPlan(snapshot)) return null;
  const { task, settings } = command;
  return { at: comment.at, by: comment.by, how: "command", task, settings };
}

/** Whether somebody who may not write changed the text after it was asked for: whoever asked has not seen it as it is. */
export function isChangedSince(snapshot: Snapshot, ask: Ask): boolean {
  const { edited } = snapshot.issue;
  return edited !== null && edited.at > ask.at && !mayWrite(snapshot, edited.by);
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

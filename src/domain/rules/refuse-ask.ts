/** Says once, for each time that the label is put on, why no task begins. */
import type { Ask } from "../ask.ts";
import { notAllowedBody, notPlannedBody } from "../comments.ts";
import type { Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";

const REFUSALS = { "not-allowed": notAllowedBody, "no-plan": notPlannedBody };

export function refuseAsk(snapshot: Snapshot, ask: Ask, why: keyof typeof REFUSALS): Answer {
  const key = `${why}:${ask.at.toLowerCase().replace(/[^0-9tz]/g, "")}`;
  const body = REFUSALS[why](key, ask.by.login);
  return {
    reason: "not_allowed",
    move: null,
    effects: snapshot.said.has(key) ? [] : [{ kind: "say", key, on: snapshot.issue.number, body }],
    again: null,
  };
}

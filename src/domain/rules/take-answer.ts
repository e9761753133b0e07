/** Takes what a person says to the question of an agent: the attempt goes on with it. */
import { withWords } from "../feedback.ts";
import type { Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import type { CommentFacts, Snapshot } from "../snapshot.ts";
import { moveTo } from "../transition.ts";

export function takeAnswer(snapshot: Snapshot, record: Record, comment: CommentFacts): Answer | null {
  const { by, id } = comment;
  const last = record.attempts.at(-1);
  if (by === null || !last) return null;
  return moves(
    moveTo(snapshot, record, {
      story: `@${by.login} answered the question`,
      change: {
        phase: "queued",
        reason: "resumed",
        wanted: { kind: last.kind, how: "resume" },
        heard: record.spent.attempts,
        seen: { ...record.seen, comment: id },
      },
      findings: withWords(snapshot.findings, { ...comment, by }),
    }),
  );
}

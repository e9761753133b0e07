/** Takes what a person says to the question of an agent: the attempt goes on with it. */
import { cleanIncoming } from "../clean.ts";
import { feedbackId } from "../feedback.ts";
import { NO_FINDINGS } from "../finding.ts";
import type { Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import type { CommentFacts, Snapshot } from "../snapshot.ts";
import { moveTo } from "../transition.ts";

export function takeAnswer(snapshot: Snapshot, record: Record, comment: CommentFacts): Answer | null {
  const { by, id, at } = comment;
  const last = record.attempts.at(-1);
  if (by === null || !last) return null;
  const before = snapshot.findings ?? NO_FINDINGS;
  const body = cleanIncoming(comment.body, 4000).text;
  const words = { id: feedbackId(`comment ${id}`), by, at, body, path: null, line: null, thread: null };
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
      findings: { ...before, words: [...before.words, words].slice(-5) },
    }),
  );
}

/** The questions with which attempts end, and what people say to them. */
import type { Feedback, Findings } from "./finding.ts";
import type { RecordBody } from "./record.ts";
import type { Kind } from "./task.ts";

/** What was said to the newest question of an attempt of this kind, as long as none of its kind has come through since. */
export function answersTo(findings: Findings | null, record: RecordBody, kind: Kind): Feedback[] {
  const ofKind = record.attempts.filter((attempt) => attempt.kind === kind);
  const asked = ofKind.findLast(({ end }) => end === "question" || end === "completed");
  const since = asked?.end === "question" ? asked.ended : null;
  return since === null ? [] : (findings?.words ?? []).filter(({ at }) => at >= since);
}

/** Without what was said to a question: once its attempt has come through, it asks for no further change. */
export function withoutAnswers<T extends Findings | null>(findings: T, record: RecordBody, kind: Kind): T {
  const answers = new Set(answersTo(findings, record, kind).map(({ id }) => id));
  if (findings === null || answers.size === 0) return findings;
  return { ...findings, words: findings.words.filter(({ id }) => !answers.has(id)) };
}

/** Whether a task may be worked on at its head now, and what it would have GZA write there. */
import { checksOf } from "./checks.ts";
import type { Config } from "./config.ts";
import { openFeedback, quietAt } from "./feedback.ts";
import type { Feedback } from "./finding.ts";
import { isNext, isNextToCatchUp, wantsMerge } from "./landing-order.ts";
import type { Record, RecordBody } from "./record.ts";
import type { PullFacts, Snapshot } from "./snapshot.ts";
import { isReviewed, standing } from "./standing.ts";
import type { Sha } from "./task.ts";

/** A task whose open pull request shows the head that the record knows, with nothing in flight. */
export interface AtHead {
  record: Record & { head: Sha };
  pull: PullFacts;
  config: Config;
}

/** As `onHead`; null also where the pull request conflicts: nothing else is done to it before that is settled. */
export function atHead(snapshot: Snapshot, record: Record | null): AtHead | null {
  return snapshot.pull?.mergeable === "conflicting" ? null : onHead(snapshot, record);
}

/** null: there is an attempt in flight, no open pull request, GitHub has not caught up, or it stands in a merge queue, where it is left alone. */
export function onHead(snapshot: Snapshot, record: Record | null): AtHead | null {
  const { pull, config } = snapshot;
  if (!record || record.attempt || record.head === null || config.kind === "broken") return null;
  if (record.phase === "parked" || record.phase === "done" || record.phase === "cancelled") return null;
  if (pull?.state !== "open" || pull.head !== record.head || pull.queue === "queued") return null;
  return { record: { ...record, head: record.head }, pull, config: config.config };
}

/** Whether the newest review of this head wants changes. */
export function isRejected(record: RecordBody): boolean {
  return isReviewed(record) && record.verdict?.value === "changes_requested";
}

/** What people want changed, once they have been quiet for long enough; a command does not wait for that. */
export function dueFeedback(snapshot: Snapshot, record: RecordBody): Feedback[] {
  const feedback = openFeedback(snapshot, record);
  const quiet = quietAt(feedback);
  const isDue = quiet !== null && (quiet <= snapshot.now || record.wanted?.kind === "improve");
  return isDue ? feedback : [];
}

/** Why GZA would write to the branch; null: it would not. */
export function causeToWrite(
  snapshot: Snapshot,
  record: RecordBody,
): "checks_red" | "changes_requested" | "feedback" | null {
  if (checksOf(snapshot, record).kind === "red") return "checks_red";
  if (isRejected(record)) return "changes_requested";
  return openFeedback(snapshot, record).length > 0 ? "feedback" : null;
}

/** Why GZA would put the head on the newest base; null: it may stay where it is. Being behind is no reason by itself. */
export function causeToRebase(snapshot: Snapshot, record: RecordBody): "conflicts" | "behind" | null {
  const { pull, config } = snapshot;
  if (pull?.mergeable === "conflicting") return "conflicts";
  if (!pull || pull.behindBy === 0 || isOnBase(record, pull) || config.kind === "broken") return null;
  if (record.wanted?.kind === "rebase") return "behind";
  const { phase, reason } = standing(snapshot, record);
  // Where GitHub merges by itself being behind may be all that it waits for, and nobody else brings it forward.
  const isLeft = reason === "waits_for_merge" && !pull.needsApproval;
  if (phase !== "ready" && !isLeft) return null;
  if (config.config.rebase.when === "behind") return "behind";
  if (!pull.mustCatchUp || !wantsMerge(record, config.config)) return null;
  // Every merge leaves all others behind: only the next to land catches up.
  return (isLeft ? isNextToCatchUp : isNext)(snapshot, record) ? "behind" : null;
}

/** A rebase has put it on the newest base already. */
export function isOnBase({ rebased, head }: RecordBody, pull: PullFacts): boolean {
  return rebased !== null && rebased.head === head && rebased.onto === pull.baseHead;
}

/** Both: what would have GZA push to the branch. */
export function causeToPush(
  snapshot: Snapshot,
  record: RecordBody,
): NonNullable<ReturnType<typeof causeToRebase> | ReturnType<typeof causeToWrite>> | null {
  return causeToRebase(snapshot, record) ?? causeToWrite(snapshot, record);
}

/** Attempts of a kind since a person's last word, those aside that nobody judges. */
export function attemptsOf(record: RecordBody, kind: "improve" | "fix"): number {
  return record.attempts.filter(
    (attempt) =>
      attempt.kind === kind &&
      attempt.n > record.heard &&
      attempt.end !== "superseded" &&
      attempt.end !== "cancelled",
  ).length;
}

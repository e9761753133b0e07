/** Feedback: words of people about a pull request that want a change and have not been taken up. */
import { createHash } from "node:crypto";
import { cleanIncoming } from "./clean.ts";
import { NO_FINDINGS, type Feedback, type Findings } from "./finding.ts";
import type { RecordBody } from "./record.ts";
import { mayWrite, type Snapshot, type ThreadFacts } from "./snapshot.ts";
import type { Actor, Instant } from "./task.ts";
import { later } from "./time.ts";

/** People write several comments in a row; the last word must be so old. */
export const QUIET_SECONDS = 5 * 60;

const MAX_WORDS = 8000;

/**
 * Unresolved threads whose last word is a person's, reviews that request changes, and texts of `/gza improve`; each by somebody with
 * write, and newer than what was taken up last. Oldest first.
 */
export function openFeedback(snapshot: Snapshot, record: RecordBody): Feedback[] {
  const since = record.seen.feedback ?? "";
  const said = [...fromThreads(snapshot), ...fromReviews(snapshot)].filter(({ at }) => at > since);
  return [...said, ...(snapshot.findings?.words ?? [])].toSorted((one, other) =>
    one.at < other.at ? -1 : 1,
  );
}

/** With what a person wrote in a comment, until an attempt takes it up; of many comments the newest five. */
export function withWords(
  findings: Findings | null,
  { id, by, at, body }: { id: number; by: Actor; at: Instant; body: string },
): Findings {
  const before = findings ?? NO_FINDINGS;
  const said = { by, at, body: cleanIncoming(body, 4000).text };
  const words = { id: feedbackId(`comment ${id}`), ...said, path: null, line: null, thread: null };
  return { ...before, words: [...before.words, words].slice(-5) };
}

/** When the last of it has been quiet for long enough; null: there is none. */
export function quietAt(feedback: readonly Feedback[]): Instant | null {
  const last = feedback.at(-1);
  return last ? later(last.at, QUIET_SECONDS) : null;
}

/** The id under which an answer to this thread comes back. */
export function feedbackId(place: string): string {
  return createHash("sha256").update(place).digest("hex").slice(0, 12);
}

function fromThreads(snapshot: Snapshot): Feedback[] {
  return (snapshot.pull?.threads ?? []).flatMap((thread) => {
    const last = thread.comments.at(-1);
    if (thread.isResolved || !last || last.isMine || last.isBot || last.by === null) return [];
    if (!mayWrite(snapshot, last.by)) return [];
    const { id, path, line } = thread;
    const body = conversation(thread, last.by.id);
    return [{ id: feedbackId(id), by: last.by, at: last.at, body, path, line, thread: id }];
  });
}

/** What GZA and the person said there, oldest first; others may have no say here. */
function conversation({ comments }: ThreadFacts, person: number): string {
  const parts = comments
    .filter(({ isMine, by }) => isMine || by?.id === person)
    .map(({ isMine, by, body }) => `${isMine ? "GZA" : (by?.login ?? "ghost")}: ${cleanIncoming(body).text}`);
  return parts.join("\n\n").slice(-MAX_WORDS);
}

/** The newest review of each person, where it requests changes. */
function fromReviews(snapshot: Snapshot): Feedback[] {
  const reviews = (snapshot.pull?.reviews ?? []).filter(
    ({ state, isBot }) => state !== "commented" && !isBot,
  );
  const newest = new Map(reviews.map((review) => [review.by?.id, review]));
  return [...newest.values()].flatMap(({ id, by, at, body, state }) => {
    if (state !== "changes_requested" || by === null || !mayWrite(snapshot, by)) return [];
    const words = cleanIncoming(body, MAX_WORDS).text;
    return [{ id: feedbackId(`review ${id}`), by, at, body: words, path: null, line: null, thread: null }];
  });
}

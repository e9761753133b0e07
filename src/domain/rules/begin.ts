/** Rule 13: a task begins when somebody who may asks for it, and its first attempt when it is its turn. */
import { newestAsk, type Ask } from "../ask.ts";
import { briefHash, type Brief } from "../brief.ts";
import { cleanIncoming } from "../clean.ts";
import { notAllowedBody } from "../comments.ts";
import { branchName } from "../names.ts";
import type { Record, RecordBody } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import { mayWrite, type Snapshot } from "../snapshot.ts";
import { start } from "../start.ts";
import { firstMove } from "../transition.ts";

export function begin(snapshot: Snapshot, record: Record | null): Answer | null {
  if (record)
    return record.phase === "queued" && !record.attempt && record.head === null
      ? start(snapshot, record, record.kind)
      : null;
  const ask = newestAsk(snapshot);
  if (!ask || snapshot.issue.state === "closed") return null;
  if (!mayWrite(snapshot, ask.by)) return refuse(snapshot, ask);
  const { brief, body } = freshTask(snapshot, ask);
  return moves(firstMove(snapshot, body, { story: `asked by @${ask.by.login}`, brief }));
}

/** A task as it is when it has just been asked for: its text frozen, everything else empty. */
export function freshTask(snapshot: Snapshot, ask: Ask): { brief: Brief; body: RecordBody } {
  const { issue, repository, config } = snapshot;
  const brief = freeze(snapshot);
  const body: RecordBody = {
    v: 1,
    issue: issue.number,
    generation: 1,
    phase: "queued",
    reason: "asked",
    since: snapshot.now,
    asked: { by: ask.by, at: ask.at, how: "label" },
    kind: "implement",
    settings: { agent: null, model: null, max_turns: null, budget: null },
    brief: brief.hash,
    config: config.blob,
    base: repository.defaultBranch,
    branch: branchName(issue.number, brief.title),
    pull: null,
    head: null,
    head_at: null,
    theirs: false,
    landed: [],
    trusted: isTrusted(snapshot),
    attempt: null,
    attempts: [],
    spent: { attempts: 0, turns: 0, usd: 0 },
    heard: 0,
    verdict: null,
    findings: null,
    rerun: null,
    wanted: null,
    plan: null,
    merge: null,
    not_before: null,
    seen: { comment: snapshot.comments.at(-1)?.id ?? 0, feedback: null },
    intents: [],
    status_comment: null,
  };
  return { brief, body };
}

function freeze(snapshot: Snapshot): Brief {
  const title = cleanIncoming(snapshot.issue.title, 300);
  const text = cleanIncoming(snapshot.issue.body);
  const words = { title: title.text, body: text.text, comments: [] };
  return { ...words, hash: briefHash(words), removed: [...title.removed, ...text.removed] };
}

/** Whether every word of the brief is by people who can push. */
function isTrusted(snapshot: Snapshot): boolean {
  const { author, edited } = snapshot.issue;
  return mayWrite(snapshot, author) && (edited === null || mayWrite(snapshot, edited.by));
}

function refuse(snapshot: Snapshot, ask: Ask): Answer {
  const key = `not-allowed:${ask.at.toLowerCase().replace(/[^0-9tz]/g, "")}`;
  const told = snapshot.said.has(key);
  return {
    reason: "not_allowed",
    move: null,
    effects: told
      ? []
      : [{ kind: "say", key, on: snapshot.issue.number, body: notAllowedBody(key, ask.by.login) }],
    again: null,
  };
}

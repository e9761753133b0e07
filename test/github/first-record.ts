/** A record as the first move of a task writes it, and the brief that goes with it. */
import { briefHash, type Brief } from "../../src/domain/brief.ts";
import { NO_SHA, type RecordBody } from "../../src/domain/record.ts";

export function firstBrief(): Brief {
  const words = { title: "Fix the parser", body: "It loses the last line.", comments: [] };
  return { ...words, hash: briefHash(words), removed: [] };
}

export function firstRecord(issue: number, change: Partial<RecordBody> = {}): RecordBody {
  return {
    v: 1,
    issue,
    generation: 1,
    phase: "queued",
    reason: "asked",
    since: "2026-01-02T03:04:05Z",
    asked: { by: { id: 7, login: "ada" }, at: "2026-01-02T03:04:05Z", how: "label" },
    kind: "implement",
    settings: { agent: null, model: null, max_turns: null, budget: null },
    urgent: false,
    brief: firstBrief().hash,
    config: NO_SHA,
    base: "main",
    branch: null,
    pull: null,
    head: null,
    head_at: null,
    theirs: false,
    shared: false,
    landed: [],
    trusted: true,
    attempt: null,
    attempts: [],
    spent: { attempts: 0, turns: 0, usd: 0 },
    heard: 0,
    verdict: null,
    rebased: null,
    footprint: null,
    depends: [],
    findings: null,
    receipt: null,
    rerun: null,
    wanted: null,
    plan: null,
    merge: null,
    not_before: null,
    seen: { comment: 0, feedback: null },
    intents: [],
    status_comment: null,
    ...change,
  };
}

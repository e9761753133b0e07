/** Snapshots to begin a test from: a labelled issue in a quiet repository, changed as the test needs. */
import { briefHash } from "../../src/domain/brief.ts";
import { Config } from "../../src/domain/config.ts";
import { emptyQueue } from "../../src/domain/queue.ts";
import { type Attempt, type Record as TaskRecord, type RecordBody } from "../../src/domain/record.ts";
import type { Report } from "../../src/domain/report.ts";
import { NO_FINDINGS, type Findings, type KnownFinding } from "../../src/domain/finding.ts";
import { findingsHash } from "../../src/domain/findings.ts";
import type {
  CheckFacts,
  CommentFacts,
  PullFacts,
  RunFacts,
  Snapshot,
  ThreadFacts,
} from "../../src/domain/snapshot.ts";

export const NOW = "2026-03-01T12:00:00Z";
export const ANNA = { id: 11, login: "anna" };
export const GUEST = { id: 12, login: "guest" };
export const BASE = sha("b");
export const HEAD = sha("1");
export const JOB = sha("a");
export const RETURNED = sha("c");

export function sha(digit: string): string {
  return digit.repeat(40);
}

/** The config of the demo: no review, everything else by default. */
export const CONFIG = Config.parse({ review: { enabled: false } });

/** The default: every head is reviewed. */
export const REVIEWING = { kind: "config", blob: sha("d"), config: Config.parse({}) } as const;

const WORDS = { title: "Fix the parser", body: "It fails on empty input.", comments: [] };
export const BRIEF = { ...WORDS, hash: briefHash(WORDS), removed: [] };

export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    now: NOW,
    repository: {
      id: 1,
      nodeId: "R_1",
      name: "acme/app",
      isPublic: false,
      url: "https://github.test/acme/app",
      defaultBranch: "main",
      defaultHead: BASE,
      baseChecks: [{ name: "test", outcome: "success" }],
      workflow: "present",
    },
    installation: { missing: [], url: "https://github.test/settings/installations/5" },
    me: { id: 99, login: "gza[bot]" },
    issue: {
      number: 7,
      nodeId: "I_7",
      title: WORDS.title,
      body: WORDS.body,
      url: "https://github.test/acme/app/issues/7",
      state: "open",
      locked: false,
      gone: false,
      labels: ["gza"],
      author: ANNA,
      edited: null,
      labelled: [{ on: true, at: "2026-03-01T11:59:00Z", by: ANNA }],
      closed: [],
    },
    record: { kind: "none" },
    brief: null,
    findings: null,
    receipt: null,
    landed: [],
    baton: { kind: "none" },
    run: null,
    unfinished: null,
    branchHead: null,
    pull: null,
    comments: [],
    discussion: [],
    said: new Map(),
    roles: new Map([
      [ANNA.id, "write"],
      [GUEST.id, "read"],
    ]),
    ledger: { records: [], queue: emptyQueue(NOW), queueOid: null },
    config: { kind: "config", blob: sha("d"), config: CONFIG },
    evidence: [],
    ...change,
  };
}

export function record(change: Partial<RecordBody> = {}): TaskRecord {
  return {
    v: 1,
    mac: "0".repeat(64),
    issue: 7,
    generation: 1,
    phase: "queued",
    reason: "asked",
    since: "2026-03-01T11:59:30Z",
    asked: { by: ANNA, at: "2026-03-01T11:59:00Z", how: "label" },
    kind: "implement",
    settings: { agent: null, model: null, max_turns: null, budget: null },
    urgent: false,
    brief: BRIEF.hash,
    config: sha("d"),
    base: "main",
    branch: "gza/7-fix-the-parser",
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

export function attempt(change: Partial<Attempt> = {}): Attempt {
  return {
    n: 1,
    kind: "implement",
    how: "first",
    agent: "claude",
    model: null,
    start: { base: BASE, head: null },
    evidence: "0123456789ab",
    job: JOB,
    run: null,
    claimed: "2026-03-01T11:59:40Z",
    ended: null,
    end: null,
    work: null,
    reserved: 10,
    turns: 0,
    seconds: 0,
    usd: null,
    ...change,
  };
}

/** A task with this record and its brief. */
export function task(body: Partial<RecordBody>, change: Partial<Snapshot> = {}): Snapshot {
  const made = record(body);
  return snapshot({
    record: { kind: "record", oid: sha("e"), tree: sha("f"), record: made },
    brief: BRIEF,
    ...change,
  });
}

/** A task with an attempt in flight, its baton handed out and its run in progress. */
export function inFlight(change: Partial<Snapshot> = {}): Snapshot {
  return task(
    { phase: "running", reason: "started", attempt: attempt() },
    {
      baton: { kind: "job", oid: JOB, at: "2026-03-01T11:59:41Z" },
      run: run({ status: "in_progress" }),
      ...change,
    },
  );
}

/** A task whose pull request is green, mergeable and recorded as ready. */
export function ready(body: Partial<RecordBody> = {}, change: Partial<Snapshot> = {}): Snapshot {
  const done = attempt({ end: "completed", ended: "2026-03-01T11:59:50Z", reserved: 0 });
  return task(
    {
      phase: "ready",
      reason: "ready",
      head: HEAD,
      head_at: "2026-03-01T11:59:50Z",
      landed: [HEAD],
      pull: 8,
      attempts: [done],
      spent: { attempts: 1, turns: 3, usd: 0.1 },
      status_comment: 900,
      ...body,
    },
    {
      pull: pull(),
      branchHead: HEAD,
      issue: { ...snapshot().issue, labels: ["gza", "gza:ready"] },
      ...change,
    },
  );
}

export function pull(change: Partial<PullFacts> = {}): PullFacts {
  return {
    number: 8,
    nodeId: "PR_8",
    url: "https://github.test/acme/app/pull/8",
    state: "open",
    title: WORDS.title,
    body: "",
    head: HEAD,
    branch: "gza/7-fix-the-parser",
    base: "main",
    draft: false,
    mergeable: "mergeable",
    baseHead: BASE,
    behindBy: 0,
    mustCatchUp: false,
    needsApproval: false,
    files: ["src/parse.js", "test/parse.test.js"],
    queue: "none",
    autoMerge: "forbidden",
    labels: [],
    checks: [check()],
    reviews: [],
    threads: [],
    mergedBy: null,
    mergeCommit: null,
    ...change,
  };
}

export function check(change: Partial<CheckFacts> = {}): CheckFacts {
  const facts = { name: "test", outcome: "success", required: false, own: false, url: null, id: 61, run: 71 };
  return { ...facts, completedAt: "2026-03-01T11:59:58Z", log: null, ...change };
}

/** A conversation that a person began, unless `change` says otherwise. */
export function thread(body: string, change: Partial<ThreadFacts> = {}): ThreadFacts {
  return {
    id: "PRRT_1",
    path: "src/parser.ts",
    line: 3,
    isResolved: false,
    comments: [{ by: ANNA, isBot: false, isMine: false, key: null, at: "2026-03-01T11:50:00Z", body }],
    ...change,
  };
}

export function finding(change: Partial<KnownFinding> = {}): KnownFinding {
  return {
    severity: "blocker",
    title: "Empty input still fails",
    path: "src/parser.ts",
    line: 3,
    end_line: null,
    evidence: "parse('') throws.",
    impact: "The issue is not solved.",
    fix: "Return an empty list.",
    tests: "parse('')",
    sites: [],
    fingerprint: "aaaaaaaaaaaa",
    anchor: { line: 3, start_line: null },
    n: 1,
    state: "open",
    seen: { first: 2, last: 2 },
    dispute: null,
    upheld: false,
    note: null,
    ...change,
  };
}

export function verdict(change: Partial<NonNullable<RecordBody["verdict"]>> = {}) {
  const approved = { head: HEAD, patch: "9", value: "approved", blockers: 0, followups: 0 } as const;
  return { ...approved, carried_from: null, ...change };
}

/** A task whose head a review has rejected for these findings. */
export function rejected(
  known: KnownFinding[] = [finding()],
  body: Partial<RecordBody> = {},
  change: Partial<Snapshot> = {},
): Snapshot {
  const findings: Findings = {
    ...NO_FINDINGS,
    review: { attempt: 2, head: HEAD, agent: "claude", model: "m", summary: "", coverage: [], dropped: [] },
    known,
  };
  return reviewed(
    {
      verdict: verdict({ value: "changes_requested", blockers: known.length }),
      phase: "open",
      reason: "changes_requested",
      findings: findingsHash(findings),
      ...body,
    },
    { findings, ...change },
  );
}

/** A task at its head, in a repository that wants reviews; approved, unless `body` says otherwise. */
export function reviewed(body: Partial<RecordBody> = {}, change: Partial<Snapshot> = {}): Snapshot {
  return ready({ verdict: verdict(), ...body }, { config: REVIEWING, ...change });
}

export function run(change: Partial<RunFacts> = {}): RunFacts {
  return {
    id: 501,
    url: "https://github.test/acme/app/actions/runs/501",
    status: "completed",
    conclusion: "success",
    createdAt: "2026-03-01T11:59:42Z",
    genuine: true,
    ...change,
  };
}

export function comment(body: string, change: Partial<CommentFacts> = {}): CommentFacts {
  return {
    id: 1001,
    nodeId: "IC_1001",
    on: "issue",
    at: "2026-03-01T11:59:55Z",
    by: ANNA,
    isBot: false,
    body,
    edited: null,
    acknowledged: true,
    ...change,
  };
}

export function report(change: Partial<Report> = {}): Report {
  return {
    v: 1,
    attempt: 1,
    kind: "implement",
    end: "completed",
    summary: "Handles empty input.",
    last_words: "Done.",
    work: { base: BASE, head: HEAD, commits: 1, files: 2, patch: sha("9"), finished: true },
    findings: null,
    coverage: null,
    review: null,
    closed: null,
    rebase: null,
    plan: null,
    answer: null,
    question: null,
    lesson: null,
    usage: { turns: 3, seconds: 12, requests: 3, input: 900, cached: 0, output: 200, usd: 0.1 },
    agent: { name: "scripted", version: "1", model: "script" },
    sandbox: "off",
    verify: null,
    guard: [],
    hosts: { used: [], tunnelled: [], refused: [] },
    tools: { Edit: 2 },
    reset_at: null,
    session: false,
    fault: null,
    ...change,
  };
}

/** The same task with this report brought back and its run over. */
export function returned(change: Partial<Report> = {}, more: Partial<Snapshot> = {}): Snapshot {
  const made = report(change);
  return inFlight({
    baton: {
      kind: "report",
      oid: RETURNED,
      at: NOW,
      job: JOB,
      work: made.work?.head ?? null,
      report: { kind: "report", report: made },
    },
    run: run(),
    ...more,
  });
}

/** A review attempt has come back. */
export function reviewBack(findings: number, change: object = {}, body: Partial<RecordBody> = {}): Snapshot {
  const flying = attempt({ n: 2, kind: "review", start: { base: BASE, head: HEAD }, run: 501 });
  const { n: _, state: _s, seen: _e, dispute: _d, upheld: _u, note: _o, ...plain } = finding();
  const named = Array.from({ length: findings }, (_x, index) => ({
    ...plain,
    fingerprint: String(index).repeat(12),
  }));
  const made = report({
    attempt: 2,
    kind: "review",
    work: null,
    findings: named,
    coverage: [{ path: "a.ts", seen: true, why: null }],
    review: { head: HEAD, patch: "9", dropped: [], gone: [] },
    ...change,
  });
  const baton = {
    kind: "report",
    oid: RETURNED,
    at: NOW,
    job: JOB,
    work: null,
    report: { kind: "report", report: made },
  };
  const record = { phase: "running", reason: "started", attempt: flying, verdict: null, ...body } as const;
  return reviewed(record, { run: run(), baton } as Partial<Snapshot>);
}

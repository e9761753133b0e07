/** Tasks that wait for a person: one for every reason, as it comes about. */
import type { RecordBody } from "../../src/domain/record.ts";
import type { ConfigReading, Snapshot } from "../../src/domain/snapshot.ts";
import { ParkReason, type AttemptEnd } from "../../src/domain/task.ts";
import {
  attempt,
  check,
  finding,
  HEAD,
  NOW,
  pull,
  rejected,
  report,
  RETURNED,
  reviewed,
  sha,
  snapshot,
  task,
} from "./snapshots.ts";
import { parked } from "./speech.ts";

/** What the run adds about each end, as the runner says it. */
const SUMMARIES: { [end in AttemptEnd]?: string } = {
  agent_loop:
    "The agent made the same call 5 times with the same result and changed nothing in between: “npm test”.",
  agent_gave_up: "The agent ended with an error (error_during_execution).",
  bad_report: "The attempt says that it is complete, but no green verify came with it.",
  empty_run: "The agent finished without changing anything.",
  infrastructure: "The config's setup command ended with 1.",
  max_turns: "It had used all its 100 turns.",
  provider_refused: "The model's provider answered 401 (authentication_failed).",
  provider_unavailable: "The model's provider answered 529 (overloaded).",
  quota: "The model's provider refuses more use (429) and did not say until when.",
  run_cancelled: "The workflow run was cancelled.",
  silence: "It gave no sign of life for 600 seconds.",
  timeout: "Its time was up after 2700 seconds.",
  verify_red: "The config's verify command ended with 1.",
  workflow_permission: "",
};

/** Ends of agents that were at work. */
const SPEAKS: ReadonlySet<AttemptEnd> = new Set<AttemptEnd>([
  "agent_gave_up",
  "agent_loop",
  "max_turns",
  "run_cancelled",
  "silence",
  "timeout",
]);

/** Ends of runs that left no report. */
const SPEECHLESS: ReadonlySet<AttemptEnd> = new Set<AttemptEnd>(["runner_lost"]);

export const WORK = sha("5");
export const BROKEN: ConfigReading = { kind: "broken", blob: sha("2"), problems: [] };

/** Parked after the first attempt, which ended so; it left work unless `work` is null. */
export function first(end: AttemptEnd, work: string | null = WORK, body: Partial<RecordBody> = {}): Snapshot {
  const made = report({
    end,
    summary: SUMMARIES[end] ?? "Handles empty input.",
    last_words: SPEAKS.has(end) ? "I still have to look at the tests." : "",
    question: end === "question" ? "Should an empty line count as a list?" : null,
    verify: end === "verify_red" ? { exit: 1, seconds: 9, tail: "1 failed" } : null,
    guard: end === "guard_refused" ? [{ path: ".github/workflows/ci.yml", rule: "protected" }] : [],
  });
  return task(
    {
      phase: "parked",
      reason: ParkReason.parse(end === "completed" ? "untrusted" : end),
      since: NOW,
      attempts: [
        attempt({ end, ended: NOW, work, run: 501, turns: 100, seconds: 2700, usd: 0.1, reserved: 0 }),
      ],
      spent: { attempts: 1, turns: 3, usd: 0.1 },
      ...body,
    },
    SPEECHLESS.has(end)
      ? {}
      : { unfinished: { oid: RETURNED, work, session: null, report: { kind: "report", report: made } } },
  );
}

/** Parked before any attempt. */
export function fresh(
  reason: ParkReason,
  body: Partial<RecordBody> = {},
  change: Partial<Snapshot> = {},
): Snapshot {
  return task({ phase: "parked", reason, since: NOW, ...body }, change);
}

export const CONFLICTING = { pull: pull({ mergeable: "conflicting" }) } as const;
export const RED = { pull: pull({ checks: [check({ outcome: "failure", log: "Error: no." })] }) } as const;
const AGAIN = { head: HEAD, at: NOW, names: ["test"], checks: [60] };

/** A task that waits for this, as it comes about. */
export const WAITING: { [reason in ParkReason]: Snapshot } = {
  question: first("question"),
  max_turns: first("max_turns"),
  timeout: first("timeout"),
  silence: first("silence"),
  infrastructure: first("infrastructure", null),
  provider_unavailable: first("provider_unavailable"),
  empty_run: first("empty_run", null),
  runner_lost: first("runner_lost", null),
  quota: first("quota"),
  budget: first("budget", WORK, { spent: { attempts: 1, turns: 3, usd: 10 } }),
  agent_loop: first("agent_loop"),
  agent_gave_up: first("agent_gave_up"),
  guard_refused: first("guard_refused", null),
  verify_red: first("verify_red"),
  provider_refused: first("provider_refused", null),
  bad_report: first("bad_report", null),
  conflict: parked("conflict", { verdict: null }, CONFLICTING),
  unchanged: parked("unchanged"),
  workflow_permission: first("workflow_permission", null),
  run_cancelled: first("run_cancelled"),
  approval: fresh("approval"),
  review_cycles: parked("review_cycles"),
  review_failed: parked("review_failed", { verdict: null }),
  disputed: rejected([finding({ state: "disputed", upheld: true })], { phase: "parked", reason: "disputed" }),
  checks_red: parked("checks_red", { rerun: AGAIN }, RED),
  merge_refused: reviewed({ phase: "parked", reason: "merge_refused" }),
  theirs: parked("theirs", { theirs: true }),
  untrusted: first("completed", WORK, { trusted: false }),
  dependency: fresh("dependency"),
  edited: fresh("edited"),
  no_progress: first("timeout", WORK, { reason: "no_progress" }),
  attempts: first("timeout", WORK, { reason: "attempts", spent: { attempts: 20, turns: 0, usd: 1 } }),
  config: fresh("config", { config: BROKEN.blob }, { config: BROKEN }),
  record: fresh("record"),
  setup: fresh("setup", {}, { repository: { ...snapshot().repository, workflow: "missing" } }),
};

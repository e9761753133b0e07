/** The words of a task: its phases, kinds, ends and reasons, and the scalars that every shape shares. */
import { z } from "zod";

/** ISO 8601 in UTC, taken from GitHub's own clock, never from this machine's. */
export const Instant = z.iso.datetime();
export type Instant = z.infer<typeof Instant>;

/** A git object id (SHA-1, or SHA-256 where the server uses it). */
export const Sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
export type Sha = z.infer<typeof Sha>;

export const Hex12 = z.string().regex(/^[0-9a-f]{12}$/);
export type Hex12 = z.infer<typeof Hex12>;

export const Hex64 = z.string().regex(/^[0-9a-f]{64}$/);
export type Hex64 = z.infer<typeof Hex64>;

/** A count. */
export const Count = z.number().int().nonnegative();

/** US dollars. */
export const Dollars = z.number().nonnegative();

/** A GitHub account: `id` decides, `login` is only shown (names can be taken over, ids cannot). */
export const Actor = z.strictObject({ id: z.number().int().positive(), login: z.string() });
export type Actor = z.infer<typeof Actor>;

/** What an attempt is for. `learn` changes no task. */
export const Kind = z.enum(["plan", "explore", "implement", "review", "improve", "fix", "rebase", "learn"]);
export type Kind = z.infer<typeof Kind>;

/** Why an attempt was started, seen from the one before it. `range`: a review of nothing but what a rebase changed. */
export const How = z.enum(["first", "resume", "retry", "judge", "range"]);
export type How = z.infer<typeof How>;

/** Where a task stands. `done` and `cancelled` are ends, `parked` waits for a person. */
export const Phase = z.enum(["done", "cancelled", "parked", "running", "queued", "ready", "open"]);
export type Phase = z.infer<typeof Phase>;

/** How one attempt ended; what follows from each stands in `ATTEMPT_ENDS`. */
export const AttemptEnd = z.enum([
  "completed",
  "no_change_needed",
  "question",
  "max_turns",
  "timeout",
  "silence",
  "infrastructure",
  "provider_unavailable",
  "empty_run",
  "runner_lost",
  "quota",
  "stopped",
  "budget",
  "agent_loop",
  "agent_gave_up",
  "guard_refused",
  "verify_red",
  "provider_refused",
  "bad_report",
  "conflict",
  "unchanged",
  "workflow_permission",
  "run_cancelled",
  "cancelled",
  "superseded",
]);
export type AttemptEnd = z.infer<typeof AttemptEnd>;

/** What an end asks for next. `none`: no judgement on the attempt, somebody or something else moved on. */
export type AfterEnd = "good" | "resume" | "retry" | "wait" | "final" | "none";

export const ATTEMPT_ENDS: Record<AttemptEnd, AfterEnd> = {
  completed: "good",
  no_change_needed: "good",
  question: "good",
  max_turns: "resume",
  timeout: "resume",
  silence: "resume",
  infrastructure: "retry",
  provider_unavailable: "retry",
  empty_run: "retry",
  runner_lost: "retry",
  quota: "wait",
  stopped: "wait",
  budget: "final",
  agent_loop: "final",
  agent_gave_up: "final",
  guard_refused: "final",
  verify_red: "final",
  provider_refused: "final",
  bad_report: "final",
  conflict: "final",
  unchanged: "final",
  workflow_permission: "final",
  run_cancelled: "final",
  cancelled: "none",
  superseded: "none",
};

/** Why a task waits for a person: an attempt's end, or one of the policy's own stops. */
export const ParkReason = z.enum([
  ...AttemptEnd.exclude(["completed", "no_change_needed", "cancelled", "superseded", "stopped"]).options,
  "approval",
  "review_cycles",
  "review_failed",
  "disputed",
  "checks_red",
  "merge_refused",
  "theirs",
  "untrusted",
  "dependency",
  "edited",
  "no_progress",
  "attempts",
  "config",
  "record",
  "setup",
]);
export type ParkReason = z.infer<typeof ParkReason>;

/** How a task ended. */
export const TaskEnd = z.enum(["merged", "no_change_needed", "answered", "split"]);
export type TaskEnd = z.infer<typeof TaskEnd>;

/** Who or what called a task off. */
export const CancelReason = z.enum(["command", "unlabelled", "issue_closed", "issue_gone", "pull_closed"]);
export type CancelReason = z.infer<typeof CancelReason>;

/** Why a living task stands where it stands; a `waits_for_…` reason names what would move it. */
export const LivingReason = z.enum([
  "asked",
  "reopened",
  "retried",
  "resumed",
  "started",
  "dispatch_lost",
  "running",
  "implemented",
  "improved",
  "fixed",
  "rebased",
  "conflicts",
  "approved",
  "approved_with_followups",
  "changes_requested",
  "feedback",
  "person_pushed",
  "waits_for_turn",
  "waits_for_room",
  "waits_for_budget",
  "waits_for_pull",
  "waits_for_checks",
  "waits_for_rerun",
  "waits_for_review",
  "waits_for_feedback",
  "waits_for_mergeability",
  "waits_for_rebase",
  "waits_for_stop",
  "waits_for_merge",
  "waits_for_landing",
  "waits_for_queue",
  "checks_missing",
  "ready",
]);
export type LivingReason = z.infer<typeof LivingReason>;

/** Everything that can stand in `record.reason`. */
export const Reason = z.enum([
  ...new Set([...LivingReason.options, ...ParkReason.options, ...TaskEnd.options, ...CancelReason.options]),
]);
export type Reason = z.infer<typeof Reason>;

/** How a pull request is merged. */
export const Method = z.enum(["merge", "squash", "rebase"]);
export type Method = z.infer<typeof Method>;

/** What a review of a head came to; computed from its findings. */
export const Verdict = z.enum(["approved", "approved_with_followups", "changes_requested"]);
export type Verdict = z.infer<typeof Verdict>;

/** Which tasks have to be looked at when their base has moved; the others would only find that nothing is to be done. */
import type { Config } from "./config.ts";
import { landingOrder, wantsMerge } from "./landing-order.ts";
import { isLiving, type RecordBody } from "./record.ts";
import type { Reason } from "./task.ts";

/** What waits for GitHub to say that it can be merged, or for its turn to be merged or rebased. */
const WAITS: ReadonlySet<Reason> = new Set([
  "waits_for_mergeability",
  "waits_for_landing",
  "waits_for_merge",
  "waits_for_queue",
  "waits_for_rebase",
  "conflicts",
]);

/** Parked tasks that go on by themselves once their pull request can be merged. */
const CLEARED_BY_BASE: ReadonlySet<Reason> = new Set(["conflict", "theirs"]);

/** Parked tasks that go on by themselves once something has come to the base, whether or not they have a pull request. */
const CLEARED_BY_PUSH: ReadonlySet<Reason> = new Set(["config", "setup", "dependency"]);

/** Its pull request can be merged into the base as it is now. Which of those that are ready is merged next is told by `nextToLand`. */
export function wakesOnBase(record: RecordBody, { rebase }: Config): boolean {
  const { phase, reason, attempt } = record;
  if (!isLiving(record) || attempt !== null) return false;
  if (phase === "parked") return CLEARED_BY_BASE.has(reason);
  // Before a task is ready it does not matter whether its base has gone on.
  if (phase === "ready") return rebase.when === "behind";
  return WAITS.has(reason);
}

/** The first to be merged of those that can be: after it the base has moved again, and only then another one's turn may have come. */
export function nextToLand(records: readonly RecordBody[], config: Config): number | null {
  const landers = records.filter(
    (record) => record.phase === "ready" && record.attempt === null && wantsMerge(record, config),
  );
  return landingOrder(landers)[0] ?? null;
}

/** Its pull request conflicts with the base as it is now. An attempt in flight is looked at when it ends. */
export function wakesOnConflict(record: RecordBody): boolean {
  return isLiving(record) && record.phase !== "parked" && record.attempt === null;
}

/** Something came to the base. */
export function wakesOnPush({ phase, reason }: RecordBody): boolean {
  return phase === "parked" && CLEARED_BY_PUSH.has(reason);
}

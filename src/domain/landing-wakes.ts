/** Which tasks have to be looked at when their base has moved; the others would only find that nothing is to be done. */
import type { Config } from "./config.ts";
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

/** Its pull request can be merged into the base as it is now. */
export function wakesOnBase(record: RecordBody, { merge, rebase }: Config): boolean {
  const { phase, reason, attempt } = record;
  if (!isLiving(record) || attempt !== null) return false;
  if (phase === "parked") return CLEARED_BY_BASE.has(reason);
  if (merge.when === "approved" || rebase.when === "behind") return true;
  return WAITS.has(reason) || (phase === "ready" && record.merge !== null);
}

/** Its pull request conflicts with the base as it is now. An attempt in flight is looked at when it ends. */
export function wakesOnConflict(record: RecordBody): boolean {
  return isLiving(record) && record.phase !== "parked" && record.attempt === null;
}

/** Something came to the base. */
export function wakesOnPush({ phase, reason }: RecordBody): boolean {
  return phase === "parked" && CLEARED_BY_PUSH.has(reason);
}

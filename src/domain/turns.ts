/** Whose turn it is: the order in which waiting tasks get room. */
import type { Config } from "./config.ts";
import type { Queue } from "./queue.ts";
import type { Record } from "./record.ts";
import type { Instant } from "./task.ts";
import { secondsBetween } from "./time.ts";

/** Free places now; at least 0. */
export function room(queue: Queue, config: Config): number {
  return Math.max(0, config.parallel.tasks - queue.flight.length);
}

/** Of these so many may be rebases. */
export function roomForRebases(queue: Queue, config: Config): number {
  return Math.max(0, config.parallel.rebases - queue.flight.filter(({ kind }) => kind === "rebase").length);
}

/**
 * The issues that wait for an attempt, first in turn first: attempts on open pull requests, then urgent ones, then those whose person
 * has fewest in flight, then the oldest. Tasks that may not start before a later time do not stand in line.
 */
export function turns(records: readonly Record[], queue: Queue, now: Instant): number[] {
  const running = (record: Record): number =>
    queue.flight.filter((flight) => flight.by === record.asked.by.id).length;
  return records
    .filter((record) => record.phase === "queued" && record.attempt === null)
    .filter((record) => record.not_before === null || secondsBetween(record.not_before, now) >= 0)
    .toSorted(
      (one, other) =>
        Number(other.pull !== null) - Number(one.pull !== null) ||
        Number(other.urgent) - Number(one.urgent) ||
        running(one) - running(other) ||
        secondsBetween(other.asked.at, one.asked.at) ||
        one.issue - other.issue,
    )
    .map((record) => record.issue);
}

/** Arithmetic on instants; time is a value here, never read from a clock. */
import type { Instant } from "./task.ts";

export function secondsBetween(from: Instant, to: Instant): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

export function later(from: Instant, seconds: number): Instant {
  return new Date(Date.parse(from) + seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** The earlier of two times to look again; null: none. */
export function sooner(one: Instant | null, other: Instant | null): Instant | null {
  if (one === null || other === null) return one ?? other;
  return secondsBetween(one, other) > 0 ? one : other;
}

/** The next midnight in UTC, when a new day's budget begins. */
export function nextDay(now: Instant): Instant {
  return later(`${now.slice(0, 10)}T00:00:00Z`, 86_400);
}

/** The queue: who is in flight with how much money reserved, and what the day has cost; `queue.json` on `refs/gza/queue`. */
import { z } from "zod";
import { Count, Dollars, Instant, Kind } from "./task.ts";

export const Flight = z.strictObject({
  issue: z.number().int().positive(),
  attempt: z.number().int().positive(),
  kind: Kind,
  agent: z.string(),
  /** Actor id of the person who asked. */
  by: Count,
  reserved: Dollars,
});
export type Flight = z.infer<typeof Flight>;

export const Queue = z.strictObject({
  v: z.literal(1),
  /** UTC date that `spent` belongs to. */
  day: z.iso.date(),
  /** Dollars settled that day. */
  spent: Dollars,
  flight: z.array(Flight).max(500),
  /** Agents that a provider's quota holds, and until when. */
  held: z.array(z.strictObject({ agent: z.string(), until: Instant })),
});
export type Queue = z.infer<typeof Queue>;

export function emptyQueue(now: Instant): Queue {
  return { v: 1, day: dayOf(now), spent: 0, flight: [], held: [] };
}

/** The queue on the day of `now`: yesterday's spending does not count today. */
export function onDay(queue: Queue, now: Instant): Queue {
  const day = dayOf(now);
  return queue.day === day ? queue : { ...queue, day, spent: 0 };
}

/** Claims a place: one attempt of an issue at a time. */
export function board(queue: Queue, flight: Flight): Queue {
  return { ...queue, flight: [...queue.flight.filter((other) => other.issue !== flight.issue), flight] };
}

/** Gives the place back and books what was really spent (US dollars). */
export function settle(queue: Queue, issue: number, usd: number): Queue {
  return {
    ...queue,
    spent: roundCents(queue.spent + usd),
    flight: queue.flight.filter((flight) => flight.issue !== issue),
  };
}

/** Holds an agent whose provider's quota is used up; holds that are over are forgotten. */
export function hold(queue: Queue, agent: string, { now, until }: { now: Instant; until: Instant }): Queue {
  const others = queue.held.filter((held) => held.agent !== agent && held.until > now);
  return { ...queue, held: [...others, { agent, until }].slice(-20) };
}

/** Until when the agent is held; null: it is free. */
export function heldUntil(queue: Queue, agent: string, now: Instant): Instant | null {
  return queue.held.find((held) => held.agent === agent && held.until > now)?.until ?? null;
}

/** Dollars that the day has cost, those on the way included. */
export function committed(queue: Queue): number {
  return queue.spent + queue.flight.reduce((sum, flight) => sum + flight.reserved, 0);
}

/** Money is added up in hundredths of a cent, so that sums stay exact. */
export function roundCents(usd: number): number {
  return Math.round(usd * 10_000) / 10_000;
}

function dayOf(now: Instant): string {
  return now.slice(0, 10);
}

/** Tasks that wait for room: woken when somebody lands. Kept in memory only; the sweep of a restart fills it again. */
import type { Decision } from "../domain/decision.ts";
import type { Queue } from "../domain/queue.ts";
import type { Address } from "./inbox.ts";

export interface Waiting {
  /** Remembers that a task waits for others, or that it does not any more. */
  note(address: Address, decision: Decision): void;
  /** Looks at a repository's queue: if it has got shorter since the last look, all that wait there are woken. */
  see(repository: number, queue: Queue): void;
}

const WAITS = new Set<Decision["reason"]>([
  "waits_for_room",
  "waits_for_rebase",
  "waits_for_turn",
  "waits_for_budget",
  "waits_for_landing",
]);

export function createWaiting(wake: (address: Address) => void): Waiting {
  const waiting = new Map<number, Map<number, Address>>();
  const flights = new Map<number, number>();

  function note(address: Address, { reason }: Decision): void {
    const there = waiting.get(address.repository.id) ?? new Map<number, Address>();
    waiting.set(address.repository.id, there);
    if (WAITS.has(reason)) there.set(address.issue, address);
    else there.delete(address.issue);
  }

  function see(repository: number, queue: Queue): void {
    const before = flights.get(repository) ?? 0;
    flights.set(repository, queue.flight.length);
    if (queue.flight.length >= before) return;
    for (const address of waiting.get(repository)?.values() ?? []) wake(address);
  }

  return { note, see };
}

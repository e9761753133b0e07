/** Tasks that wait for room are woken when somebody lands. */
import { expect, it } from "vitest";
import type { Address } from "../../src/app/inbox.ts";
import { createWaiting } from "../../src/app/waiting.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { Queue } from "../../src/domain/queue.ts";

const QUEUE: Queue = { v: 1, day: "2026-03-01", spent: 0, flight: [], held: [] };

function address(issue: number, repository = 1): Address {
  return { installation: 5, repository: { id: repository, owner: "acme", name: "app" }, issue };
}

function because(reason: Decision["reason"]): Decision {
  return { rule: 13, reason, move: null, effects: [], again: null };
}

function flying(...issues: number[]): Queue {
  const flight = { attempt: 1, kind: "implement" as const, agent: "claude", by: 1, reserved: 1 };
  return { ...QUEUE, flight: issues.map((issue) => ({ ...flight, issue })) };
}

it("wakes all that wait in a repository when somebody there lands, and nobody else", () => {
  const woken: number[] = [];
  const waiting = createWaiting(({ issue }) => woken.push(issue));
  waiting.see(1, flying(7));
  waiting.note(address(8), because("waits_for_room"));
  waiting.note(address(9), because("waits_for_turn"));
  waiting.note(address(10), because("ready"));
  waiting.note(address(11, 2), because("waits_for_room"));

  waiting.see(1, flying(7));
  const before = [...woken];
  waiting.see(1, flying());

  expect(before).toEqual([]);
  expect(woken).toEqual([8, 9]);
});

it("forgets who waits no longer", () => {
  const woken: number[] = [];
  const waiting = createWaiting(({ issue }) => woken.push(issue));
  waiting.see(1, flying(7));
  waiting.note(address(8), because("waits_for_room"));
  waiting.note(address(8), because("started"));

  waiting.see(1, flying());

  expect(woken).toEqual([]);
});

/** Whose turn it is, in the order of the contract, and how many places are free. */
import { expect, it } from "vitest";
import { Config } from "../../src/domain/config.ts";
import { board, emptyQueue, type Flight } from "../../src/domain/queue.ts";
import type { Record as TaskRecord, RecordBody } from "../../src/domain/record.ts";
import { room, turns } from "../../src/domain/turns.ts";
import { ANNA, attempt, GUEST, NOW, record } from "./snapshots.ts";

const EMPTY = emptyQueue(NOW);

function waiting(issue: number, change: Partial<RecordBody> = {}): TaskRecord {
  return record({ issue, phase: "queued", ...change });
}

function asked(by: typeof ANNA, at: string): Pick<RecordBody, "asked"> {
  return { asked: { by, at, how: "label" } };
}

function flight(issue: number, by: number): Flight {
  return { issue, attempt: 1, kind: "implement", agent: "claude", by, reserved: 1 };
}

const OLD = asked(ANNA, "2026-03-01T10:00:00Z");
const YOUNG = asked(ANNA, "2026-03-01T11:00:00Z");
const OF_GUEST = asked(GUEST, "2026-03-01T11:00:00Z");
const BUSY = board(board(board(EMPTY, flight(70, ANNA.id)), flight(71, ANNA.id)), flight(72, GUEST.id));

it.each<[string, TaskRecord[], number[]]>([
  [
    "an open pull request before an urgent issue",
    [waiting(1, { urgent: true, ...OLD }), waiting(2, { pull: 8, ...YOUNG })],
    [2, 1],
  ],
  [
    "of two open pull requests the urgent",
    [waiting(1, { pull: 8, ...OLD }), waiting(2, { pull: 9, urgent: true, ...YOUNG })],
    [2, 1],
  ],
  [
    "an urgent one before whose person has fewest in flight",
    [waiting(1, OF_GUEST), waiting(2, { urgent: true, ...YOUNG })],
    [2, 1],
  ],
  ["whose person has fewest in flight before the older", [waiting(1, OLD), waiting(2, OF_GUEST)], [2, 1]],
  ["the older before the younger, whatever their numbers", [waiting(1, YOUNG), waiting(2, OLD)], [2, 1]],
  ["of two of the same second the one with the lower number", [waiting(2, OLD), waiting(1, OLD)], [1, 2]],
])("%s", (_, records, order) => {
  expect(turns(records, BUSY, NOW)).toEqual(order);
  expect(turns(records.toReversed(), BUSY, NOW)).toEqual(order);
});

it.each<[string, Partial<RecordBody>, boolean]>([
  ["that waits", {}, true],
  ["that may start from this second on", { not_before: NOW }, true],
  ["that may start a second from now", { not_before: "2026-03-01T12:00:01Z" }, false],
  ["that could start an hour ago", { not_before: "2026-03-01T11:00:00Z" }, true],
  ["with an attempt in flight", { attempt: attempt() }, false],
  ["that is open", { phase: "open" }, false],
  ["that is parked", { phase: "parked" }, false],
])("a task %s: in line or not", (_, change, isInLine) => {
  expect(turns([waiting(1, change)], EMPTY, NOW)).toEqual(isInLine ? [1] : []);
});

it.each([
  [0, 3],
  [2, 1],
  [3, 0],
  [5, 0],
])("with %i in flight of three that may be, %i places are free", (count, free) => {
  const queue = Array.from({ length: count }).reduce<typeof EMPTY>(
    (before, _, index) => board(before, flight(index + 1, ANNA.id)),
    EMPTY,
  );

  expect(room(queue, Config.parse({ parallel: { tasks: 3 } }))).toBe(free);
});

/** The queue: places, money and holds, day by day. */
import { describe, expect, it } from "vitest";
import {
  board,
  committed,
  emptyQueue,
  heldUntil,
  hold,
  onDay,
  Queue,
  roundCents,
  settle,
  type Flight,
} from "../../src/domain/queue.ts";
import { NOW } from "./snapshots.ts";

const EMPTY = emptyQueue(NOW);
const SOON = "2026-03-01T13:00:00Z";
const LATE = "2026-03-01T15:00:00Z";

function flight(issue: number, change: Partial<Flight> = {}): Flight {
  return { issue, attempt: 1, kind: "implement", agent: "claude", by: 11, reserved: 10, ...change };
}

describe("a day", () => {
  it("begins with nothing spent, nobody in flight and nobody held", () => {
    expect(EMPTY).toEqual({ v: 1, day: "2026-03-01", spent: 0, flight: [], held: [] });
  });

  it("keeps what it has cost until midnight, and its flights and holds beyond", () => {
    const queue = { ...board(EMPTY, flight(7)), spent: 12 };

    expect(onDay(queue, "2026-03-01T23:59:59Z")).toEqual(queue);
    expect(onDay(queue, "2026-03-02T00:00:00Z")).toEqual({ ...queue, day: "2026-03-02", spent: 0 });
  });
});

describe("a place", () => {
  it("is one for each issue, the newest attempt's", () => {
    const queue = board(board(board(EMPTY, flight(7)), flight(8)), flight(7, { attempt: 2 }));

    expect(queue.flight.map(({ issue, attempt }) => [issue, attempt])).toEqual([
      [8, 1],
      [7, 2],
    ]);
  });

  it("is given back with what was really spent, to the hundredth of a cent", () => {
    const queue = settle({ ...board(board(EMPTY, flight(7)), flight(8)), spent: 0.1 }, 7, 0.2);

    expect(queue).toMatchObject({ spent: 0.3, flight: [{ issue: 8 }] });
  });

  it("holds its money: the day has cost what is spent and what is on the way", () => {
    expect(committed({ ...board(board(EMPTY, flight(7)), flight(8, { reserved: 2.5 })), spent: 4 })).toBe(
      16.5,
    );
    expect(committed(EMPTY)).toBe(0);
  });
});

it.each([
  [0.1 + 0.2, 0.3],
  [1.234_56, 1.2346],
  [1.234_54, 1.2345],
])("adds up %d dollars as %d", (usd, rounded) => {
  expect(roundCents(usd)).toBe(rounded);
});

describe("a hold", () => {
  it("lasts until its time and is of its agent only", () => {
    const queue = hold(hold(EMPTY, "codex", { now: NOW, until: LATE }), "claude", { now: NOW, until: SOON });

    expect(heldUntil(queue, "claude", NOW)).toBe(SOON);
    expect(heldUntil(queue, "codex", NOW)).toBe(LATE);
    expect(heldUntil(queue, "opencode", NOW)).toBeNull();
    expect(heldUntil(queue, "claude", "2026-03-01T12:59:59Z")).toBe(SOON);
    expect(heldUntil(queue, "claude", SOON)).toBeNull();
  });

  it("takes the place of the agent's older one, and of those that are over", () => {
    const first = hold(EMPTY, "codex", { now: NOW, until: SOON });
    const second = hold(first, "claude", { now: NOW, until: SOON });
    const third = hold(second, "claude", { now: NOW, until: LATE });

    expect(third.held).toEqual([
      { agent: "codex", until: SOON },
      { agent: "claude", until: LATE },
    ]);
    expect(hold(third, "opencode", { now: SOON, until: LATE }).held).toEqual([
      { agent: "claude", until: LATE },
      { agent: "opencode", until: LATE },
    ]);
  });

  it("is one of twenty at most, the newest", () => {
    const names = Array.from({ length: 25 }, (_, index) => `agent ${index}`);
    const queue = names.reduce((before, name) => hold(before, name, { now: NOW, until: LATE }), EMPTY);

    expect(queue.held.map(({ agent }) => agent)).toEqual(names.slice(-20));
  });
});

describe("the shape", () => {
  const full = hold({ ...board(EMPTY, flight(7)), spent: 1.5 }, "claude", { now: NOW, until: LATE });

  it("comes back as it was written", () => {
    expect(Queue.parse(JSON.parse(JSON.stringify(full)))).toEqual(full);
    expect(Queue.safeParse({ ...EMPTY, flight: Array.from({ length: 500 }, () => flight(7)) }).success).toBe(
      true,
    );
  });

  it.each([
    ["another version", { v: 2 }],
    ["a day that is none", { day: "yesterday" }],
    ["money that came back", { spent: -1 }],
    ["a key that nobody knows", { more: 1 }],
    ["a flight with a key that nobody knows", { flight: [{ ...flight(7), more: 1 }] }],
    ["more flights than a queue can have", { flight: Array.from({ length: 501 }, () => flight(7)) }],
    ["a hold without an end", { held: [{ agent: "claude" }] }],
  ])("refuses %s", (_, change) => {
    expect(Queue.safeParse({ ...full, ...change }).success).toBe(false);
  });
});

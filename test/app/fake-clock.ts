/** A clock that stands until a test moves it. */
import type { Clock } from "../../src/app/clock.ts";

export interface FakeClock extends Clock {
  /** Moves on, and sets off what falls due on the way, in order. */
  advance(milliseconds: number): void;
}

export function fakeClock(start = Date.parse("2026-01-02T03:04:05Z")): FakeClock {
  let now = start;
  let timers: { at: number; run: () => void }[] = [];
  return {
    now: () => now,
    after: (milliseconds, run) => {
      const timer = { at: now + milliseconds, run };
      timers = [...timers, timer];
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance: (milliseconds) => {
      const end = now + milliseconds;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= end).toSorted((one, other) => one.at - other.at);
        if (next === undefined) break;
        now = Math.max(now, next.at);
        timers = timers.filter((other) => other !== next);
        next.run();
      }
      now = end;
    },
  };
}

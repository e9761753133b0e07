/** Time that runs as everywhere, and that a test can move on: GitHub's and the app's in one. */
import type { Clock } from "../../src/app/clock.ts";

export interface MovableTime {
  now(): number;
  pass(milliseconds: number): void;
  /** An app's timers: they go off only by `passToNext`, and never once they are dropped. */
  timers(): Timers;
}

export interface Timers {
  clock: Clock;
  drop(): void;
  /** Sets off the earliest, moving time on to it if need be; false: there is none. */
  passToNext(): boolean;
}

export function movableTime(): MovableTime {
  let moved = 0;
  const now = (): number => Date.now() + moved;
  const pass = (milliseconds: number): void => {
    moved += milliseconds;
  };
  return { now, pass, timers: () => timersOn({ now, pass }) };
}

function timersOn(time: Pick<MovableTime, "now" | "pass">): Timers {
  const waiting = new Set<{ at: number; run: () => void }>();
  let isDropped = false;
  return {
    clock: {
      now: time.now,
      after: (milliseconds, run) => {
        const timer = { at: time.now() + milliseconds, run };
        if (!isDropped) waiting.add(timer);
        return () => waiting.delete(timer);
      },
    },
    drop: () => {
      isDropped = true;
      waiting.clear();
    },
    passToNext: () => {
      const [next] = [...waiting].toSorted((one, other) => one.at - other.at);
      if (next === undefined) return false;
      waiting.delete(next);
      time.pass(Math.max(0, next.at - time.now()));
      next.run();
      return true;
    },
  };
}

/** Keeps the writes of one installation apart: one at a time, about one a second, with room for a short burst. */
import { setTimeout as wait } from "node:timers/promises";
import { RateLimited } from "./failure.ts";

/** GitHub asks for a second between writes; a claim is eight of them, a landing ten, so the first of a burst go at once. */
const BURST = 30;
const REFILL_SECONDS = 1;
/** Who would wait longer is sent away until there is room. */
const LONGEST_WAIT_SECONDS = 10;

export interface Pace {
  /** Runs `write` when the writes before it are over; throws `RateLimited` when too many wait. */
  take<T>(write: () => Promise<T>): Promise<T>;
}

/** `burst`: writes that go at once after a quiet time; `Infinity`: all of them, still one at a time. */
export function createPace(burst = BURST): Pace {
  let last: Promise<unknown> = Promise.resolve();
  let tokens = burst;
  let refilled = performance.now();

  async function pause(): Promise<void> {
    const now = performance.now();
    tokens = Math.min(burst, tokens + (now - refilled) / 1000 / REFILL_SECONDS) - 1;
    refilled = now;
    if (tokens < 0) await wait(-tokens * REFILL_SECONDS * 1000);
  }

  let waiting = 0;
  async function take<T>(write: () => Promise<T>): Promise<T> {
    const ahead = (waiting - tokens) * REFILL_SECONDS;
    if (ahead > LONGEST_WAIT_SECONDS) {
      throw new RateLimited(new Date(Date.now() + ahead * 1000).toISOString(), Math.ceil(ahead));
    }
    waiting += 1;
    const turn = last.then(pause).then(write);
    last = turn.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await turn;
    } finally {
      waiting -= 1;
    }
  }

  return { take };
}

/** Time as the app sees it; a value, so that tests need not wait. */

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `run` after that many milliseconds, once; the answer calls it off. */
  after(milliseconds: number, run: () => void): () => void;
}

/** Node's timers hold at most 2^31 - 1 milliseconds; longer ones would go off at once. */
const LONGEST = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, Math.min(Math.max(0, milliseconds), LONGEST));
    return () => clearTimeout(timer);
  },
};

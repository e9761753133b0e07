/** Decides which model calls may go out, so that parallel ones together never spend more than the limit and one answer. */
import type { GatewayFacts, GatewayLimits } from "./gateway.ts";

/** Calls that are out at the same time. */
export const MOST_IN_FLIGHT = 64;

export interface Call {
  id: number;
  /** `side`: it has no answer of a model, as counting tokens or listing models. */
  kind: "answer" | "side";
  /** US dollars that its answer can cost at most; 0: a subscription pays; null: the model has no known price. */
  worst: number | null;
}

export interface Purse {
  limits: GatewayLimits;
  /** US dollars. */
  spent: number;
  answers: number;
  /** Of all answers the most that one has cost, in US dollars. */
  dearest: number;
  /** How many times its worst case an answer has cost at most, at least 1; null: no answer has shown it yet. */
  stretch: number | null;
  out: readonly (Call & { reserved: number })[];
  /** Oldest first. */
  waiting: readonly Call[];
  stopped: GatewayFacts["stopped"];
}

/** The purse after something happened, and what that means for calls. */
export interface PurseStep {
  purse: Purse;
  /** Calls that go out now. */
  passed: readonly number[];
  /** Calls that never will. */
  refused: readonly number[];
}

export function openPurse(limits: GatewayLimits): Purse {
  return {
    limits,
    spent: 0,
    answers: 0,
    dearest: 0,
    stretch: null,
    out: [],
    waiting: [],
    stopped: null,
  };
}

export function enter(purse: Purse, call: Call): PurseStep {
  return advance({ ...purse, waiting: [...purse.waiting, call] });
}

/** A call is over. `isAnswer`: a model answered, whether to its end or not; `usd`: what the limit is charged with. */
export function settle(
  purse: Purse,
  id: number,
  { usd, isAnswer }: { usd: number; isAnswer: boolean },
): PurseStep {
  const call = purse.out.find((one) => one.id === id);
  const out = purse.out.filter((one) => one.id !== id);
  if (call === undefined || !isAnswer) return advance({ ...purse, out });
  const ratio = call.worst === null || call.worst === 0 ? 1 : usd / call.worst;
  return advance({
    ...purse,
    out,
    spent: purse.spent + usd,
    answers: purse.answers + 1,
    dearest: Math.max(purse.dearest, usd),
    stretch: Math.max(purse.stretch ?? 1, ratio),
  });
}

/** Who asked has gone before the call could go out. */
export function leave(purse: Purse, id: number): PurseStep {
  return advance({ ...purse, waiting: purse.waiting.filter((call) => call.id !== id) });
}

/** Lets calls pass in the order in which they came, until one must wait; behind it only those without an answer go on. */
function advance(before: Purse): PurseStep {
  let purse = before;
  let isHeld = false;
  const passed: number[] = [];
  for (const call of before.waiting) {
    const stopped = purse.stopped ?? whyStopped(purse, call);
    if (stopped !== null) {
      const refused = purse.waiting.map(({ id }) => id);
      return { purse: { ...purse, stopped, waiting: [] }, passed, refused };
    }
    const reserved = reservationOf(purse, call);
    if ((isHeld && call.kind === "answer") || !mayPass(purse, call, reserved)) {
      isHeld = true;
      continue;
    }
    passed.push(call.id);
    const waiting = purse.waiting.filter(({ id }) => id !== call.id);
    purse = { ...purse, out: [...purse.out, { ...call, reserved }], waiting };
  }
  return { purse, passed, refused: [] };
}

function whyStopped({ limits, spent, answers }: Purse, call: Call): GatewayFacts["stopped"] {
  if (call.kind === "side") return null;
  if (limits.usd > 0 && spent >= limits.usd) {
    const figures = `$${limits.usd.toFixed(2)} is spent ($${spent.toFixed(2)})`;
    return { reason: "budget", why: `The attempt's budget of ${figures}.` };
  }
  if (limits.answers !== null && answers >= limits.answers) {
    const answersText = limits.answers === 1 ? "its one answer" : `its ${limits.answers} answers`;
    return { reason: "max_turns", why: `The agent has had ${answersText} of a model.` };
  }
  return null;
}

function mayPass({ limits, spent, answers, stretch, out }: Purse, call: Call, reserved: number): boolean {
  if (out.length >= MOST_IN_FLIGHT) return false;
  if (call.kind === "side") return true;
  const others = out.filter(({ kind }) => kind === "answer");
  if (others.length === 0) return true;
  if (limits.answers !== null && answers + others.length >= limits.answers) return false;
  if (limits.usd === 0 || call.worst === 0) return true;
  // The worst case is an estimate until an answer has shown how good it is.
  if (stretch === null) return false;
  return spent + others.reduce((sum, other) => sum + other.reserved, 0) + reserved <= limits.usd;
}

function reservationOf({ dearest, stretch }: Purse, { kind, worst }: Call): number {
  if (kind === "side") return 0;
  return worst === null ? dearest : worst * (stretch ?? 1);
}

/** Keeps count of what all model calls used and cost, and lets calls wait until the purse lets them pass. */
import { NO_SIGNS, type ProviderSigns } from "../agents/provider-signs.ts";
import type { GatewayFacts, GatewayLimits } from "./gateway.ts";
import type { Counted } from "./prices.ts";
import { enter, leave, openPurse, settle, type Call, type Purse, type PurseStep } from "./purse.ts";

export interface Account {
  /** Resolves when the call may go out, or never will: then with the reason. `signal`: who asked has gone. */
  pass(call: Omit<Call, "id">, signal: AbortSignal): Promise<Passage>;
  limit(limits: GatewayLimits): void;
  stopping(): AbortSignal;
  setSigns(signs: ProviderSigns): void;
  facts(): Omit<GatewayFacts, "hosts">;
}

export type Passage =
  /** To be called once, with what the model's answer used; null: no model answered. */
  { kind: "passed"; settle(counted: Counted | null): void } | { kind: "refused"; why: string };

const GONE = "Whoever asked has gone.";

export function openAccount(limits: GatewayLimits): Account {
  let purse = openPurse(limits);
  let stop = new AbortController();
  let signs = NO_SIGNS;
  let lastId = 0;
  const sum = { requests: 0, input: 0, cached: 0, output: 0, usd: 0, priced: 0, estimated: 0 };
  const models = new Set<string>();
  const unpriced = new Set<string>();
  const waiting = new Map<number, (isPassed: boolean) => void>();

  const take = (step: PurseStep): void => {
    ({ purse } = step);
    if (purse.stopped !== null) stop.abort();
    for (const id of step.passed) tell(id, true);
    for (const id of step.refused) tell(id, false);
  };
  const tell = (id: number, isPassed: boolean): void => {
    const told = waiting.get(id);
    waiting.delete(id);
    told?.(isPassed);
  };
  const count = (counted: Counted): void => {
    sum.requests += 1;
    sum.input += counted.input;
    sum.cached += counted.cached;
    sum.output += counted.output;
    sum.estimated += counted.isEstimated ? 1 : 0;
    models.add(counted.model);
    if (counted.price.kind === "unknown") unpriced.add(counted.model);
    if (counted.price.kind !== "known") return;
    sum.usd += counted.price.usd;
    sum.priced += 1;
  };
  return {
    async pass(call, signal) {
      if (signal.aborted) return { kind: "refused", why: GONE };
      lastId += 1;
      const id = lastId;
      // Calls of an earlier limit are settled there: its purse is gone, and what they cost counts in the sums alone.
      const era = stop;
      const isPassed = await new Promise<boolean>((resolve) => {
        waiting.set(id, resolve);
        signal.addEventListener("abort", () => {
          if (waiting.delete(id)) resolve(false);
          if (stop === era) take(leave(purse, id));
        });
        take(enter(purse, { ...call, id }));
      });
      if (!isPassed) return { kind: "refused", why: purse.stopped?.why ?? GONE };
      return {
        kind: "passed",
        settle: (counted) => {
          if (counted !== null) count(counted);
          const usd = counted === null ? 0 : chargeOf(counted);
          if (stop === era) take(settle(purse, id, { usd, isAnswer: counted !== null }));
        },
      };
    },
    limit(next) {
      const before: Purse = purse;
      stop = new AbortController();
      purse = openPurse(next);
      for (const { id } of before.waiting) tell(id, false);
    },
    stopping: () => stop.signal,
    setSigns(next) {
      signs = next;
    },
    facts: () => ({
      usage: {
        requests: sum.requests,
        input: sum.input,
        cached: sum.cached,
        output: sum.output,
        usd: sum.priced === 0 && sum.requests > 0 ? null : dollars(sum.usd),
      },
      estimated: sum.estimated,
      models: [...models],
      unpriced: [...unpriced],
      signs,
      stopped: purse.stopped,
    }),
  };
}

/** Without a price an answer is charged to the limit alone: a model that nobody has priced would else be a way around it. */
function chargeOf({ price }: Counted): number {
  if (price.kind === "plan") return 0;
  return price.kind === "known" ? price.usd : price.held;
}

/** To a millionth of a cent: what a sum of fractions has beyond that is not money. */
function dollars(usd: number): number {
  return Math.round(usd * 1e8) / 1e8;
}

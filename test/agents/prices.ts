/** What a scripted answer costs at the prices that the vendors have published. */
import type { Usage } from "./model-server/answer.ts";

/** In US dollars for a million tokens, for every model that a voice names. */
const PRICES: Record<string, { input: number; cached: number; output: number }> = {
  "claude-sonnet-4-5": { input: 3, cached: 0.3, output: 15 },
  "gemini-2.5-pro": { input: 1.25, cached: 0.125, output: 10 },
  "gpt-5.3-codex": { input: 1.75, cached: 0.175, output: 14 },
};

/** US dollars. */
export function priceOf(model: string | null, usage: Required<Usage>): number {
  const price = PRICES[model ?? ""];
  if (price === undefined) throw new Error(`PRICES does not know ${model}; add it from its vendor's list`);
  const { input, cached, output } = usage;
  return (input * price.input + cached * price.cached + output * price.output) / 1_000_000;
}

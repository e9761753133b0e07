/** The script of the scripted agent: what it does, per issue, kind of attempt and number of the attempt. */
import { parse } from "yaml";
import { z } from "zod";
import { Count, Dollars, Kind } from "../../domain/task.ts";

export const SCRIPT_PATH = ".github/gza-script.yml";

/** One thing to do; each is shown as one answer of a model. */
const Act = z.union([
  z.strictObject({ say: z.string() }),
  /** Says this value as JSON, in a fence, which makes it the run's last words. */
  z.strictObject({ json: z.json() }),
  /** As `json`, but only when the agent is asked once more for the form of its answer; then it is all that it does. */
  z.strictObject({ again: z.json() }),
  z.strictObject({
    edit: z.strictObject({ path: z.string(), find: z.string().min(1), replace: z.string() }),
  }),
  z.strictObject({ write: z.strictObject({ path: z.string(), content: z.string() }) }),
  z.strictObject({ remove: z.string() }),
  z.strictObject({ run: z.string() }),
  /** Seconds in which nothing is printed. */
  z.strictObject({ wait: z.number().nonnegative() }),
  /** What every following answer costs: tokens, dollars. */
  z.strictObject({ usage: z.strictObject({ input: Count, output: Count, usd: Dollars }) }),
  /**
   * The model's provider answers with this HTTP status, null: not at all, until the agent gives up on it. `reset_in`: seconds after
   * which a 429 says that its limit ends; without, it does not say.
   */
  z.strictObject({
    provider: z.strictObject({
      status: z.number().int().min(400).max(599).nullable(),
      reset_in: z.number().int().positive().optional(),
    }),
  }),
  /** The model refuses to answer. */
  z.strictObject({ refusal: z.literal(true) }),
  /** The agent's process kills itself with SIGKILL. */
  z.strictObject({ kill: z.literal(true) }),
  /**
   * `crash`: exit 1 without a result; `empty`: exit 0 without a result; `hang`: it says and does nothing more and heeds no polite
   * signal.
   */
  z.strictObject({ end: z.enum(["completed", "error", "max_turns", "crash", "empty", "hang"]) }),
]);

export const Step = z.union([
  Act,
  /** What it does when it is asked once more because `verify` has found its work red; without, it says that nothing can be mended. */
  z.strictObject({ mend: z.array(Act) }),
]);
export type Step = z.infer<typeof Step>;

/**
 * Issue number → kind → number of an attempt → its steps, which hold from that attempt on until a higher number. Attempts are numbered
 * for the life of the issue, whatever their kinds. In a review of several parts each part gets the same steps.
 */
export const Script = z.record(
  z.string().regex(/^\d+$/),
  z.partialRecord(Kind, z.record(z.string().regex(/^[1-9]\d*$/), z.array(Step))),
);
export type Script = z.infer<typeof Script>;

/** Nobody knows before where a rebase stops: without a word about it there is nobody to settle it. */
const NO_REBASE: Step[] = [
  { json: { outcome: "gave_up", text: `${SCRIPT_PATH} has no steps for a rebase, so nobody settles this.` } },
];

/** The steps of one attempt. Throws and names the key that is missing or wrong. */
export function stepsFor(text: string, key: { issue: string; kind: Kind; attempt: number }): Step[] {
  const script = Script.safeParse(parse(text));
  if (!script.success) {
    const [issue] = script.error.issues;
    throw new Error(`${SCRIPT_PATH}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "cannot be read"}`);
  }
  const attempts = script.data[key.issue]?.[key.kind] ?? {};
  const holding = Math.max(
    ...Object.keys(attempts)
      .map(Number)
      .filter((n) => n <= key.attempt),
  );
  const steps = attempts[String(holding)] ?? (key.kind === "rebase" ? NO_REBASE : undefined);
  if (steps === undefined)
    throw new Error(
      `${SCRIPT_PATH} has no steps for attempt ${key.attempt} under "${key.issue}" → ${key.kind}; add "${key.attempt}": [...] there`,
    );
  return steps;
}

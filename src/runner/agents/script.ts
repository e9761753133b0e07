/** The script of the scripted agent: what it does, per issue, kind of attempt and number of the attempt. */
import { parse } from "yaml";
import { z } from "zod";
import { Count, Dollars, Kind } from "../../domain/task.ts";

export const SCRIPT_PATH = ".github/gza-script.yml";

/** One thing to do; each is shown as one answer of a model. */
export const Step = z.union([
  z.strictObject({ say: z.string() }),
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
  /** `crash`: exit 1 without a result; `hang`: it says and does nothing more and heeds no polite signal. */
  z.strictObject({ end: z.enum(["completed", "error", "max_turns", "crash", "hang"]) }),
]);
export type Step = z.infer<typeof Step>;

/** Issue number → kind → a list of steps per attempt; the last list serves all later attempts too. */
export const Script = z.record(
  z.string().regex(/^\d+$/),
  z.partialRecord(Kind, z.array(z.array(Step)).min(1)),
);
export type Script = z.infer<typeof Script>;

/** The steps of one attempt. Throws and names the key that is missing or wrong. */
export function stepsFor(text: string, key: { issue: string; kind: Kind; attempt: number }): Step[] {
  const script = Script.safeParse(parse(text));
  if (!script.success) {
    const [issue] = script.error.issues;
    throw new Error(`${SCRIPT_PATH}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "cannot be read"}`);
  }
  const attempts = script.data[key.issue]?.[key.kind] ?? [];
  const steps = attempts[Math.min(key.attempt, attempts.length) - 1];
  if (steps === undefined)
    throw new Error(
      `${SCRIPT_PATH} has no steps under "${key.issue}" → ${key.kind}; add a list of attempts there`,
    );
  return steps;
}

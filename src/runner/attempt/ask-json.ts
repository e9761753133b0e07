/** Asks the agent for an answer in a given form; where the form is missed, once more for the form alone. */
import type { z } from "zod";
import { ask, type Asked, type Attempt } from "./attempt.ts";
import { closingJson } from "./closing-json.ts";
import { againPrompt } from "../prompts/again.ts";

/** `answer` null: twice in the wrong form, `why` says what was wrong the last time. `asked` tells of the invocation that did the work. */
export interface Answered<T> {
  asked: Asked;
  answer: T | null;
  why: string;
}

/**
 * Whoever did not complete is not asked again, nor who said something else that counts (`isOther`); a workflow run that is cancelled
 * meanwhile ends as that.
 */
export async function askJson<T>(
  attempt: Attempt,
  prompt: string,
  { schema, form, isOther }: { schema: z.ZodType<T>; form: string; isOther?: (words: string) => boolean },
): Promise<Answered<T>> {
  const asked = await ask(attempt, prompt, "work");
  if (asked.end !== "completed") return { asked, answer: null, why: asked.why };
  const first = readAnswer(asked.words, schema);
  if (first.kind === "answer") return { asked, answer: first.answer, why: "" };
  if (isOther?.(asked.words)) return { asked, answer: null, why: first.faults.join("; ") };
  const prompted = againPrompt({ words: asked.words, faults: first.faults, form });
  const again = await ask(attempt, prompted, "form");
  if (again.end === "run_cancelled") return { asked: again, answer: null, why: again.why };
  if (again.end !== "completed")
    return { asked, answer: null, why: `${first.faults.join("; ")}; ${again.why}` };
  const second = readAnswer(again.words, schema);
  if (second.kind === "answer") return { asked, answer: second.answer, why: "" };
  return { asked, answer: null, why: second.faults.join("; ") };
}

type Read<T> = { kind: "answer"; answer: T } | { kind: "faults"; faults: string[] };

const MAX_FAULTS = 10;

export function readAnswer<T>(words: string, schema: z.ZodType<T>): Read<T> {
  const found = closingJson(words);
  if (found === null) return { kind: "faults", faults: ["there is no JSON object at the end"] };
  const parsed = schema.safeParse(found);
  if (parsed.success) return { kind: "answer", answer: parsed.data };
  const faults = parsed.error.issues
    .slice(0, MAX_FAULTS)
    .map(({ path, message }) => `${path.join(".") || "the object"}: ${message}`);
  return { kind: "faults", faults };
}

/** For words on their way to a log that people can read at once: the run's own values are taken out of them before they are printed. */
import { withoutFound } from "./found-secret.ts";
import { findKnown, knownValues } from "./known-values.ts";

/** Each text is looked at by itself: what is spread over several is found in the files of the hand-over. */
export function withoutValues(values: readonly string[]): (text: string) => string {
  const known = knownValues(values);
  return (text) => withoutFound(text, findKnown(text, known));
}

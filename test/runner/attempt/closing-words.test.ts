/** The one form in which an agent may say of itself that it changes nothing or cannot go on. */
import { expect, it } from "vitest";
import { closingWords } from "../../../src/runner/attempt/closing-words.ts";

it("is read from the end of the last words, whatever prose stands before it", () => {
  const words = 'I looked.\n\n```json\n{ "outcome": "question", "text": " Which? " }\n```';

  expect(closingWords(words)).toEqual({ outcome: "question", text: "Which?" });
});

it.each([
  ["prose", "I give up."],
  ["another outcome", '{"outcome": "done", "text": "x"}'],
  ["no text", '{"outcome": "gave_up", "text": " "}'],
  ["more than the form", '{"outcome": "gave_up", "text": "x", "end": "completed"}'],
])("does not read %s", (_, words) => {
  expect(closingWords(words)).toBeNull();
});

/** Which known word somebody probably meant. */
import { expect, it } from "vitest";
import { nearest } from "../../src/domain/nearest.ts";

const WORDS = ["merge", "retry", "resume", "review", "run", "status"];

it.each([
  ["a swap of neighbours", "mrege", "merge"],
  ["a swap at the end", "mereg", "merge"],
  ["two swaps", "mreeg", "merge"],
  ["a letter too few", "statu", "status"],
  ["a letter too many", "retryy", "retry"],
  ["another letter", "rewiew", "review"],
  ["two other letters", "resamo", "resume"],
  ["capitals", "MERGE", "merge"],
  ["a swap in a short word", "rnu", "run"],
])("finds it with %s", (_, word, meant) => {
  expect(nearest(word, WORDS)).toBe(meant);
});

it.each([
  ["three letters that are others", "mxxxe"],
  ["two swaps and another letter", "rmege!x"],
  ["letters that stand apart and changed places", "semure"],
  ["nothing", ""],
  ["another word", "help"],
])("finds none with %s", (_, word) => {
  expect(nearest(word, WORDS)).toBeNull();
});

it.each([
  ["the nearer comes first, whichever is named first", "retr", ["metry", "retry"], "retry"],
  ["the nearer comes first, also when it is named first", "retr", ["retry", "metry"], "retry"],
  ["a word is no short one with all of its letters changed", "xy", ["ab"], null],
  ["a word of three letters may differ in two", "xyn", ["run"], "run"],
  ["there is nothing to choose from", "run", [], null],
])("%s", (_, word, words, meant) => {
  expect(nearest(word, words)).toBe(meant);
});

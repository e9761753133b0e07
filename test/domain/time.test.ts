/** Arithmetic on instants, as GitHub writes them. */
import { expect, it } from "vitest";
import { later, nextDay, secondsBetween, sooner } from "../../src/domain/time.ts";

const NOON = "2026-03-01T12:00:00Z";
const ONE = "2026-03-01T13:00:00Z";

it("counts seconds from the one to the other, backwards below zero", () => {
  expect(secondsBetween(NOON, ONE)).toBe(3600);
  expect(secondsBetween(ONE, NOON)).toBe(-3600);
});

it.each([
  [3600, ONE],
  [0, NOON],
  [-43_200, "2026-03-01T00:00:00Z"],
  [0.5, NOON],
])("%d seconds later is a whole second in GitHub's own spelling", (seconds, expected) => {
  expect(later(NOON, seconds)).toBe(expected);
});

it.each([
  [NOON, ONE, NOON],
  [ONE, NOON, NOON],
  [NOON, null, NOON],
  [null, ONE, ONE],
  [null, null, null],
])("of %s and %s the sooner is %s", (one, other, expected) => {
  expect(sooner(one, other)).toBe(expected);
});

it.each([
  ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"],
  ["2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"],
])("after %s the next day begins at %s", (now, expected) => {
  expect(nextDay(now)).toBe(expected);
});

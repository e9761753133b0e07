/** Footprints: what two heads have in common, as far as a short mark of each path tells. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { doMeet, footprintOf } from "../../src/domain/footprint.ts";
import { RecordBody } from "../../src/domain/record.ts";

const paths = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1 }), { maxLength: 30 });

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `src/file-${index}.ts`);
}

it.each([
  ["no path", [], ""],
  ["one path", ["src/a.ts"], "072fc2"],
  ["the same path twice", ["src/a.ts", "src/a.ts"], "072fc2"],
  ["more paths than GitHub lists", null, "*"],
  ["more paths than are worth a record's room", numbered(201), "*"],
])("of %s", (_, changed, footprint) => {
  expect(footprintOf(changed)).toBe(footprint);
});

it("fits into a record, however many paths there are", () => {
  const most = footprintOf(numbered(200));

  expect(most.length).toBe(1200);
  expect(RecordBody.shape.footprint.parse(most)).toBe(most);
});

it("is the same in any order", () => {
  fc.assert(
    fc.property(paths, (some) => {
      expect(footprintOf(some.toReversed())).toBe(footprintOf(some));
    }),
  );
});

it("meets whatever changes one of its paths, and itself", () => {
  fc.assert(
    fc.property(paths, paths, fc.string({ minLength: 1 }), (some, others, shared) => {
      const one = footprintOf([...some, shared]);
      const other = footprintOf([shared, ...others]);

      expect([doMeet(one, other), doMeet(other, one), doMeet(one, one)]).toEqual([true, true, true]);
    }),
  );
});

it("tells paths apart, but for a collision in about sixteen million", () => {
  const one = footprintOf(numbered(200));
  const others = Array.from({ length: 200 }, (_, index) => `test/other-${index}.ts`);

  expect(doMeet(one, footprintOf(others))).toBe(false);
});

it.each([
  ["aaaaaa", "bbbbbbaaaaaa", true],
  ["aaaaaa", "bbbbbb", false],
  // Marks are read whole: the middle of two is none.
  ["aaabbb", "cccaaabbbccc", false],
  ["*", "aaaaaa", true],
  ["*", "*", true],
  ["*", "", false],
  ["*", null, false],
  [null, null, false],
  ["", "", false],
])("%j meets %j: %s", (one, other, expected) => {
  expect([doMeet(one, other), doMeet(other, one)]).toEqual([expected, expected]);
});

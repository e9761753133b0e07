import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CONVERTERS, convert } from "../src/units.js";

test("converts", () => {
  assert.equal(convert(1500, "m", "km"), 1.5);
});

test("refuses a pair that is not known", () => {
  assert.throws(() => convert(1, "m", "s"), /no way from m to s/);
});

test("lists every converter", () => {
  const list = JSON.parse(readFileSync(new URL("../docs/list.json", import.meta.url), "utf8"));
  assert.deepEqual(list, Object.keys(CONVERTERS).toSorted());
});

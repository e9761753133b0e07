/** Footprints: which paths a head changes, short enough for its record, so that tasks can be told apart that get in each other's way. */
import { createHash } from "node:crypto";

/** Stands for more paths than are worth listing: it meets everything. */
const EVERYTHING = "*";
const MAX_PATHS = 200;
const DIGITS = 6;

/** Six hex digits for each path, sorted; `null`: more paths than GitHub lists at once. */
export function footprintOf(paths: readonly string[] | null): string {
  if (paths === null || paths.length > MAX_PATHS) return EVERYTHING;
  const marks = paths.map((path) => createHash("sha256").update(path).digest("hex").slice(0, DIGITS));
  return [...new Set(marks)].toSorted().join("");
}

/** Whether both change the same path, as far as is known. Of a head that nobody has seen yet nothing is known. */
export function doMeet(one: string | null, other: string | null): boolean {
  if (!one || !other) return false;
  if (one === EVERYTHING || other === EVERYTHING) return true;
  const marks = new Set(marksOf(one));
  return marksOf(other).some((mark) => marks.has(mark));
}

function marksOf(footprint: string): string[] {
  return footprint.match(new RegExp(`.{${DIGITS}}`, "g")) ?? [];
}

/** Finds secrets in a text: the values that the run holds, and what looks like a token, as they stand and decoded. */
import { decodedRuns } from "./decoded-runs.ts";
import type { FoundSecret } from "./found-secret.ts";
import { findKnown, type KnownValues } from "./known-values.ts";
import { findShapes } from "./token-shapes.ts";

/** How often a text may be wrapped in another. */
const MAX_DEPTH = 2;

/** Each secret by where it stands in the text; of an encoded one, where its encoding stands. */
export async function findSecrets(text: string, known: KnownValues): Promise<FoundSecret[]> {
  return findWithin(text, known, MAX_DEPTH);
}

async function findWithin(text: string, known: KnownValues, depth: number): Promise<FoundSecret[]> {
  const found = [...findKnown(text, known), ...(await findShapes(text))];
  if (depth === 0) return found;
  const runs = decodedRuns(text);
  // Read together, for every reading has its price; what lies across the seam of two runs is none.
  const joined = runs.map((run) => run.text).join(SEAM);
  if (joined === "") return found;
  const inside = await findWithin(joined, known, depth - 1);
  let offset = 0;
  for (const run of runs) {
    const end = offset + run.text.length;
    const kinds = new Set(
      inside.filter((one) => one.start < end && one.end > offset).map(({ kind }) => kind),
    );
    for (const kind of kinds) found.push({ start: run.start, end: run.end, kind });
    offset = end + SEAM.length;
  }
  return found;
}

const SEAM = "\n\u{0}\u{0}\n";

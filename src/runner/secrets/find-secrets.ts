/** Finds secrets in a text: the values that the run holds, and what looks like a token, as they stand, decoded and in other letters. */
import { decodedRuns } from "./decoded-runs.ts";
import { withoutFound, type FoundSecret } from "./found-secret.ts";
import { findKnown, type KnownValues } from "./known-values.ts";
import { findShapes } from "./token-shapes.ts";

/** How often a text may be wrapped in another. */
const MAX_DEPTH = 2;

/** Between decoded texts that are read together. */
const SEAM = "\n\u{0}\u{0}\n";

/** Each secret by where it stands in the text; of an encoded one, where its encoding stands; of one in strange letters, all of the text. */
export async function findSecrets(text: string, known: KnownValues): Promise<FoundSecret[]> {
  const found = await findWithin(text, known, MAX_DEPTH);
  if (!/[^\0-\x7f]/.test(text)) return found;
  const rest = withoutFound(text, found);
  const plain = inPlainLetters(rest);
  if (plain === rest) return found;
  const hidden = await findWithin(plain, known, MAX_DEPTH);
  return [...found, ...hidden.map(({ kind }) => ({ start: 0, end: text.length, kind }))];
}

/** Wide, bold, circled and tag characters as the letters that they stand for; invisible ones are gone. */
function inPlainLetters(text: string): string {
  return text
    .replace(/[\u{e0020}-\u{e007e}]/gu, (tag) => String.fromCharCode((tag.codePointAt(0) ?? 0) - 0xe_00_00))
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "");
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
    const start = offset;
    const end = start + run.text.length;
    const kinds = new Set(inside.filter((one) => one.start < end && one.end > start).map(({ kind }) => kind));
    for (const kind of kinds) found.push({ start: run.start, end: run.end, kind });
    offset = end + SEAM.length;
  }
  return found;
}

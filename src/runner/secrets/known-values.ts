/** Finds the values that a run itself holds, in whatever form and in parts of 12 characters and more. They are never written to disk. */
import { boiledTexts, type BoiledText } from "./boiled-text.ts";
import { boiled, formsOf, TELLING, type Form } from "./encodings.ts";
import type { FoundSecret } from "./found-secret.ts";

export interface KnownValues {
  /** Values that can be found by their parts, in all their forms. */
  forms: readonly Form[];
  /** Each run of 12 characters of a form, by where it stands: form and offset. */
  places: ReadonlyMap<string, readonly (readonly [form: number, offset: number])[]>;
  /** Which hashes of such runs there are. */
  hashes: Uint8Array;
  /** Values that are too short for parts; they count as they are. */
  whole: readonly string[];
}

export const KNOWN_KIND = "a key of this workflow run";

/** Shorter ones are no secrets: everything would be full of them. */
const MIN_VALUE = 8;

/** Of a value that is a document of its own (a service account's key), what is secret are its long words. */
const MIN_WORD = 24;

const HASHES = 1 << 22;
const BASE = 16_777_619;

export function knownValues(values: readonly string[]): KnownValues {
  const parts = [...new Set(values.flatMap(partsOf))].filter((part) => part.length >= MIN_VALUE);
  const forms = parts.flatMap(formsOf);
  const places = new Map<string, [number, number][]>();
  const hashes = new Uint8Array(HASHES);
  forms.forEach(({ text }, form) => {
    for (let offset = 0; offset + TELLING <= text.length; offset += 1) {
      const run = text.slice(offset, offset + TELLING);
      const known = places.get(run);
      if (known !== undefined) known.push([form, offset]);
      else places.set(run, [[form, offset]]);
      hashes[hashOf(run)] = 1;
    }
  });
  const whole = parts.filter((part) => boiled(part).length < TELLING);
  return { forms, places, hashes, whole };
}

/** Every place of the text that holds 12 characters or more of a known value. */
export function findKnown(text: string, known: KnownValues): FoundSecret[] {
  const found: FoundSecret[] = known.whole.flatMap((value) => wholeIn(text, value));
  if (known.forms.length === 0) return found;
  for (const view of boiledTexts(text)) found.push(...formsIn(view, known));
  return found;
}

/** A value as it stands; of a JSON document and a key block those words that could not stand in any other. */
function partsOf(value: string): string[] {
  const plain = value.trim();
  const block = plain.replace(/-----(?:BEGIN|END)[^-]*-----/g, " ");
  const isDocument = plain.startsWith("{") || block !== plain;
  if (!isDocument) return [plain];
  const words = block.replaceAll("\\n", " ").match(/[\w+/=-]+/g) ?? [];
  return words.filter((word) => word.length >= MIN_WORD);
}

function wholeIn(text: string, value: string): FoundSecret[] {
  const found: FoundSecret[] = [];
  for (let start = text.indexOf(value); start !== -1; start = text.indexOf(value, start + value.length))
    found.push({ start, end: start + value.length, kind: KNOWN_KIND });
  return found;
}

function formsIn({ codes, at }: BoiledText, known: KnownValues): FoundSecret[] {
  const found: FoundSecret[] = [];
  let hash = 0;
  let done = 0;
  for (let end = 0; end < codes.length; end += 1) {
    hash = Math.imul(hash, BASE) + (codes[end] ?? 0);
    const start = end - TELLING + 1;
    if (start > 0) hash -= Math.imul(FIRST_POWER, codes[start - 1] ?? 0);
    hash |= 0;
    if (start < done || known.hashes[bucketOf(hash)] !== 1) continue;
    const places = known.places.get(String.fromCharCode(...codes.subarray(start, end + 1))) ?? [];
    for (const [form, offset] of places) {
      const { text = "", least = 0 } = known.forms[form] ?? {};
      const length = lengthOf(codes, start, { text, offset });
      if (length < least) continue;
      found.push({ start: at[start] ?? 0, end: (at[start + length - 1] ?? 0) + 1, kind: KNOWN_KIND });
      done = start + length;
      break;
    }
  }
  return found;
}

/** How far text and form go together from there. The first run of them is found first, so nothing lies before it. */
function lengthOf(
  codes: Uint8Array,
  start: number,
  { text, offset }: { text: string; offset: number },
): number {
  let length = TELLING;
  while (offset + length < text.length && codes[start + length] === text.charCodeAt(offset + length))
    length += 1;
  return length;
}

/** A rolling hash: the one of the next run is computed from the one before. */
const FIRST_POWER = Array.from({ length: TELLING }).reduce<number>((power) => Math.imul(power, BASE), 1);

function hashOf(run: string): number {
  let hash = 0;
  for (let index = 0; index < run.length; index += 1)
    hash = (Math.imul(hash, BASE) + run.charCodeAt(index)) | 0;
  return bucketOf(hash);
}

function bucketOf(hash: number): number {
  return (hash ^ (hash >>> 16)) & (HASHES - 1);
}

/** A text boiled down to small letters and digits that still knows where each of them stood. */

/** `codes`: characters; `at`: where each stands in the text. */
export interface BoiledText {
  codes: Uint8Array;
  at: Uint32Array;
}

/** The whole text; what stands between its quotes alone, for values that are put together of parts; lines without their numbers. */
export function boiledTexts(text: string): BoiledText[] {
  const texts = [boil(text, [[0, text.length]])];
  const strings = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\\n]|\\.)*`/g;
  // What stands before a colon is the name of a part.
  const quoted = rangesOf(text, strings).filter(([, end]) => !/^\s*:/.test(text.slice(end, end + 9)));
  if (quoted.length > 1) texts.push(boil(text, quoted));
  const numbers = rangesOf(text, /^[^A-Za-z0-9\n]{0,20}(?:[a-z]{0,10}[ _-]?)?\d{1,4}[^A-Za-z0-9\n]{1,3}/gim);
  if (numbers.length > 1) texts.push(boil(text, between(numbers, text.length)));
  return texts;
}

type Range = readonly [start: number, end: number];

function rangesOf(text: string, pattern: RegExp): Range[] {
  return [...text.matchAll(pattern)].map((match) => [match.index, match.index + match[0].length]);
}

function between(ranges: readonly Range[], length: number): Range[] {
  const starts = [0, ...ranges.map(([, end]) => end)];
  const ends = [...ranges.map(([start]) => start), length];
  return starts.map((start, index) => [start, ends[index] ?? length]);
}

function boil(text: string, ranges: readonly Range[]): BoiledText {
  const size = ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  const codes = new Uint8Array(size);
  const at = new Uint32Array(size);
  let length = 0;
  for (const [start, end] of ranges) {
    for (let index = start; index < end; index += 1) {
      const code = smallOrDigit(text.charCodeAt(index));
      if (code === 0) continue;
      codes[length] = code;
      at[length] = index;
      length += 1;
    }
  }
  return { codes: codes.subarray(0, length), at: at.subarray(0, length) };
}

/** 0: neither a letter nor a digit. */
function smallOrDigit(code: number): number {
  if (code >= 97 && code <= 122) return code;
  if (code >= 65 && code <= 90) return code + 32;
  return code >= 48 && code <= 57 ? code : 0;
}

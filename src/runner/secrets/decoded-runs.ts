/** Undoes what hides a text inside a text: base64, hexadecimal, percent signs, escapes, and gzip in any of them. */
import { inflateRawSync } from "node:zlib";

/** A part of a text and what it says when it is decoded. */
export interface DecodedRun {
  start: number;
  end: number;
  text: string;
}

// Bounded, for an expression that goes on for millions of characters ends in a full stack; longer runs are several that touch.
const BASE64 = /(?:[A-Za-z0-9+/_-]{4}[ \t]*(?:\\?\r?\n[ \t+"'#*/]*)?){6,20000}[A-Za-z0-9+/_-]{0,3}={0,2}/g;
const HEX = /(?:(?:\\x|0x|%|=|)[0-9A-Fa-f]{2}[\s:,;"'+-]{0,3}){16,20000}/g;
const WORD = /\S{8,80000}/g;
const ESCAPES = /(?:\\u\{?[0-9A-Fa-f]{2,6}\}?|\\x[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}|&#x?[0-9A-Fa-f]{2,6};)/;

const MAX_UNPACKED = 1024 * 1024;
const MAX_RUNS = 20_000;

/** Runs that decode to something that can be read. */
export function decodedRuns(text: string): DecodedRun[] {
  const runs: DecodedRun[] = [];
  for (const run of runsOf(text, BASE64)) {
    if (runs.length > MAX_RUNS) break;
    const letters = run.text.replace(/[^A-Za-z0-9+/_=-]/g, "");
    // Where the run truly begins is not known: a word may stand right before it.
    for (const skipped of letters.length > 4000 ? [0] : [0, 1, 2, 3])
      push(runs, run, Buffer.from(letters.slice(skipped), "base64"));
  }
  for (const run of runsOf(text, HEX)) {
    if (runs.length > MAX_RUNS) break;
    push(runs, run, Buffer.from(run.text.replace(/\\x|0x|[^0-9A-Fa-f]/g, ""), "hex"));
  }
  for (const run of runsOf(text, WORD)) {
    if (runs.length > MAX_RUNS) break;
    if (ESCAPES.test(run.text)) runs.push({ ...run, text: unescaped(run.text) });
  }
  return runs;
}

/** What the pattern matches, as it stands in the text; matches that touch are one. */
function runsOf(text: string, pattern: RegExp): DecodedRun[] {
  const ranges: { start: number; end: number }[] = [];
  for (const match of text.matchAll(pattern)) {
    const [start, end] = [match.index, match.index + match[0].length];
    const last = ranges.at(-1);
    if (last?.end === start) last.end = end;
    else ranges.push({ start, end });
  }
  return ranges.map(({ start, end }) => ({ start, end, text: text.slice(start, end) }));
}

function push(runs: DecodedRun[], { start, end }: DecodedRun, bytes: Buffer): void {
  const text = readable(unpacked(bytes));
  if (text !== null) runs.push({ start, end, text });
}

/** What follows the packed part is left alone, as in a run of letters that goes on into the next word. */
function unpacked(bytes: Buffer): Buffer {
  const start = packedAt(bytes);
  if (start === null) return bytes;
  try {
    return inflateRawSync(bytes.subarray(start), { maxOutputLength: MAX_UNPACKED });
  } catch {
    // It only looked packed, or is cut off: it is read as it stands.
    return bytes;
  }
}

/** How gzip begins, always with the one way to pack that there is. */
const GZIP = Buffer.from([0x1f, 0x8b, 8]);

/**
 * Where the packed bytes begin behind the header of zlib (RFC 1950) or gzip (RFC 1952); null: there is none. A run can have taken in the end
 * of the line before it: gzip's header is told from that, zlib's two bytes are not.
 */
function packedAt(bytes: Buffer): number | null {
  const [first, second = 0] = bytes;
  if (first === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(second)) return 2;
  const header = bytes.indexOf(GZIP);
  if (header === -1) return null;
  const flags = bytes[header + 3] ?? 0;
  let at = header + 10;
  if (flags & 4) at += 2 + bytes.readUInt16LE(Math.max(0, Math.min(at, bytes.length - 2)));
  for (const named of [8, 16]) if (flags & named) at = bytes.indexOf(0, at) + 1;
  return at;
}

/** null: it holds no longer stretch of plain characters, so it was no text. */
function readable(bytes: Buffer): string | null {
  const text = bytes.toString("latin1");
  return /[\x20-\x7e]{16}/.test(text) || /(?:[\x20-\x7e]\0){16}/.test(text)
    ? text.replace(/([\x20-\x7e])\0/g, "$1")
    : null;
}

function unescaped(text: string): string {
  return text.replace(
    /\\u\{([0-9A-Fa-f]{2,6})\}|\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|%([0-9A-Fa-f]{2})|&#x([0-9A-Fa-f]{2,6});|&#(\d{2,7});/g,
    (whole, ...groups: (string | undefined)[]) => {
      const [braced, four, two, percent, hex, decimal] = groups;
      const digits = braced ?? four ?? two ?? percent ?? hex;
      const code = digits === undefined ? Number(decimal) : Number.parseInt(digits, 16);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
    },
  );
}

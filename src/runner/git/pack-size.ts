/** Measures what a pack unpacks to before git does: a few bytes can stand for more than any machine holds. */
import { inflateSync } from "node:zlib";

/** One object, all of them, and how many there may be. GitHub itself takes no file of more than 100 MiB. */
const MAX_OBJECT_BYTES = 100 * 1024 * 1024;
const MAX_TOTAL_BYTES = 512 * 1024 * 1024;
const MAX_OBJECTS = 100_000;

/** git itself makes chains of 50. */
const MAX_CHAIN = 250;

const OFS_DELTA = 6;
const REF_DELTA = 7;
const OBJECT_ID = 20;

interface Entry {
  /** Bytes that the object has in the end. */
  bytes: number;
  /** Bytes of it in the pack. */
  packed: number;
  /** How many others it builds on, as far as the pack tells. */
  chain: number;
}

/** Why the pack is not unpacked, as the end of a sentence; null: it is worth trying. Reads gitformat-pack(5), version 2. */
export function packProblem(pack: Buffer): string | null {
  if (pack.length < 12 || pack.toString("latin1", 0, 4) !== "PACK" || pack.readUInt32BE(4) !== 2)
    return "it does not hold a pack of version 2";
  const count = pack.readUInt32BE(8);
  if (count > MAX_OBJECTS) return `it holds ${count} objects, at most ${MAX_OBJECTS} are read`;
  const chains = new Map<number, number>();
  let total = 0;
  let at = 12;
  for (let index = 0; index < count; index += 1) {
    const entry = readEntry(pack, at, chains);
    if (typeof entry === "string") return entry;
    chains.set(at, entry.chain);
    total += entry.bytes;
    if (total > MAX_TOTAL_BYTES) return `it unpacks to more than ${MAX_TOTAL_BYTES} bytes`;
    at += entry.packed;
  }
  return null;
}

function readEntry(pack: Buffer, start: number, chains: ReadonlyMap<number, number>): Entry | string {
  const header = readHeader(pack, start);
  if (header === null) return "it breaks off";
  const { type, size } = header;
  if (size > MAX_OBJECT_BYTES)
    return `it holds an object of ${size} bytes, at most ${MAX_OBJECT_BYTES} are read`;
  const base = baseOf(pack, { type, start, at: header.end });
  if (base === null) return "it breaks off";
  const chain = base.start === null ? 0 : (chains.get(base.start) ?? 0) + 1;
  if (chain > MAX_CHAIN) return `it holds objects that build on more than ${MAX_CHAIN} others`;
  const inflated = inflate(pack.subarray(base.end), size);
  if (inflated === null) return "it holds an object that is not as long as it says";
  const packed = base.end - start + inflated.used;
  const isDelta = type === OFS_DELTA || type === REF_DELTA;
  const bytes = isDelta ? deltaSize(inflated.data) : size;
  if (bytes > MAX_OBJECT_BYTES)
    return `it holds an object of ${bytes} bytes, at most ${MAX_OBJECT_BYTES} are read`;
  return { bytes: bytes + (isDelta ? size : 0), packed, chain };
}

/** Three bits of type, the size in groups of four and then seven bits. */
function readHeader(pack: Buffer, start: number): { type: number; size: number; end: number } | null {
  let byte = pack[start];
  if (byte === undefined) return null;
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  let factor = 16;
  let end = start + 1;
  while (byte & 128) {
    byte = pack[end];
    if (byte === undefined || factor > Number.MAX_SAFE_INTEGER / 256) return null;
    size += (byte & 127) * factor;
    factor *= 128;
    end += 1;
  }
  return { type, size, end };
}

/** `start`: where in the pack the object lies that this one builds on; null: nowhere, or it is not said. */
function baseOf(
  pack: Buffer,
  { type, start, at }: { type: number; start: number; at: number },
): { start: number | null; end: number } | null {
  if (type === REF_DELTA) return { start: null, end: at + OBJECT_ID };
  if (type !== OFS_DELTA) return { start: null, end: at };
  let end = at;
  let byte = pack[end];
  if (byte === undefined) return null;
  let offset = byte & 127;
  while (byte & 128) {
    end += 1;
    byte = pack[end];
    if (byte === undefined || offset > Number.MAX_SAFE_INTEGER / 256) return null;
    offset = (offset + 1) * 128 + (byte & 127);
  }
  return { start: start - offset, end: end + 1 };
}

/** A delta says first how long its base and its outcome are. */
function deltaSize(delta: Buffer): number {
  let at = 0;
  let size = 0;
  for (let part = 0; part < 2; part += 1) {
    size = 0;
    let factor = 1;
    let byte = 128;
    while (byte & 128 && at < delta.length && factor < Number.MAX_SAFE_INTEGER / 256) {
      byte = delta[at] ?? 0;
      size += (byte & 127) * factor;
      factor *= 128;
      at += 1;
    }
  }
  return size;
}

/** `used`: how many bytes the stream had; null: it is none, or longer or shorter than it says. */
function inflate(bytes: Buffer, size: number): { data: Buffer; used: number } | null {
  try {
    // `info` answers with the engine, which knows how much it has read; node's types say less.
    const answer: unknown = inflateSync(bytes, { info: true, maxOutputLength: Math.max(size, 1) });
    const { buffer, engine } = answer as { buffer: Buffer; engine: { bytesWritten: number } };
    return buffer.length === size ? { data: buffer, used: engine.bytesWritten } : null;
  } catch {
    // Whatever zlib does not like about it: git would not either.
    return null;
  }
}

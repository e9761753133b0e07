/** Listens in on an answer while it passes: reads a copy of its bytes for what it says of itself, and never holds it up. */
import type { IncomingMessage } from "node:http";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { NOTHING_SEEN, readEvent, type Seen, type Shape } from "./answer.ts";

export interface Tap {
  /** One more piece of the body, as it came. */
  take(chunk: Buffer): void;
  /** What is known now that no more comes. */
  finish(): Promise<Seen>;
}

/** Bytes of one event of a stream, or of an answer that is none; what is longer is passed on and not read. */
const MOST_BYTES = 16 * 1024 * 1024;

const DECODERS: { [encoding: string]: () => NodeJS.ReadWriteStream } = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

export function openTap(shape: Shape, response: IncomingMessage): Tap {
  const isStream = /^text\/event-stream/i.test(response.headers["content-type"] ?? "");
  const reader = isStream ? readStream(shape) : readWhole(shape);
  const encoding = response.headers["content-encoding"] ?? "identity";
  if (encoding === "identity") {
    return {
      take: (chunk) => reader.take(chunk),
      finish: async () => reader.finish(),
    };
  }
  const decode = DECODERS[encoding];
  // In no encoding that is known here nothing can be read; then it is estimated.
  if (decode === undefined) return { take: () => undefined, finish: async () => NOTHING_SEEN };
  return decoded(decode(), reader);
}

interface Reader {
  take(chunk: Buffer): void;
  finish(): Seen;
}

function decoded(decoder: NodeJS.ReadWriteStream, reader: Reader): Tap {
  decoder.on("data", (chunk: Buffer) => reader.take(chunk));
  const over = new Promise<void>((resolve) => {
    decoder.on("end", resolve);
    // An answer that broke off ends in the middle of its encoding; what was read before counts.
    decoder.on("error", () => resolve());
  });
  return {
    take: (chunk) => void decoder.write(chunk),
    async finish() {
      decoder.end();
      await over;
      return reader.finish();
    },
  };
}

/** Server-sent events: of each only the lines with data, which are one JSON each. */
function readStream(shape: Shape): Reader {
  const decoder = new TextDecoder();
  let seen = NOTHING_SEEN;
  let rest = "";
  let isTooLong = false;
  const takeLine = (line: string): void => {
    if (!line.startsWith("data:")) return;
    const event = parseJson(line.slice("data:".length));
    if (event !== null) seen = readEvent(shape, seen, event);
  };
  return {
    take(chunk) {
      const lines = decoder.decode(chunk, { stream: true }).split(/\r?\n/);
      const last = lines.pop() ?? "";
      for (const [index, line] of lines.entries()) {
        if (!isTooLong) takeLine(index === 0 ? rest + line : line);
        isTooLong = false;
      }
      rest = lines.length === 0 ? rest + last : last;
      if (rest.length <= MOST_BYTES) return;
      isTooLong = true;
      rest = "";
    },
    finish() {
      takeLine(rest);
      return seen;
    },
  };
}

/** One JSON object, or the list of them that Google sends where no events were asked for. */
function readWhole(shape: Shape): Reader {
  let chunks: Buffer[] = [];
  let bytes = 0;
  return {
    take(chunk) {
      bytes += chunk.byteLength;
      if (bytes <= MOST_BYTES) chunks.push(chunk);
      else chunks = [];
    },
    finish() {
      const json = bytes <= MOST_BYTES ? parseJson(Buffer.concat(chunks).toString()) : null;
      const events: unknown[] = Array.isArray(json) ? json : [json];
      return events.reduce((seen: Seen, event) => readEvent(shape, seen, event), NOTHING_SEEN);
    },
  };
}

/** null: it is no JSON, as the last line of a stream is. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

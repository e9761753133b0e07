/** Passes a registry's answers on: streamed, bounded, with the links in them turned to the mirror. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Transform, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { rewriteLinks } from "./mirror-links.ts";
import { LARGEST_ANSWER, type Links } from "./mirror-rules.ts";

export interface PassOn {
  /** How links stand in this answer; null: it goes on byte by byte. */
  links: Links | null;
  rewrite(link: string): string | null;
  isHead: boolean;
  /** Bytes; what is longer breaks off. */
  largest?: number;
}

const PASSED = [
  "content-type",
  "etag",
  "last-modified",
  "cache-control",
  "accept-ranges",
  "content-range",
  "digest",
  "repr-digest",
  "retry-after",
];

/** Bytes of a registry's own settings. */
const LARGEST_CONFIG = 64 * 1024;

/** Throws when the answer breaks off or is too large; then the client sees it broken off too. */
export async function passOn(answer: IncomingMessage, response: ServerResponse, how: PassOn): Promise<void> {
  const largest = how.largest ?? LARGEST_ANSWER;
  const { headers } = answer;
  const length = Number(headers["content-length"] ?? 0);
  if (length > largest) {
    answer.destroy();
    throw new Error(`it has ${length} bytes, and at most ${largest} are passed on`);
  }
  const isPacked = headers["content-encoding"] === "gzip" && answer.statusCode !== 206;
  const isChanged = how.links !== null || isPacked;
  response.statusCode = answer.statusCode ?? 502;
  for (const name of PASSED) if (headers[name] !== undefined) response.setHeader(name, headers[name]);
  if (!isPacked && headers["content-encoding"] !== undefined)
    response.setHeader("content-encoding", headers["content-encoding"]);
  if (!isChanged && headers["content-length"] !== undefined)
    response.setHeader("content-length", headers["content-length"]);
  if (how.isHead || response.statusCode === 304) {
    answer.resume();
    response.end();
    return;
  }
  const steps: Transform[] = [];
  if (isPacked) steps.push(createGunzip());
  steps.push(bounded(largest));
  if (how.links !== null) steps.push(rewriteLinks(how.links, how.rewrite));
  await pipeline([answer, ...steps, response]);
}

/** A short answer as text; null: it is no success or too long. */
export async function textOf(answer: IncomingMessage): Promise<string | null> {
  if (answer.statusCode !== 200) {
    answer.destroy();
    return null;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as Readable & AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_CONFIG) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The gateway's own word, in the form that package managers show to people. */
export function sayWhy(
  request: IncomingMessage,
  response: ServerResponse,
  { status, why }: { status: number; why: string },
): void {
  const line = `GZA's gateway: ${why}`.replace(/[^\x20-\x7e]/g, "?").slice(0, 500);
  // pip shows nothing but this line, npm the field `error`, the others the body.
  response.statusMessage = line;
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  // What a request with a body has left unread must not be taken for the next one.
  if (request.method !== "GET" && request.method !== "HEAD") response.setHeader("connection", "close");
  response.end(request.method === "HEAD" ? undefined : `${JSON.stringify({ error: line })}\n`);
}

function bounded(largest: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > largest) done(new Error(`it has more than ${largest} bytes`));
      else done(null, chunk);
    },
  });
}

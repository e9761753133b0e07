/** Reads files out of git's store, many at a time. */
import { git, gitBytes } from "./git.ts";

/** Bytes by object id. */
export async function blobSizes(dir: string, oids: readonly string[]): Promise<Map<string, number>> {
  if (oids.length === 0) return new Map();
  const answer = await git(["cat-file", "--batch-check=%(objectname) %(objectsize)"], {
    dir,
    input: `${oids.join("\n")}\n`,
  });
  const lines = answer.trimEnd().split("\n");
  return new Map(lines.map((line) => [line.split(" ")[0] ?? "", Number(line.split(" ")[1])]));
}

/** The bytes of each, as the sizes say. The answers of `cat-file --batch`: a header line, as many bytes as it says, a line break. */
export async function blobContents(
  dir: string,
  sizes: ReadonlyMap<string, number>,
): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  if (sizes.size === 0) return contents;
  const answer = await gitBytes(["cat-file", "--batch"], { dir, input: `${[...sizes.keys()].join("\n")}\n` });
  let offset = 0;
  for (const [oid, size] of sizes) {
    const start = answer.indexOf("\n", offset) + 1;
    contents.set(oid, answer.subarray(start, start + size));
    offset = start + size + 1;
  }
  return contents;
}

/** The first `bytes` of each, however large all of them are together. */
export async function blobBeginnings(
  dir: string,
  sizes: ReadonlyMap<string, number>,
  bytes: number,
): Promise<Map<string, Buffer>> {
  const beginnings = new Map<string, Buffer>();
  for (const batch of batchesOf(sizes))
    for (const [oid, content] of await blobContents(dir, batch))
      beginnings.set(oid, Buffer.from(content.subarray(0, bytes)));
  return beginnings;
}

/** Bytes of files that are read at once. */
const BATCH_BYTES = 16 * 1024 * 1024;

/** In parts of at most 16 MiB, or of one file. */
export function batchesOf(sizes: ReadonlyMap<string, number>): Map<string, number>[] {
  const batches: Map<string, number>[] = [];
  let room = 0;
  for (const [oid, size] of sizes) {
    if (batches.length === 0 || size > room) {
      batches.push(new Map());
      room = BATCH_BYTES;
    }
    batches.at(-1)?.set(oid, size);
    room -= size;
  }
  return batches;
}

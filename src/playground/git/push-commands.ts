/** Reads the ref commands at the head of a push, before its objects, without taking them off the stream. */
import { ApiError } from "../errors.ts";
import { NO_OBJECT, type RefMove } from "./transaction.ts";

/** More commands than GitHub takes in one push would not fit into this many bytes. */
const LIMIT = 4 * 1024 * 1024;

export interface Push {
  commands: RefMove[];
  /** The whole request again, from its first byte. */
  body: AsyncIterable<Uint8Array>;
}

/**
 * Packet lines `<old> <new> <ref>` up to the first flush, as in git's pack protocol. What is no such line is left to git,
 * which refuses it. Throws 413 when the commands do not end.
 */
export async function readPush(request: AsyncIterable<Uint8Array>): Promise<Push> {
  const chunks = request[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let commands = parse(head);
  while (commands === null) {
    if (head.length > LIMIT) throw new ApiError(413, "The push names too many refs");
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
    commands = parse(head);
  }
  return { commands: commands ?? [], body: joined(head, chunks) };
}

async function* joined(head: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** Null: the commands have not all arrived. */
function parse(bytes: Buffer): RefMove[] | null {
  const commands: RefMove[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = Number.parseInt(bytes.toString("latin1", at, at + 4), 16);
    if (length === 0 || Number.isNaN(length) || length < 4) return commands;
    if (at + length > bytes.length) return null;
    const line = bytes.toString("utf8", at + 4, at + length).split("\0")[0] ?? "";
    at += length;
    const found = /^(?<before>[0-9a-f]{40}) (?<after>[0-9a-f]{40}) (?<name>\S+)\n?$/.exec(line)?.groups;
    if (!found) continue;
    const { before = NO_OBJECT, after = NO_OBJECT, name = "" } = found;
    commands.push({ name, before: orNull(before), after: orNull(after) });
  }
  return null;
}

function orNull(oid: string): string | null {
  return oid === NO_OBJECT ? null : oid;
}

/** Reads objects through one git process for each repository, which stays while it is asked: to start git takes longer than to read. */
import { spawn } from "node:child_process";
import { gitEnvironment } from "./run.ts";

export interface Found {
  oid: string;
  type: "commit" | "tree" | "blob" | "tag";
  /** In bytes. */
  size: number;
  /** Empty where only `info` was asked for. */
  bytes: Buffer;
}

/** `info` tells oid and type, `contents` the bytes too. */
export type Question = "info" | "contents";

interface Reader {
  ask(question: Question, revision: string): Promise<Found | null>;
}

interface Waiting {
  question: Question;
  resolve: (found: Found | null) => void;
  reject: (reason: Error) => void;
}

/** Long enough for the pauses within one request, short enough that a stopped playground leaves nothing behind. */
const IDLE_MILLISECONDS = 500;

const readers = new Map<string, Reader>();

/** What each revision stands for at this moment, in their order; null: nothing. A revision is one line and not empty. */
export function ask(
  directory: string,
  question: Question,
  revisions: readonly string[],
): Promise<(Found | null)[]> {
  const reader = readers.get(directory) ?? startReader(directory);
  return Promise.all(revisions.map((revision) => reader.ask(question, revision)));
}

function startReader(directory: string): Reader {
  const env = gitEnvironment(directory);
  const child = spawn("git", ["cat-file", "--batch-command"], { cwd: directory, env });
  const waiting: Waiting[] = [];
  const answers = createAnswers();
  let stderr = "";
  let idle: NodeJS.Timeout | undefined;

  function leave(): void {
    clearTimeout(idle);
    if (readers.get(directory) === reader) readers.delete(directory);
  }

  function fail(reason: Error): void {
    leave();
    for (const { reject } of waiting.splice(0)) reject(reason);
  }

  child.stdout.on("data", (chunk: Buffer) => {
    answers.add(chunk);
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      const answer = answers.take(first.question);
      if (answer === undefined) return;
      waiting.shift();
      first.resolve(answer);
    }
    clearTimeout(idle);
    idle = setTimeout(() => {
      leave();
      child.stdin.end();
    }, IDLE_MILLISECONDS);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr = `${stderr}${chunk.toString("utf8")}`.slice(-2000);
  });
  child.on("error", (cause) => {
    const words = `git could not be started in ${directory}: is git 2.38 or newer installed?`;
    fail(new Error(words, { cause }));
  });
  child.on("close", (code) =>
    fail(new Error(`git cat-file ended in ${directory} (${code ?? "killed"}): ${stderr.trim()}`)),
  );
  // What it left unanswered is told when it closes.
  child.stdin.on("error", () => undefined);

  const reader: Reader = {
    ask: (question, revision) =>
      new Promise((resolve, reject) => {
        clearTimeout(idle);
        waiting.push({ question, resolve, reject });
        child.stdin.write(`${question} ${revision}\n`);
      }),
  };
  readers.set(directory, reader);
  return reader;
}

/** Cuts what git prints into answers. `take` answers undefined while the next one is not whole. */
function createAnswers(): {
  add(chunk: Buffer): void;
  take(question: Question): Found | null | undefined;
} {
  let chunks: Buffer[] = [];
  let length = 0;
  /** Below this length there is no use in looking: the pieces of a large object are joined once. */
  let wanted = 1;

  function add(chunk: Buffer): void {
    chunks.push(chunk);
    length += chunk.length;
  }

  function take(question: Question): Found | null | undefined {
    if (length < wanted) return undefined;
    const all = Buffer.concat(chunks);
    chunks = [all];
    const end = all.indexOf("\n");
    if (end === -1) return undefined;
    const header = /^(?<oid>[0-9a-f]{40}) (?<type>commit|tree|blob|tag) (?<size>\d+)$/.exec(
      all.toString("utf8", 0, end),
    )?.groups;
    const size = Number(header?.["size"] ?? 0);
    // The bytes are followed by a newline.
    const rest = header && question === "contents" ? size + 1 : 0;
    wanted = end + 1 + rest;
    if (length < wanted) return undefined;
    const bytes = all.subarray(end + 1, Math.max(end + 1, wanted - 1));
    chunks = [all.subarray(wanted)];
    length -= wanted;
    wanted = 1;
    if (!header) return null;
    return { oid: header["oid"] as string, type: header["type"] as Found["type"], size, bytes };
  }

  return { add, take };
}

/** Hands a request to git's own `http-backend` and streams its answer back. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { basename, dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { gitEnvironment } from "./run.ts";

export interface BackendRequest {
  directory: string;
  /** `info/refs`, `git-upload-pack` or `git-receive-pack`. */
  service: string;
  request: Request;
  /** Null: there is none. */
  body: AsyncIterable<Uint8Array> | null;
  login: string;
  env: Record<string, string>;
  /** Runs after git has ended and before the answer does: the client sees the end only when this is done. */
  ended: () => Promise<void>;
}

/** Resolves as soon as git has written its headers. Throws git's words when it ends without any. */
export async function httpBackend(asked: BackendRequest): Promise<Response> {
  const child = spawn("git", ["http-backend"], { env: cgi(asked) });
  const stderr: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  const closed = once(child, "close");
  feed(child, asked.body);
  const output = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const { headers, rest } = await readHeaders(output);
  if (headers === null) {
    await closed;
    throw new Error(`git http-backend gave no answer: ${Buffer.concat(stderr).toString().trim()}`);
  }
  const status = Number.parseInt(headers.get("status") ?? "200", 10);
  headers.delete("status");
  const stream = ReadableStream.from(
    answer(rest, output, async () => {
      await closed;
      await asked.ended();
    }),
  );
  return new Response(stream, { status, headers });
}

/** The variables of RFC 3875 that `http-backend` reads. */
function cgi({ directory, service, request, login, env }: BackendRequest): Record<string, string> {
  const { GIT_DIR: _, ...environment } = gitEnvironment(directory);
  const header = (name: string, variable: string): Record<string, string> => {
    const value = request.headers.get(name);
    return value === null ? {} : { [variable]: value };
  };
  return {
    ...environment,
    GIT_PROJECT_ROOT: dirname(directory),
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: `/${basename(directory)}/${service}`,
    REQUEST_METHOD: request.method,
    QUERY_STRING: new URL(request.url).search.slice(1),
    REMOTE_USER: login,
    REMOTE_ADDR: "127.0.0.1",
    ...header("content-type", "CONTENT_TYPE"),
    ...header("content-encoding", "HTTP_CONTENT_ENCODING"),
    ...header("git-protocol", "GIT_PROTOCOL"),
    ...env,
  };
}

/** A client that goes away in the middle ends git too; git that ends early says why in its answer. */
function feed(child: ChildProcessWithoutNullStreams, body: AsyncIterable<Uint8Array> | null): void {
  if (body === null) {
    child.stdin.end();
    return;
  }
  pipeline(body, child.stdin).catch(() => child.stdin.destroy());
}

async function readHeaders(
  output: AsyncIterator<Buffer>,
): Promise<{ headers: Headers | null; rest: Buffer }> {
  let bytes: Buffer = Buffer.alloc(0);
  for (let next = await output.next(); next.done !== true; next = await output.next()) {
    bytes = Buffer.concat([bytes, next.value]);
    const end = bytes.indexOf("\r\n\r\n");
    if (end === -1) continue;
    const lines = bytes.toString("latin1", 0, end).split("\r\n");
    const pairs = lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    return { headers: new Headers(pairs), rest: bytes.subarray(end + 4) };
  }
  return { headers: null, rest: bytes };
}

async function* answer(
  first: Buffer,
  rest: AsyncIterator<Buffer>,
  ended: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
    await ended();
  }
}

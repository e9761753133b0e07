/** Answers without end: what the mirror holds of them in memory, and where it breaks them off. */
import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { passOn } from "../../../src/runner/gateway/mirror-answer.ts";
import { listen, registry, startMirror, startRegistry, type Answer } from "./mirror-front.ts";

const MIB = 1024 ** 2;

describe("an answer", () => {
  it("flows through in memory of a few pieces, with its links rewritten", async () => {
    const piece = Buffer.from(`{"dist":{"tarball":"https://files.example.com/six.tgz"}}${" ".repeat(MIB)}`);
    let sent = 0;
    function* pieces(): Generator<Buffer> {
      for (let count = 0; count < 200; count++) {
        sent += piece.length;
        yield piece;
      }
    }
    const upstream = await startRegistry({
      "/six": (_, response) => void Readable.from(pieces()).pipe(response),
    });
    const mirror = await startMirror([registry("npm", upstream.base)]);

    let bytes = 0;
    let mostBetween = 0;
    for await (const chunk of await answerAt(`${mirror.address}/registry/npm/six`)) {
      bytes += (chunk as Buffer).length;
      mostBetween = Math.max(mostBetween, sent - bytes);
    }

    expect(bytes).toBeGreaterThan(200 * piece.length);
    // What is on its way, in the mirror and in the sockets beside it: how soon the engine frees buffers has no part in it.
    expect(mostBetween).toBeLessThan(50 * MIB);
  });

  it("waits for a client that does not read", async () => {
    let written = 0;
    const piece = Buffer.alloc(MIB);
    const upstream = await startRegistry({
      "/six/-/six-1.0.0.tgz": (_, response) => {
        const more = (): void => {
          while (written < 400 * MIB) {
            written += piece.length;
            if (!response.write(piece)) {
              response.once("drain", more);
              return;
            }
          }
          response.end();
        };
        more();
      },
    });
    const mirror = await startMirror([registry("npm", upstream.base)]);

    const slow = await answerAt(`${mirror.address}/registry/npm/six/-/six-1.0.0.tgz`);
    // Others are served meanwhile, many times over what the slow one would have needed.
    for (let count = 0; count < 50; count++) await mirror.ask(`/registry/npm/other-${count}`);

    expect(written).toBeLessThan(100 * MIB);
    slow.destroy();
  });

  it("is let go where the client goes", async () => {
    let closed = Promise.resolve();
    const upstream = await startRegistry({
      "/six/-/six-1.0.0.tgz": (_, response) => {
        closed = new Promise((resolve) => response.on("close", () => resolve()));
        response.write("begin");
      },
    });
    const mirror = await startMirror([registry("npm", upstream.base)]);

    (await answerAt(`${mirror.address}/registry/npm/six/-/six-1.0.0.tgz`)).destroy();

    await expect(closed).resolves.toBeUndefined();
  });

  it.each<[string, Answer]>([
    ["that does not say how large it is", (_, response) => flood(response, Buffer.alloc(1000), 20)],
    [
      "that is small as long as it is packed",
      (_, response) => {
        response.setHeader("content-encoding", "gzip");
        response.end(gzipSync(Buffer.alloc(20_000)));
      },
    ],
  ])("%s breaks off at the limit", async (_, answer) => {
    const upstream = await startRegistry({ "/": answer });
    const failures: unknown[] = [];
    const server = createServer((_request, response) => {
      get(`${upstream.base}/`, (found) => {
        passOn(found, response, { links: null, rewrite: () => null, isHead: false, largest: 10_000 }).catch(
          (failure: unknown) => failures.push(failure),
        );
      });
    });
    const port = await listen(server);

    const read = async (): Promise<number> => {
      let bytes = 0;
      for await (const chunk of await answerAt(`http://127.0.0.1:${port}/`))
        bytes += (chunk as Buffer).length;
      return bytes;
    };

    await expect(read()).rejects.toThrow(/aborted|hang up|reset/i);
    expect(String(failures[0])).toContain("more than 10000 bytes");
  });
});

function flood(response: ServerResponse, piece: Buffer, times: number): void {
  Readable.from(Array.from({ length: times }, () => piece)).pipe(response);
}

async function answerAt(url: string): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { agent: false }), "response")) as [IncomingMessage];
  return response;
}

/** What a hostile agent tries on a mirror, and what package managers need of it. */
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { registry, startMirror, startRegistry } from "./mirror-front.ts";

describe("a mirror", () => {
  it("reads what is there and passes on its type and its tag", async () => {
    const upstream = await startRegistry({
      "/six/-/six-1.0.0.tgz": (_, response) => {
        response.setHeader("etag", '"abc"');
        response.setHeader("set-cookie", "a=b");
        response.setHeader("content-type", "application/octet-stream");
        response.end("bytes");
      },
    });
    const mirror = await startMirror([registry("npm", upstream.base)]);

    const answer = await mirror.ask("/registry/npm/six/-/six-1.0.0.tgz");

    expect(answer).toMatchObject({ status: 200, body: "bytes" });
    expect(answer.headers).toMatchObject({ etag: '"abc"', "content-type": "application/octet-stream" });
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(mirror.record.hosts()).toEqual({
      used: [`127.0.0.1:${upstream.port}`],
      tunnelled: [],
      refused: [],
    });
  });

  it.each(["PUT", "POST", "DELETE", "PATCH", "OPTIONS"])("refuses %s", async (method) => {
    const upstream = await startRegistry({});
    const mirror = await startMirror([registry("npm", upstream.base)]);

    const answer = await mirror.ask("/registry/npm/six", { method, body: "secret" });

    expect(answer.status).toBe(403);
    expect(answer.body).toContain(`${method} is refused: a registry can only be read`);
    expect(upstream.asked).toEqual([]);
    expect(mirror.record.hosts().refused).toEqual([
      `127.0.0.1:${upstream.port}: ${method} is refused: a registry can only be read`,
    ]);
  });

  it.each([{ "content-length": "6" }, { "transfer-encoding": "chunked" }])(
    "refuses a GET with a body, sent with %o",
    async (headers) => {
      const upstream = await startRegistry({ "/six": "{}" });
      const mirror = await startMirror([registry("npm", upstream.base)]);

      expect(await mirror.ask("/registry/npm/six", { headers, body: "secret" })).toMatchObject({
        status: 403,
      });
      expect(upstream.asked).toEqual([]);
    },
  );

  it.each([
    ["a query", "npm", "/registry/npm/six?data=secret"],
    ["an empty query", "npm", "/registry/npm/six?"],
    ["a search", "npm", "/registry/npm/-/v1/search"],
    ["a long path", "npm", `/registry/npm/${"s".repeat(513)}`],
    ["folders", "npm", "/registry/npm/a/b/c/d/e/f"],
    ["the folder above", "go", "/registry/go/../../etc/passwd/@v/list"],
    ["the folder above, encoded", "go", "/registry/go/%2e%2e/%2e%2e/@v/list"],
    ["another host", "go", "/registry/go//example.com/@v/list?x"],
    ["a user's page", "pypi", "/registry/pypi/user/secret/page"],
    ["a name of an index that no crate has", "cargo", `/registry/cargo/se/cr/${"s".repeat(65)}`],
    ["a search for crates", "cargo", "/registry/cargo/api/v1/crates"],
    ["a file without a known ending", "maven", "/registry/maven/org/example/secret"],
    ["a gem's old question", "gem", "/registry/gem/api/v1/dependencies?gems=secret"],
    ["a file that no answer has named", "npm", "/registry/npm-files/0123456789012345678901/127.0.0.1/x.tgz"],
    ["a registry that is not there", "npm", "/registry/nothing/six"],
  ] as const)("refuses %s", async (_, kind, path) => {
    const upstream = await startRegistry({});
    const mirror = await startMirror([registry(kind, upstream.base)]);

    expect((await mirror.ask(path)).status).toBe(403);
    expect(upstream.asked).toEqual([]);
    expect(mirror.record.hosts().refused).toHaveLength(1);
  });

  it("says in its own words what a client accepts, and leaves out all other headers", async () => {
    const upstream = await startRegistry({ "/six": "{}" });
    const mirror = await startMirror([registry("npm", upstream.base)]);

    await mirror.ask("/registry/npm/six", {
      headers: {
        accept: "application/vnd.npm.install-v1+json; secret=1",
        "user-agent": "secret",
        cookie: "secret",
        authorization: "Bearer secret",
        "x-data": "secret",
        "npm-command": "secret",
        "if-none-match": '"secret with spaces"',
        range: "bytes=0-9, secret",
        "if-modified-since": "Sat, 21 Nov 2026 17:00:00 GMT (secret)",
      },
    });

    const [request] = upstream.requests;
    expect(JSON.stringify(request?.headers)).not.toContain("secret");
    expect(request?.headers).toMatchObject({
      accept: "application/vnd.npm.install-v1+json, */*;q=0.1",
      "user-agent": "gza-gateway",
    });
  });

  it("asks anew only what has changed, and passes on a part", async () => {
    const upstream = await startRegistry({
      "/six": (request, response) => {
        response.statusCode = request.headers["if-none-match"] === '"1"' ? 304 : 500;
        response.end();
      },
      "/six/-/six-1.0.0.tgz": (request, response) => {
        response.statusCode = 206;
        response.setHeader("content-range", "bytes 2-4/5");
        response.end(request.headers.range === "bytes=2-4" ? "cde" : "wrong");
      },
    });
    const mirror = await startMirror([registry("npm", upstream.base)]);

    expect(await mirror.ask("/registry/npm/six", { headers: { "if-none-match": '"1"' } })).toMatchObject({
      status: 304,
    });
    expect(
      await mirror.ask("/registry/npm/six/-/six-1.0.0.tgz", { headers: { range: "bytes=2-4" } }),
    ).toMatchObject({ status: 206, body: "cde" });
  });

  it("answers a HEAD without a body", async () => {
    const upstream = await startRegistry({ "/a/b.jar": "1234" });
    const mirror = await startMirror([registry("maven", upstream.base)]);

    const answer = await mirror.ask("/registry/maven/a/b.jar", { method: "HEAD" });

    expect(answer).toMatchObject({ status: 200, body: "" });
    expect(upstream.asked).toEqual(["HEAD /a/b.jar"]);
  });

  it("is closed where the attempt's part has no network", async () => {
    const upstream = await startRegistry({ "/six": "{}" });
    const mirror = await startMirror([registry("npm", upstream.base)]);

    mirror.setOpen(false);
    expect((await mirror.ask("/registry/npm/six")).status).toBe(403);
    mirror.setOpen(true);
    expect((await mirror.ask("/registry/npm/six")).status).toBe(200);
    expect(upstream.asked).toEqual(["GET /six"]);
  });

  it("asks once for what is not there, and after 200 such names for nothing more", async () => {
    const upstream = await startRegistry({ "/six": "{}" });
    const mirror = await startMirror([registry("npm", upstream.base)]);

    const statuses = new Set<number>();
    for (let number = 0; number < 200; number++)
      statuses.add(
        (await mirror.ask(`/registry/npm/secret-${number % 100}-${number % 2 === 0 ? "a" : "b"}-${number}`))
          .status,
      );
    expect([...statuses]).toEqual([404]);
    expect((await mirror.ask("/registry/npm/secret-0-a-0")).status).toBe(404);
    expect(upstream.asked).toHaveLength(200);

    expect((await mirror.ask("/registry/npm/one-more")).status).toBe(403);
    expect(upstream.asked).toHaveLength(200);
    expect(mirror.record.hosts().refused.join()).toContain("200 of its addresses failed");
  });

  it("lets no burst of names past that bound", async () => {
    const upstream = await startRegistry({});
    const mirror = await startMirror([registry("npm", upstream.base)]);

    const names = Array.from({ length: 400 }, (_, number) => `/registry/npm/secret-${number}`);
    await Promise.all(names.map((name) => mirror.ask(name)));

    expect(upstream.asked.length).toBeLessThanOrEqual(200);
  });

  it("tries again what failed in passing", async () => {
    let status = 503;
    const upstream = await startRegistry({
      "/six": (_, response) => {
        response.statusCode = status;
        response.end("{}");
      },
    });
    const mirror = await startMirror([registry("npm", upstream.base)]);

    expect((await mirror.ask("/registry/npm/six")).status).toBe(503);
    status = 200;
    expect((await mirror.ask("/registry/npm/six")).status).toBe(200);
  });

  it("says that a registry cannot be reached", async () => {
    const mirror = await startMirror([registry("npm", "http://127.0.0.1:1")]);

    const answer = await mirror.ask("/registry/npm/six");

    expect(answer.status).toBe(502);
    expect(answer.body).toContain("127.0.0.1:1 cannot be reached");
  });

  it("breaks off what is larger than it passes on, before it has begun where the size is known", async () => {
    const upstream = await startRegistry({
      "/six/-/six-1.0.0.tgz": (_, response) => {
        response.setHeader("content-length", String(1024 ** 3 + 1));
        response.write("begin");
      },
    });
    const mirror = await startMirror([registry("npm", upstream.base)]);

    const answer = await mirror.ask("/registry/npm/six/-/six-1.0.0.tgz");

    expect(answer.status).toBe(502);
    expect(answer.body).toContain("at most 1073741824");
  });

  it("unpacks what it must read, and breaks off what is packed wrongly", async () => {
    const packed = gzipSync(JSON.stringify({ dist: { tarball: "https://files.example.com/six.tgz" } }));
    const answerWith =
      (body: Buffer) =>
      (_: unknown, response: ServerResponse): void => {
        response.setHeader("content-encoding", "gzip");
        response.end(body);
      };
    const upstream = await startRegistry({
      "/six": answerWith(packed),
      "/bad": answerWith(Buffer.from("no gzip")),
    });
    const mirror = await startMirror([registry("npm", upstream.base)]);

    const answer = await mirror.ask("/registry/npm/six");
    expect(answer.headers["content-encoding"]).toBeUndefined();
    expect(answer.body).toContain("/registry/npm-files/");
    await expect(mirror.ask("/registry/npm/bad")).rejects.toThrow(/hang up|aborted|reset/i);
  });
});

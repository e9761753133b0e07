/** What a client gets that goes to a registry's own host through the gateway. */
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import type { Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { createAuthority } from "../../../src/runner/gateway/registry-authority.ts";
import { registry, startMirror, startRegistry, type Front } from "./mirror-front.ts";

const SUM = "0".repeat(60);

describe("a registry's own host", () => {
  it("is the mirror, with the registry's token and its answers as they are", async () => {
    const packument = JSON.stringify({ dist: { tarball: "https://npm.example.com/six/-/six-1.0.0.tgz" } });
    const upstream = await startRegistry({ "/six": packument });
    const own = registry("npm", "https://npm.example.com", { authorization: "Bearer token" });
    const mirror = await startMirror([own], { "npm.example.com": upstream.base });

    const answer = await ask(mirror, "npm.example.com", "/six");

    expect(answer).toEqual({ status: 200, body: packument });
    expect(upstream.requests[0]?.headers.authorization).toBe("Bearer token");
    expect(mirror.record.hosts().tunnelled).toEqual([]);
  });

  it.each([
    ["npm", "https://npm.example.com/folder", "npm.example.com", "/folder/six"],
    ["pypi", "https://pypi.example.com/simple", "pypi.example.com", "/simple/six/"],
    ["pypi", "https://pypi.example.com/simple", "pypi.example.com", "/pypi/six/1.0/json"],
    ["pypi", "https://pypi.example.com/simple", "pypi.example.com", "/files/six-1.0.whl"],
    [
      "pypi",
      "https://pypi.org/simple",
      "files.pythonhosted.org",
      `/packages/00/00/${SUM}/six-1.0-py3-none-any.whl.metadata`,
    ],
    ["go", "https://go.example.com", "go.example.com", "/example.com/six/@v/list"],
  ] as const)("of %s at %s answers for https://%s%s", async (kind, base, host, path) => {
    const upstream = await startRegistry({ [path]: "here" });
    const mirror = await startMirror([registry(kind, base)], {
      [host]: upstream.base,
      [new URL(base).host]: upstream.base,
    });

    expect(await ask(mirror, host, path)).toEqual({ status: 200, body: "here" });
  });

  it.each([
    ["POST", "/six"],
    ["PUT", "/six"],
    ["GET", "/six?data=secret"],
    ["GET", "/-/v1/search"],
    ["GET", "/a/b/c/d"],
    ["GET", "/../six.tgz"],
    ["GET", `/${"s".repeat(600)}.tgz`],
    ["GET", "/registry/npm/six"],
  ])("refuses %s %s", async (method, path) => {
    const upstream = await startRegistry({});
    const own = registry("npm", "https://npm.example.com");
    const mirror = await startMirror([own], { "npm.example.com": upstream.base });

    expect((await ask(mirror, "npm.example.com", path, method)).status).toBe(403);
    expect(upstream.asked).toEqual([]);
    expect(mirror.record.hosts().refused).toHaveLength(1);
  });

  it("is the one that the tunnel was asked for, whatever a request claims", async () => {
    const upstream = await startRegistry({ "/six": "{}" });
    const own = registry("npm", "https://npm.example.com");
    const mirror = await startMirror([own], { "npm.example.com": upstream.base });

    const socket = await secured(mirror, "npm.example.com");
    socket.write("GET /six HTTP/1.1\r\nHost: evil.example.com\r\nConnection: close\r\n\r\n");

    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /);
    expect(upstream.asked).toEqual(["GET /six"]);
  });

  it("bears with garbage where a handshake should be", async () => {
    const mirror = await startMirror([registry("npm", "https://npm.example.com")]);

    const socket = await opened(mirror, "npm.example.com");
    socket.end("GET / HTTP/1.1\r\n\r\n");
    socket.on("error", () => socket.destroy());
    await once(socket, "close");

    expect((await mirror.ask("/registry/npm/six?")).status).toBe(403);
  });

  it("is not one that is reached at another port, or without https", async () => {
    const mirror = await startMirror([
      registry("npm", "https://npm.example.com:8443"),
      registry("gem", "http://127.0.0.1:1", { mount: "gem" }),
    ]);

    expect(await statusOf(mirror, "npm.example.com:443")).toBe(403);
    expect(await statusOf(mirror, "npm.example.com:8443")).toBe(403);
    expect(await statusOf(mirror, "127.0.0.1:443")).toBe(403);
  });
});

describe("an authority", () => {
  it("vouches for the hosts that it was made for, each time with another key", () => {
    const first = createAuthority(["npm.example.com", "pypi.example.com"]);
    const second = createAuthority(["npm.example.com"]);
    const ca = new X509Certificate(first.certificate);
    const server = new X509Certificate(first.server.cert);

    expect(ca.ca).toBe(true);
    expect(server.ca).toBe(false);
    expect(server.verify(ca.publicKey)).toBe(true);
    expect(server.checkIssued(ca)).toBe(true);
    expect(server.checkHost("npm.example.com")).toBe("npm.example.com");
    expect(server.checkHost("other.example.com")).toBeUndefined();
    expect(Date.parse(server.validFrom)).toBeLessThan(Date.now());
    expect(Date.parse(server.validTo)).toBeGreaterThan(Date.now() + 24 * 3600_000);
    expect(server.verify(new X509Certificate(second.certificate).publicKey)).toBe(false);
  });
});

async function ask(
  mirror: Front,
  host: string,
  path: string,
  method = "GET",
): Promise<{ status: number; body: string }> {
  const socket = await secured(mirror, host);
  // Written by hand: nothing here may find a way of its own to a host of that name.
  socket.write(`${method} ${path} HTTP/1.0\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const [head = "", ...body] = (await text(socket)).split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), body: body.join("\r\n\r\n") };
}

async function secured(mirror: Front, host: string): Promise<TLSSocket> {
  const socket = connectTls({
    socket: await opened(mirror, host),
    servername: host,
    ca: mirror.certificate ?? "",
  });
  onTestFinished(() => void socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}

async function opened(mirror: Front, host: string): Promise<Socket> {
  const sent = request({ host: "127.0.0.1", port: mirror.port, method: "CONNECT", path: `${host}:443` });
  sent.end();
  const [, socket] = (await once(sent, "connect")) as [unknown, Socket];
  onTestFinished(() => void socket.destroy());
  return socket;
}

async function statusOf(mirror: Front, target: string): Promise<number> {
  const sent = request({ host: "127.0.0.1", port: mirror.port, method: "CONNECT", path: target });
  sent.end();
  const [response, socket] = (await once(sent, "connect")) as [{ statusCode: number }, Socket];
  socket.destroy();
  return response.statusCode;
}

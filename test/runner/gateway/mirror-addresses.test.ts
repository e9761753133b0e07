/** Which addresses the gateway goes to, where a registry points elsewhere, and who sees a registry's token. */
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { addressKind, resolveHost } from "../../../src/runner/gateway/public-address.ts";
import { authorizationFor } from "../../../src/runner/gateway/mirror-upstream.ts";
import { registry, startMirror, startRegistry } from "./mirror-front.ts";

describe("an address", () => {
  it.each([
    ["93.184.216.34", "public"],
    ["2606:2800:220:1:248:1893:25c8:1946", "public"],
    ["::ffff:93.184.216.34", "public"],
    ["64:ff9b::5db8:d822", "public"],
    ["127.0.0.1", "loopback"],
    ["127.255.1.2", "loopback"],
    ["::1", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::ffff:7f00:1", "loopback"],
    ["10.1.2.3", "private"],
    ["172.31.255.255", "private"],
    ["192.168.0.1", "private"],
    ["fd00::1", "private"],
    ["::ffff:10.0.0.1", "private"],
    ["64:ff9b::a00:1", "private"],
    ["0.0.0.0", "barred"],
    ["100.100.100.200", "barred"],
    ["169.254.169.254", "barred"],
    ["::ffff:169.254.169.254", "barred"],
    ["64:ff9b::a9fe:a9fe", "barred"],
    ["fe80::1%eth0", "barred"],
    ["fd00:ec2::254", "barred"],
    ["168.63.129.16", "barred"],
    ["224.0.0.1", "barred"],
    ["255.255.255.255", "barred"],
    ["ff02::1", "barred"],
    ["::", "barred"],
    ["::127.0.0.1", "barred"],
    ["2002:7f00:1::", "barred"],
    ["2001:0:1::", "barred"],
    ["2001:db8::1", "barred"],
    ["64:ff9b:1::1", "barred"],
    ["not an address", "barred"],
  ])("%s is %s", (address, kind) => {
    expect(addressKind(address)).toBe(kind);
  });

  it("of a host is judged before anything is sent there", async () => {
    expect(await resolveHost("localhost", ["public"])).toMatchObject({ kind: "refused" });
    expect(await resolveHost("[::1]", ["public"])).toMatchObject({ kind: "refused" });
    expect(await resolveHost("127.0.0.1", ["loopback"])).toEqual({
      kind: "addresses",
      addresses: [{ address: "127.0.0.1", family: 4 }],
    });
    expect(await resolveHost("there-is-none.invalid", ["public"])).toEqual({
      kind: "refused",
      why: "its name is not known",
    });
  });
});

describe("a redirect", () => {
  it.each([
    ["http://169.254.169.254/latest/meta-data", "http:// is no way to redirect to"],
    ["https://169.254.169.254/latest/meta-data", "it lies at 169.254.169.254, which is no public address"],
    ["http://127.0.0.1:1/", "http:// is no way to redirect to"],
    ["https://127.0.0.1:1/", "it lies at 127.0.0.1, which is no public address"],
    ["https://2130706433/", "it lies at 127.0.0.1, which is no public address"],
    ["https://[::ffff:7f00:1]/", "it lies at ::ffff:7f00:1, which is no public address"],
    ["https://localhost/", "which is no public address"],
    ["https://10.0.0.1/", "it lies at 10.0.0.1, which is no public address"],
    ["https://api.anthropic.com/v1/messages", "models answer only through the gateway's own routes"],
    ["https://api.github.com/user", "GitHub is not reached through a registry"],
    ["https://name:secret@files.example.com/", "the address carries a name or a password"],
    ["file:///etc/passwd", "file:// is no way to redirect to"],
  ])("to %s is refused", async (location, why) => {
    const upstream = await startRegistry({
      "/six/-/six-1.0.0.tgz": (_, response) => {
        response.statusCode = 302;
        response.setHeader("location", location);
        response.end();
      },
    });
    const mirror = await startMirror([registry("npm", upstream.base, { authorization: "Bearer token" })]);

    const answer = await mirror.ask("/registry/npm/six/-/six-1.0.0.tgz");

    expect(answer.status).toBe(403);
    expect(answer.body).toContain(why);
    expect(mirror.record.hosts().refused.join()).toContain(why);
  });

  it("within the registry is followed, three times at most", async () => {
    const to = (location: string) => (_: unknown, response: ServerResponse) => {
      response.statusCode = 302;
      response.setHeader("location", location);
      response.end();
    };
    const upstream = await startRegistry({
      "/three": to("/two"),
      "/two": to("/one"),
      "/one": to("/zero"),
      "/zero": "here",
      "/four": to("/three"),
      "/round": to("/round"),
    });
    const mirror = await startMirror([registry("npm", upstream.base)]);

    expect(await mirror.ask("/registry/npm/three")).toMatchObject({ status: 200, body: "here" });
    expect((await mirror.ask("/registry/npm/four")).body).toContain("more than 3 redirects");
    expect((await mirror.ask("/registry/npm/round")).status).toBe(403);
  });
});

describe("a registry's token", () => {
  it("is sent by the gateway to the registry", async () => {
    const upstream = await startRegistry({ "/six": "{}" });
    const mirror = await startMirror([registry("npm", upstream.base, { authorization: "Bearer token" })]);

    const answer = await mirror.ask("/registry/npm/six", { headers: { authorization: "Bearer own" } });

    expect(upstream.requests[0]?.headers.authorization).toBe("Bearer token");
    expect(JSON.stringify(answer)).not.toContain("token");
  });

  it("is not sent to a file's host that the registry names", async () => {
    const files = await startRegistry({ "/six.tgz": "bytes" });
    const upstream = await startRegistry({
      "/six": JSON.stringify({ dist: { tarball: `${files.base}/six.tgz` } }),
    });
    const mirror = await startMirror([registry("npm", upstream.base, { authorization: "Bearer token" })]);

    const { body } = await mirror.ask("/registry/npm/six");
    const link = new URL((JSON.parse(body) as { dist: { tarball: string } }).dist.tarball);
    expect(await mirror.ask(link.pathname)).toMatchObject({ status: 200, body: "bytes" });

    expect(files.requests[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    ["https://npm.example.com/six", true],
    ["https://npm.example.com:443/else", true],
    ["https://npm.example.com:8443/six", false],
    ["http://npm.example.com/six", false],
    ["https://files.npm.example.com/six", false],
    ["https://npm.example.com.evil.example/six", false],
  ])("for %s: %s", (url, isShown) => {
    const own = registry("npm", "https://npm.example.com/folder", { authorization: "Bearer token" });

    expect(authorizationFor(own, new URL(url))).toEqual(isShown ? { authorization: "Bearer token" } : {});
  });
});

/** How the gateway goes out on a machine whose environment names a proxy: each of its ways, through a real one. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Gateway } from "../../../src/runner/gateway/gateway.ts";
import { listen, registry, startMirror, startRegistry } from "./mirror-front.ts";
import { anthropicAccess, ask, MESSAGE, openTestGateway } from "./opened-gateway.ts";
import { setProxies, startProxy, startSecure } from "./scripted-proxy.ts";
import { messages, startUpstream, stream } from "./scripted-upstream.ts";

const EVENTS = messages({ usage: { input_tokens: 10, output_tokens: 1 }, last: { output_tokens: 5 } });

describe("a model is asked", () => {
  it.each(["HTTPS_PROXY", "https_proxy"])(
    "through the proxy of %s, which sees nothing of it",
    async (name) => {
      const keys: unknown[] = [];
      const port = await startSecure("models.example.com", (request, response) => {
        keys.push(request.headers["x-api-key"]);
        request.resume();
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.end(EVENTS.join(""));
      });
      const proxy = await startProxy({ "models.example.com:443": port }, "gza:p@ss");
      setProxies({ [name]: proxy.url.replace("//", "//gza:p%40ss@") });
      const gateway = await openTestGateway([anthropicAccess("https://models.example.com")]);

      expect(await ask(gateway, MESSAGE)).toMatchObject({ status: 200, body: EVENTS.join("") });
      expect(await ask(gateway, MESSAGE)).toMatchObject({ status: 200 });

      expect(keys).toEqual(["real-anthropic-key", "real-anthropic-key"]);
      expect(proxy.asked).toEqual(["CONNECT models.example.com:443"]);
      expect(gateway.facts()).toMatchObject({
        usage: { requests: 2, output: 10 },
        hosts: { used: ["models.example.com"] },
      });
    },
  );

  it("through the proxy of HTTP_PROXY, where its address is a plain one", async () => {
    const upstream = await startUpstream(stream(...EVENTS));
    const proxy = await startProxy({ "models.example.com:80": Number(new URL(upstream.base).port) });
    setProxies({ HTTP_PROXY: proxy.url });
    const gateway = await openTestGateway([anthropicAccess("http://models.example.com")]);

    expect((await ask(gateway, MESSAGE)).status).toBe(200);

    expect(proxy.asked).toEqual(["POST http://models.example.com/v1/messages"]);
    expect(upstream.received[0]?.headers.host).toBe("models.example.com");
  });

  it("directly on loopback, and where NO_PROXY names it", async () => {
    const upstream = await startUpstream(stream(...EVENTS));
    const proxy = await startProxy({});
    setProxies({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: "models.invalid" });
    const own = await openTestGateway([anthropicAccess(upstream.base)]);
    const named = await openTestGateway([anthropicAccess("https://eu.models.invalid")]);

    expect((await ask(own, MESSAGE)).status).toBe(200);
    expect((await ask(named, MESSAGE)).status).toBe(502);
    expect(proxy.asked).toEqual([]);
  });

  it("not at all where the proxy refuses, and nobody is told its password", async () => {
    const proxy = await startProxy({}, "gza:other");
    setProxies({ HTTPS_PROXY: proxy.url.replace("//", "//gza:p%40ss@") });
    const gateway = await openTestGateway([anthropicAccess("https://models.example.com")]);

    const answered = await ask(gateway, MESSAGE);

    expect(answered.status).toBe(502);
    expect(answered.body).toContain("models.example.com cannot be asked: ");
    expect(answered.body).not.toMatch(/p%40ss|p@ss|127\.0\.0\.1/);
    expect(gateway.facts().usage.requests).toBe(0);
  });
});

describe("a registry is read", () => {
  it("through the proxy, which finds it in a network that this machine does not know", async () => {
    const port = await startSecure("npm.example.com", (_, response) => void response.end("{}"));
    const proxy = await startProxy({ "npm.example.com:443": port });
    setProxies({ HTTPS_PROXY: proxy.url });
    const mirror = await startMirror([registry("npm", "https://npm.example.com")]);

    expect(await mirror.ask("/registry/npm/six")).toMatchObject({ status: 200, body: "{}" });
    expect(proxy.asked).toEqual(["CONNECT npm.example.com:443"]);
  });

  it.each([
    "https://169.254.169.254/",
    "https://10.0.0.1/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://localhost/",
  ])("but not where it points to %s", async (location) => {
    const proxy = await startProxy({});
    setProxies({ HTTPS_PROXY: proxy.url });
    const upstream = await startRegistry({
      "/six": (_, response) => void response.writeHead(302, { location }).end(),
    });
    const mirror = await startMirror([registry("npm", upstream.base)]);

    const answer = await mirror.ask("/registry/npm/six");

    expect(answer.status).toBe(403);
    expect(answer.body).toContain("which is no public address");
    expect(proxy.asked).toEqual([]);
  });

  it("not where the proxy refuses, which is said without its address", async () => {
    const proxy = await startProxy({});
    setProxies({ HTTPS_PROXY: proxy.url });
    const mirror = await startMirror([registry("npm", "https://npm.example.com")]);

    const answer = await mirror.ask("/registry/npm/six");

    expect(answer.status).toBe(502);
    expect(answer.body).toContain(
      "npm.example.com cannot be reached: the machine's proxy does not lead there",
    );
    expect(answer.body).not.toContain("127.0.0.1");
  });
});

describe("a tunnel", () => {
  it("goes through the proxy", async () => {
    const echo = await listen(createServer((socket) => void socket.pipe(socket)));
    const proxy = await startProxy({ "files.example.com:443": echo }, "gza:p@ss");
    setProxies({ https_proxy: proxy.url.replace("//", "//gza:p%40ss@") });
    const gateway = await openTestGateway([], { tunnel: ["files.example.com"] });

    const { socket, status } = await tunnelTo(gateway, "files.example.com:443");
    socket.write("hello");
    const [answer] = (await once(socket, "data")) as [Buffer];

    expect(status).toBe("HTTP/1.1 200 Connection established");
    expect(answer.toString()).toBe("hello");
    expect(gateway.facts().hosts.tunnelled).toEqual(["files.example.com"]);
  });

  it("is refused where the proxy refuses it, and where there is no proxy", async () => {
    const proxy = await startProxy({});
    setProxies({ HTTPS_PROXY: proxy.url });
    const gateway = await openTestGateway([], { tunnel: ["files.example.com"] });

    expect((await tunnelTo(gateway, "files.example.com:443")).status).toContain(
      "the machine's proxy answers 407",
    );

    setProxies({ HTTPS_PROXY: "http://gza:p%40ss@127.0.0.1:1" });
    const { status } = await tunnelTo(gateway, "files.example.com:443");
    expect(status).toContain("the machine's proxy cannot be asked (ECONNREFUSED)");
    expect(gateway.facts().hosts.tunnelled).toEqual([]);
  });
});

async function tunnelTo(gateway: Gateway, target: string): Promise<{ socket: Socket; status: string }> {
  const socket = connect({ path: gateway.socket });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  return { socket, status: answer.toString().split("\r\n")[0] ?? "" };
}

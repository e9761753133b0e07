/** Which CONNECT requests get a tunnel, and what becomes of it. */
import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { expect, it, onTestFinished, describe } from "vitest";
import { openHostRecord, type HostRecord } from "../../../src/runner/gateway/host-record.ts";
import { openTunnels, type Dial } from "../../../src/runner/gateway/tunnel.ts";
import { listen, registry } from "./mirror-front.ts";
import { openTestGateway } from "./opened-gateway.ts";

describe("a tunnel", () => {
  it("carries bytes both ways to a host that the config names", async () => {
    const { port, record } = await startTunnels({ dial: dialTo(await startEcho()) });

    const { socket, status } = await connectTo(port, "files.example.com:443");
    expect(status).toBe("HTTP/1.1 200 Connection established");
    socket.write("hello");
    const [answer] = (await once(socket, "data")) as [Buffer];

    expect(answer.toString()).toBe("hello");
    expect(record.hosts()).toMatchObject({ tunnelled: ["files.example.com"], refused: [] });
  });

  it.each([
    ["other.example.com:443", "it is not in network.tunnel of .github/gza.yml"],
    ["sub.files.example.com:443", "it is not in network.tunnel of .github/gza.yml"],
    ["files.example.com.:443", "it is not in network.tunnel of .github/gza.yml"],
    ["files.example.com:22", "only port 443 is tunnelled"],
    ["files.example.com:8443", "only port 443 is tunnelled"],
    ["files.example.com", "only port 443 is tunnelled"],
    ["169.254.169.254:443", "it is not in network.tunnel of .github/gza.yml"],
    ["127.0.0.1:443", "it is not in network.tunnel of .github/gza.yml"],
    ["[::1]:443", "it is not in network.tunnel of .github/gza.yml"],
    ["api.anthropic.com:443", "models answer only through the gateway's own routes"],
    ["API.OpenAI.com.:443", "models answer only through the gateway's own routes"],
    ["bedrock-runtime.eu-west-1.amazonaws.com:443", "models answer only through the gateway's own routes"],
    ["bedrock-mantle.eu-west-1.api.aws:443", "models answer only through the gateway's own routes"],
    ["aiplatform.eu.rep.googleapis.com:443", "models answer only through the gateway's own routes"],
    ["europe-west1-aiplatform.googleapis.com:443", "models answer only through the gateway's own routes"],
  ])("is refused to %s", async (target, why) => {
    const { port, record } = await startTunnels({ dial: dialTo(await startEcho()) });

    const { status } = await connectTo(port, target);

    expect(status).toBe(`HTTP/1.1 403 GZA's gateway: ${target} is refused: ${why}`);
    expect(record.hosts()).toEqual({ used: [], tunnelled: [], refused: [`${target}: ${why}`] });
  });

  it("is refused to a model's host although the config names it", async () => {
    const { port } = await startTunnels({ tunnel: ["api.anthropic.com"], dial: dialTo(await startEcho()) });

    expect((await connectTo(port, "api.anthropic.com:443")).status).toContain("403");
  });

  it("is refused while the network is closed", async () => {
    const { port, record } = await startTunnels({ isOpen: false, dial: dialTo(await startEcho()) });

    expect((await connectTo(port, "files.example.com:443")).status).toContain("403");
    expect(record.hosts().refused.join()).toContain("the network is closed");
  });

  it("is refused to a name that leads back to this machine", async () => {
    const { port, record } = await startTunnels({ tunnel: ["localhost"] });

    expect((await connectTo(port, "localhost:443")).status).toContain("403");
    expect(record.hosts().refused.join()).toMatch(
      /it lies at (?:127\.0\.0\.1|::1), which is no public address/,
    );
  });

  it("is refused where 64 are open, until one of them ends", async () => {
    const { port } = await startTunnels({ dial: dialTo(await startEcho()) });
    const open = await Promise.all(
      Array.from({ length: 64 }, () => connectTo(port, "files.example.com:443")),
    );

    expect((await connectTo(port, "files.example.com:443")).status).toContain("there are 64 tunnels already");
    const [first] = open;
    first?.socket.destroy();
    await expect
      .poll(async () => (await connectTo(port, "files.example.com:443")).status, { timeout: 15_000 })
      .toContain("200");
  });

  it("ends with either of its ends", async () => {
    const echo = await startEcho();
    const { port } = await startTunnels({ dial: dialTo(echo) });

    const left = await connectTo(port, "files.example.com:443");
    left.socket.destroy();
    await expect.poll(() => echo.sockets.size, { timeout: 15_000 }).toBe(0);

    const right = await connectTo(port, "files.example.com:443");
    const closed = once(right.socket, "close");
    for (const socket of echo.sockets) socket.destroy();
    await closed;
  });

  it("ends when the network is closed", async () => {
    const gateway = await openTestGateway([], { registries: [registry("npm", "https://npm.example.com")] });
    const socket = connect({ path: gateway.socket });
    const closed = once(socket, "close");
    socket.write("CONNECT npm.example.com:443 HTTP/1.1\r\nHost: npm.example.com\r\n\r\n");
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toContain(" 200 ");

    gateway.setOpen(false);

    await closed;
  });

  it("says that a host cannot be reached", async () => {
    const { port } = await startTunnels({
      dial: async () => ({ kind: "refused", why: "it does not answer" }),
    });

    expect((await connectTo(port, "files.example.com:443")).status).toContain("it does not answer");
  });
});

interface Echo {
  port: number;
  sockets: Set<Socket>;
}

async function startEcho(): Promise<Echo> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    socket.pipe(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { port: await listen(server), sockets };
}

/** A way to the echo, whatever the host is called. */
function dialTo({ port }: Echo): Dial {
  return async () => {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return { kind: "socket", socket };
  };
}

async function startTunnels({
  tunnel = ["files.example.com"],
  isOpen = true,
  dial,
}: {
  tunnel?: string[];
  isOpen?: boolean;
  dial?: Dial;
}): Promise<{ port: number; record: HostRecord }> {
  const record = openHostRecord();
  const tunnels = openTunnels(
    { registries: [], tunnel, isOpen: () => isOpen, record },
    dial === undefined ? {} : { dial },
  );
  const server = createHttpServer();
  server.on("connect", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    void tunnels.open(request, socket, head);
  });
  onTestFinished(() => tunnels.close());
  return { port: await listen(server), record };
}

async function connectTo(port: number, target: string): Promise<{ socket: Socket; status: string }> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  return { socket, status: answer.toString().split("\r\n")[0] ?? "" };
}

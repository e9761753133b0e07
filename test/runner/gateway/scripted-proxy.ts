/** A company's proxy on loopback, which alone knows where hosts are, and a provider behind TLS that only it leads to. */
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { onTestFinished, vi } from "vitest";
import { createAuthority } from "../../../src/runner/gateway/registry-authority.ts";
import { listen } from "./mirror-front.ts";

export interface ScriptedProxy {
  url: string;
  /** The first line of each request, without the version. */
  asked: string[];
}

/** `to`: ports of loopback by host and port. `login`: what a client must show, as `name:password`. */
export async function startProxy(
  to: Record<string, number>,
  login: string | null = null,
): Promise<ScriptedProxy> {
  const asked: string[] = [];
  const isRefused = ({ headers }: IncomingMessage): boolean =>
    login !== null && headers["proxy-authorization"] !== `Basic ${Buffer.from(login).toString("base64")}`;
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const url = new URL(incoming.url ?? "");
    const port = to[`${url.hostname}:${url.port || 80}`];
    if (isRefused(incoming) || port === undefined) return void response.writeHead(407).end();
    const { method, headers } = incoming;
    const sent = request({ host: "127.0.0.1", port, path: `${url.pathname}${url.search}`, method, headers });
    sent.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(sent);
  });
  server.on("connect", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    asked.push(`CONNECT ${incoming.url}`);
    socket.on("error", () => socket.destroy());
    const port = to[incoming.url ?? ""];
    if (isRefused(incoming) || port === undefined) return void socket.end("HTTP/1.1 407 No\r\n\r\n");
    const outer = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      if (head.length > 0) outer.write(head);
      socket.pipe(outer);
      outer.pipe(socket);
    });
    outer.on("error", () => socket.destroy());
    socket.on("close", () => outer.destroy());
    onTestFinished(() => void outer.destroy());
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, asked };
}

/** A server that is known by this name and trusted in this process until the test ends; the port that it listens at. */
export async function startSecure(
  host: string,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<number> {
  const before = getCACertificates("default");
  const authority = createAuthority([host]);
  setDefaultCACertificates([...before, authority.certificate]);
  onTestFinished(() => setDefaultCACertificates(before));
  return listen(createSecureServer(authority.server, answer));
}

/** The environment of the machine, as far as it names proxies, until the test ends. */
export function setProxies(environment: Record<string, string>): void {
  for (const name of ["http_proxy", "https_proxy", "no_proxy"]) {
    vi.stubEnv(name, environment[name]);
    vi.stubEnv(name.toUpperCase(), environment[name.toUpperCase()]);
  }
  onTestFinished(() => void vi.unstubAllEnvs());
}

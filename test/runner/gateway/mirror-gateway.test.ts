/** Mirrors and tunnels as programs inside a sandbox reach them: over the gateway's unix socket. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { expect, it } from "vitest";
import type { Gateway } from "../../../src/runner/gateway/gateway.ts";
import { registry, startRegistry } from "./mirror-front.ts";
import { ask, begin, openTestGateway } from "./opened-gateway.ts";

it("the gateway mirrors the registries that it is given, and records their hosts", async () => {
  const upstream = await startRegistry({ "/six": "{}" });
  const gateway = await openTestGateway([], { registries: [registry("npm", upstream.base)] });

  expect(await ask(gateway, { method: "GET", path: "/registry/npm/six" })).toMatchObject({
    status: 200,
    body: "{}",
  });
  expect(
    (await ask(gateway, { method: "PUT", path: "/registry/npm/six", body: { data: "secret" } })).status,
  ).toBe(403);
  expect(gateway.facts().hosts).toEqual({
    used: [`127.0.0.1:${upstream.port}`],
    tunnelled: [],
    refused: [`127.0.0.1:${upstream.port}: PUT is refused: a registry can only be read`],
  });
});

it("the gateway names the mirror in its answers as programs inside reach it", async () => {
  const upstream = await startRegistry({
    "/six": '{"dist":{"tarball":"https://files.example.com/six.tgz"}}',
  });
  const gateway = await openTestGateway([], { registries: [registry("npm", upstream.base)] });

  const answer = await ask(gateway, {
    method: "GET",
    path: "/registry/npm/six",
    headers: { host: "evil.example.com" },
  });

  expect(answer.body).toContain('"tarball":"http://127.0.0.1:3128/registry/npm-files/');
});

it("the gateway answers as a registry's own host while the network is open, and ends with its tunnels", async () => {
  const gateway = await openTestGateway([], { registries: [registry("npm", "https://npm.example.com")] });

  gateway.setOpen(false);
  expect((await tunnelTo(gateway, "npm.example.com:443")).status).toBe(403);
  gateway.setOpen(true);
  const { status, socket } = await tunnelTo(gateway, "npm.example.com:443");
  expect(status).toBe(200);
  const secure = connectTls({ socket, servername: "npm.example.com", ca: gateway.certificate ?? "" });
  await once(secure, "secureConnect");

  const closed = once(secure, "close");
  secure.on("error", () => secure.destroy());
  await gateway.close();
  await closed;
});

it("a gateway without such registries has nothing to be trusted for", async () => {
  expect((await openTestGateway([])).certificate).toBeNull();
});

async function tunnelTo(gateway: Gateway, target: string): Promise<{ status: number; socket: Socket }> {
  const asked = begin(gateway, { method: "CONNECT", path: target });
  const [response, socket] = (await once(asked, "connect")) as [IncomingMessage, Socket];
  return { status: response.statusCode ?? 0, socket };
}

/** Puts a server on a real socket of this machine. */
import { serve } from "@hono/node-server";
import type { AddressInfo } from "node:net";

export interface Socket {
  port: number;
  /** Takes no more requests and cuts the connections that are open. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects when the port is taken. */
export function listen(
  server: { fetch(request: Request): Promise<Response> },
  port: number,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const node = serve(
      { fetch: (request) => server.fetch(request), port, hostname: "127.0.0.1" },
      (info: AddressInfo) => {
        resolve({ port: info.port, close });
      },
    );
    node.once("error", reject);
    const close = (): Promise<void> =>
      new Promise((done) => {
        node.close(() => done());
        if ("closeAllConnections" in node) node.closeAllConnections();
      });
  });
}

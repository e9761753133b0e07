/** The first program inside a sandbox: makes the gateway's socket a port of loopback and runs the wanted program beside it. */
import { spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { createServer, connect } from "node:net";
import { constants } from "node:os";

/**
 * Called as `node inside <port> <gateway socket> <file> <argument>…` with the wanted program's own environment and working directory. It
 * imports nothing of GZA's, for it is read anew with each program. What ended the program is written to the open file 3, as one line of
 * JSON: the way out through process namespaces keeps an exit code, but no signal.
 */
const TOLD = 3;
const [port = "", gateway = "", file = "", ...args] = process.argv.slice(2);

// The whole group gets the polite signals; the program decides what it does with them, and its end is the end here.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

const server = createServer({ allowHalfOpen: true }, (client) => {
  const outside = connect({ path: gateway, allowHalfOpen: true });
  client.pipe(outside);
  outside.pipe(client);
  client.on("error", () => outside.destroy());
  outside.on("error", () => client.destroy());
});
server.on("error", (error) => end({ code: null, signal: null, failure: error.message }));
server.listen({ host: "127.0.0.1", port: Number(port) }, run);

function run(): void {
  const child = spawn(file, args, { stdio: "inherit" });
  child.on("error", (error) => {
    if (child.pid === undefined) end({ code: null, signal: null, failure: error.message });
  });
  child.on("exit", (code, signal) => end({ code, signal, failure: null }));
}

function end(told: { code: number | null; signal: NodeJS.Signals | null; failure: string | null }): void {
  writeSync(TOLD, `${JSON.stringify(told)}\n`);
  process.exit(told.code ?? (told.signal === null ? 127 : 128 + constants.signals[told.signal]));
}

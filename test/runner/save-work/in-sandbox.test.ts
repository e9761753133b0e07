/** Saving work where an attempt does it: inside a real sandbox, after an agent that left it in any state. */
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { prepare } from "../../../src/runner/prepare.ts";
import { saveWork, type SavedWork } from "../../../src/runner/save-work/save-work.ts";
import { hasBubblewrap, opening } from "../sandbox/opened.ts";
import { createTaskServer, run, type TaskServer } from "../task-server.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

async function savedInside(server: TaskServer, agent: (home: string) => void): Promise<SavedWork> {
  const { inputs, job, root } = server;
  expect(await prepare(inputs, server.remote)).toEqual({ kind: "ready" });
  const home = join(inputs.temp, "home");
  mkdirSync(home, { recursive: true });
  const gateway = createServer((_, response) => response.end("hello\n"));
  const socket = join(root, "gateway.sock");
  await new Promise<void>((resolve) => gateway.listen(socket, resolve));
  const readable = ["src", "node_modules", "package.json"].map((name) => join(ROOT, name));
  const rooms = { clone: inputs.clone, home, readable, gateway: socket };
  const sandbox = await opening("auto")(rooms, { temp: inputs.temp, environment: process.env });
  try {
    agent(home);
    return await saveWork({ inputs, job, start: sandbox.start, home });
  } finally {
    await sandbox.close();
    await new Promise((resolve) => gateway.close(resolve));
  }
}

describe.skipIf(!(await hasBubblewrap()))("with bubblewrap", () => {
  it("saves the work inside, whatever the clone's settings name", async () => {
    using server = createTaskServer([]);
    const { clone, handOver } = server.inputs;

    const work = await savedInside(server, () => {
      writeFileSync(join(clone, "one.txt"), "1\n");
      writeFileSync(join(clone, "evil.sh"), `#!/bin/sh\ntouch ${join(clone, "ran")}\n`, { mode: 0o755 });
      run(clone, "config", "core.fsmonitor", join(clone, "evil.sh"));
    });

    expect(work).toMatchObject({ kind: "work", commits: 1, outside: null });
    expect(existsSync(join(handOver, "work.bundle"))).toBe(true);
    expect(existsSync(join(clone, "ran"))).toBe(false);
  });

  it("reads the clone from outside when nothing can be written inside", async () => {
    using server = createTaskServer([]);
    const { clone, handOver } = server.inputs;

    const work = await savedInside(server, (home) => {
      writeFileSync(join(clone, "one.txt"), "1\n");
      symlinkSync("/etc", join(home, "elsewhere"));
      chmodSync(home, 0o555);
    });

    const why = expect.stringMatching(/EACCES|permission denied/) as string;
    expect(work).toMatchObject({ kind: "work", commits: 1, outside: why });
    expect(existsSync(join(handOver, "work.bundle"))).toBe(true);
  });
});

/** Limits: an agent that hangs, talks too long or leaves processes behind is ended, and nothing of it lives on. */
import { mkdirSync } from "node:fs";
import { expect, it } from "vitest";
import { runAgent } from "../../../src/runner/agents/run-agent.ts";
import { readStream } from "../../../src/runner/agents/stream-json.ts";
import { runShell } from "../../../src/runner/attempt/run-shell.ts";
import { PATIENCE, play, processesWith } from "../agents/played.ts";
import { createTaskServer, LIMITS } from "../task-server.ts";

it("ends an agent that heeds no polite signal when its time is up", async () => {
  using server = createTaskServer([{ say: "Let me think." }, { end: "hang" }]);

  const outcome = await play(server, { limits: { seconds: 20 } });

  expect(outcome).toMatchObject({ end: "timeout", state: { turns: 1 } });
  expect(processesWith(server.base)).toEqual([]);
});

it("ends an agent that gives no sign of life", async () => {
  using server = createTaskServer([{ say: "Let me think." }, { wait: 1000 }]);

  const outcome = await play(server, { limits: { silence: 15 } });

  expect(outcome.end).toBe("silence");
});

it("takes a tool at work for life", async () => {
  using server = createTaskServer([{ run: "sleep 20; echo finished" }, { say: "It took long." }]);

  const outcome = await play(server, { limits: { silence: 15 } });

  expect(outcome).toMatchObject({ end: "completed", state: { lastWords: "It took long." } });
});

it("ends the processes that an agent has started, those in sessions of their own too", async () => {
  const mark = `31.${process.pid}`;
  using server = createTaskServer([
    { run: `setsid sleep ${mark} & sleep ${mark} & (setsid sleep ${mark} &) ; sleep 0.1` },
    { say: "Bye." },
  ]);
  let alive: string[] = [];

  const outcome = await play(server, {
    onLine: (line) => {
      if (line.includes("tool_result")) alive = processesWith(`sleep ${mark}`);
    },
  });

  expect(outcome.end).toBe("completed");
  expect(alive.length).toBeGreaterThanOrEqual(2);
  expect(processesWith(`sleep ${mark}`)).toEqual([]);
});

it("ends the agent when the workflow run is cancelled", async () => {
  const cancelled = new AbortController();
  using server = createTaskServer([{ say: "Begun." }, { run: "sleep 1000" }]);

  const outcome = await play(server, {
    signal: cancelled.signal,
    onLine: (line) => {
      if (line.includes("sleep 1000")) cancelled.abort();
    },
  });

  expect(outcome.end).toBe("run_cancelled");
});

it("says infrastructure for an agent that cannot be started", async () => {
  using server = createTaskServer([]);
  mkdirSync(server.inputs.clone, { recursive: true });

  const outcome = await runAgent({
    command: { file: "no-such-agent", args: [], env: {}, files: {} },
    stream: readStream,
    prompt: "",
    cwd: server.inputs.clone,
    home: server.root,
    limits: LIMITS,
    verify: null,
    onLine: () => undefined,
    signal: new AbortController().signal,
  });

  expect(outcome).toMatchObject({ end: "infrastructure", state: { turns: 0 } });
});

it("ends verify when its time is up and keeps what it had said", async () => {
  using server = createTaskServer([]);

  const result = await runShell("echo begun; sleep 1000", {
    cwd: server.root,
    home: server.root,
    limit: 1,
    print: () => undefined,
    signal: new AbortController().signal,
    patience: PATIENCE,
  });

  expect(result).toMatchObject({ exit: 124, tail: "begun\nGZA stopped it after 1 seconds, its time limit." });
});

it("does not wait for what verify leaves in the background", async () => {
  const mark = `37.${process.pid}`;
  using server = createTaskServer([]);

  const result = await runShell(`sleep ${mark} & echo over`, {
    cwd: server.root,
    home: server.root,
    limit: 60,
    print: () => undefined,
    signal: new AbortController().signal,
  });

  expect(result).toMatchObject({ exit: 0, tail: "over" });
  expect(processesWith(`sleep ${mark}`)).toEqual([]);
});

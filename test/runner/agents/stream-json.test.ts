/** The reader of the agent's stream: what it learns, and that nothing an agent prints can break it. */
import { expect, it } from "vitest";
import { readStream } from "../../../src/runner/agents/stream-json.ts";
import type { StreamState, ToolEvent } from "../../../src/runner/agents/stream.ts";

const LINES = [
  {
    type: "system",
    subtype: "init",
    session_id: "s-1",
    model: "m-1",
    tools: ["Bash"],
    claude_code_version: "2.1.0",
  },
  assistant(
    "msg_1",
    { type: "text", text: "Ich prüfe … 🛠" },
    { input_tokens: 10, cache_creation_input_tokens: 5, cache_read_input_tokens: 100, output_tokens: 3 },
  ),
  assistant(
    "msg_1",
    { type: "tool_use", id: "t1", name: "Bash", input: { command: "ls" } },
    { input_tokens: 10, cache_creation_input_tokens: 5, cache_read_input_tokens: 100, output_tokens: 7 },
  ),
  {
    type: "user",
    message: {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "t1", content: "src", is_error: false }],
    },
  },
  {
    ...assistant("msg_2", { type: "tool_use", id: "t2", name: "Task", input: {} }),
    parent_tool_use_id: null,
  },
  {
    ...assistant("msg_sub", { type: "tool_use", id: "t3", name: "Bash", input: {} }),
    parent_tool_use_id: "t2",
  },
  { type: "stream_event", event: {} },
];
const RESULT = {
  type: "result",
  subtype: "success",
  is_error: false,
  num_turns: 2,
  result: "Done.",
  session_id: "s-1",
  total_cost_usd: 0.25,
  usage: {
    input_tokens: 50,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 400,
    output_tokens: 60,
  },
};

function assistant(
  id: string,
  block: Record<string, unknown>,
  usage?: Record<string, number>,
): Record<string, unknown> {
  return {
    type: "assistant",
    message: { id, role: "assistant", content: [block], ...(usage ? { usage } : {}) },
    session_id: "s-1",
  };
}

function bytesOf(lines: readonly unknown[]): Uint8Array {
  return new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

function readAll(bytes: Uint8Array, size: number): StreamState {
  const reader = readStream();
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  reader.end();
  return reader.state;
}

it.each([1, 2, 3, 7, 64, 100_000])("reads the same from chunks of %d bytes", (size) => {
  const state = readAll(bytesOf(LINES), size);

  expect(state).toMatchObject({
    session: "s-1",
    model: "m-1",
    version: "2.1.0",
    turns: 2,
    requests: 3,
    tools: { Bash: 2, Task: 1 },
    tokens: { input: 15, cached: 100, output: 7 },
    usd: null,
    lastWords: "Ich prüfe … 🛠",
    result: null,
    broken: 0,
  });
  expect([...state.openTools]).toEqual(["t2", "t3"]);
});

it("takes the totals of the result line", () => {
  const state = readAll(bytesOf([...LINES, RESULT]), 50);

  expect(state).toMatchObject({
    usd: 0.25,
    tokens: { input: 50, cached: 400, output: 60 },
    result: { subtype: "success", isError: false, text: "Done." },
  });
  expect(state.openTools.size).toBe(0);
});

it.each([
  ["text", "Welcome!\n"],
  ["half a line", '{"type":"assistant","mess\n'],
  ["a number", "17\n"],
  ["no message", '{"type":"assistant"}\n'],
  ["foreign content", '{"type":"user","message":{"content":17}}\n'],
  ["a result without subtype", '{"type":"result","is_error":false}\n'],
  ["negative tokens", '{"type":"result","subtype":"success","usage":{"input_tokens":-5}}\n'],
  ["broken UTF-8", Buffer.from([0xff, 0xfe, 0x0a])],
])("counts %s as broken and goes on", (_, garbage) => {
  const reader = readStream();

  reader.push(Buffer.from(garbage));
  reader.push(bytesOf([RESULT]));

  expect(reader.state.broken).toBe(1);
  expect(reader.state.result?.subtype).toBe("success");
});

it("lets an overlong line go without keeping it", () => {
  const reader = readStream();
  const megabyte = new Uint8Array(1024 * 1024).fill(0x61);

  for (let count = 0; count < 20; count += 1) reader.push(megabyte);
  reader.push(new TextEncoder().encode("\n"));
  reader.push(bytesOf([RESULT]));

  expect(reader.state).toMatchObject({ broken: 1, result: { text: "Done." } });
});

it("reads a last line without its line break", () => {
  const reader = readStream();

  reader.push(new TextEncoder().encode(JSON.stringify(RESULT)));
  reader.end();

  expect(reader.state.result?.text).toBe("Done.");
});

it("survives names of tools that mean something to JavaScript", () => {
  const state = readAll(
    bytesOf([assistant("m", { type: "tool_use", id: "a", name: "constructor", input: {} })]),
    9,
  );

  expect(Object.entries(state.tools)).toEqual([["constructor", 1]]);
});

it("tells of calls and results, with the conversation and the answer that they stand in", () => {
  const events: ToolEvent[] = [];
  const image = { type: "image", source: { data: "AAAA" } };
  const reader = readStream({ onTool: (event) => events.push(event) });

  reader.push(bytesOf(LINES));
  reader.push(
    bytesOf([toolResult("t2", [{ type: "text", text: "one" }, image, { type: "text", text: "two" }], true)]),
  );
  reader.push(bytesOf([toolResult("t3", undefined)]));

  expect(events).toEqual([
    {
      event: "call",
      id: "t1",
      name: "Bash",
      input: { command: "ls" },
      from: { answer: "msg_1", parent: null },
    },
    { event: "result", id: "t1", text: "src", isError: false },
    { event: "call", id: "t2", name: "Task", input: {}, from: { answer: "msg_2", parent: null } },
    { event: "call", id: "t3", name: "Bash", input: {}, from: { answer: "msg_sub", parent: "t2" } },
    { event: "result", id: "t2", text: expect.stringMatching(/^one\n[\w+/]{22}\ntwo$/), isError: true },
    { event: "result", id: "t3", text: "", isError: false },
  ]);
});

function toolResult(id: string, content: unknown, isError?: boolean): unknown {
  const block = { type: "tool_result", tool_use_id: id, content, is_error: isError };
  return { type: "user", message: { role: "user", content: [block] } };
}

it("sums up the results of an agent that goes on after one", () => {
  const state = readAll(
    bytesOf([
      ...LINES,
      RESULT,
      assistant("msg_3", { type: "text", text: "More." }, { input_tokens: 7, output_tokens: 1 }),
      { ...RESULT, result: "Done at last.", total_cost_usd: 0.5 },
    ]),
    50,
  );

  expect(state).toMatchObject({
    turns: 3,
    usd: 0.5,
    tokens: { input: 100, cached: 800, output: 120 },
    result: { text: "Done at last." },
  });
});

it.each(["../../etc/passwd", "", "a b", "x".repeat(200), 17])("takes %j for no session's id", (id) => {
  const state = readAll(
    bytesOf([
      { type: "system", subtype: "init", session_id: id, model: "m" },
      { ...RESULT, session_id: id },
    ]),
    50,
  );

  expect(state).toMatchObject({ session: null, model: "m", broken: 0 });
});

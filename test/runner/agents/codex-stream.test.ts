/** The reader of Codex's stream, on lines that Codex 0.169 printed. */
import { describe, expect, it } from "vitest";
import { codexProgress } from "../../../src/runner/agents/codex-progress.ts";
import { codexSigns } from "../../../src/runner/agents/codex-signs.ts";
import { readCodex } from "../../../src/runner/agents/codex-stream.ts";
import { NO_LOOPS, takeTool } from "../../../src/runner/agents/loops.ts";
import { troubleOf } from "../../../src/runner/agents/provider-signs.ts";
import type { StreamState, ToolEvent } from "../../../src/runner/agents/stream.ts";

const START = { type: "thread.started", thread_id: "01a1ff1e-e31d-7400-a59f-30e46e184543" };
const WARNING = {
  type: "item.completed",
  item: {
    id: "item_0",
    type: "error",
    message: "Model metadata for `gpt-5.3-codex` not found. Defaulting to fallback metadata.",
  },
};
const SAID = { type: "item.completed", item: { id: "item_1", type: "agent_message", text: "I work." } };
const COMMAND = {
  id: "item_3",
  type: "command_execution",
  command: "/bin/bash -c 'cat a.txt; exit 3'",
  aggregated_output: "",
  exit_code: null,
  status: "in_progress",
};
const RAN = { ...COMMAND, aggregated_output: "bye\n", exit_code: 3, status: "failed" };
const CHANGE = {
  id: "item_2",
  type: "file_change",
  changes: [{ path: "/clone/a.txt", kind: "update" }],
  status: "in_progress",
};
const CHANGED = { ...CHANGE, status: "completed" };
const END = {
  type: "turn.completed",
  usage: {
    input_tokens: 240,
    cached_input_tokens: 40,
    cache_write_input_tokens: 0,
    output_tokens: 20,
    reasoning_output_tokens: 0,
  },
};
const FAILURE =
  "unexpected status 401 Unauthorized: As the script says., url: http://127.0.0.1:34941/responses";

describe("a whole run", () => {
  const lines = [
    START,
    WARNING,
    { type: "turn.started" },
    SAID,
    { type: "item.started", item: CHANGE },
    { type: "item.started", item: COMMAND },
    { type: "item.completed", item: CHANGED },
    { type: "item.completed", item: RAN },
    { type: "item.completed", item: { id: "item_4", type: "agent_message", text: "Done." } },
    END,
  ];

  it("becomes the common state", () => {
    expect(read(lines).state).toMatchObject({
      session: "01a1ff1e-e31d-7400-a59f-30e46e184543",
      turns: 0,
      tools: { apply_patch: 1, Bash: 1 },
      tokens: { input: 200, cached: 40, output: 20 },
      usd: null,
      lastWords: "Done.",
      openTools: new Set(),
      result: { subtype: "success", isError: false, text: "Done." },
      broken: 0,
    });
  });

  it("tells of its tools in Claude Code's words, side by side in one answer", () => {
    const from = { answer: "1", parent: null };
    const changes = CHANGE.changes;

    expect(read(lines).events).toEqual([
      { event: "call", id: "item_2", name: "apply_patch", input: { changes, id: "item_2" }, from },
      { event: "call", id: "item_3", name: "Bash", input: { command: "cat a.txt; exit 3" }, from },
      { event: "result", id: "item_2", text: "", isError: false },
      { event: "result", id: "item_3", text: "bye\n", isError: true },
    ]);
  });

  it("keeps a call open until it is over", () => {
    expect(read(lines.slice(0, 6)).state.openTools).toEqual(new Set(["item_2", "item_3"]));
  });

  it("shows what people want to see", () => {
    const shown = lines.map((line) => codexProgress(JSON.stringify(line))).filter((text) => text !== null);

    expect(shown).toEqual(["I work.", "changes /clone/a.txt", "Bash cat a.txt; exit 3", "Done."]);
    expect(codexProgress("panicked at src/main.rs")).toBe("panicked at src/main.rs");
    expect(codexProgress(" ")).toBeNull();
    expect(codexProgress(JSON.stringify({ type: "error", message: FAILURE }))).toBe(FAILURE);
  });
});

describe("a call", () => {
  it.each([
    {
      name: "of a server of tools",
      item: {
        id: "i",
        type: "mcp_tool_call",
        server: "docs",
        tool: "find",
        arguments: { q: "x" },
        result: null,
        error: { message: "none" },
        status: "failed",
      },
      call: { name: "mcp__docs__find", input: { q: "x" } },
      result: { text: '{"message":"none"}', isError: true },
    },
    {
      name: "of a kind that is not known",
      item: { id: "i", type: "new_tool", depth: 2, status: "completed" },
      call: { name: "new_tool", input: { type: "new_tool", depth: 2 } },
      result: { text: "", isError: false },
    },
    {
      name: "whose patch failed",
      item: { ...CHANGE, id: "i", status: "failed" },
      call: { name: "apply_patch", input: { changes: CHANGE.changes } },
      result: { text: "The patch failed.", isError: true },
    },
  ])("$name is told", ({ item, call, result }) => {
    const { events } = read([{ type: "item.completed", item }]);

    expect(events).toMatchObject([
      { event: "call", id: "i", ...call },
      { event: "result", id: "i", ...result },
    ]);
  });

  it("that changes the same file again and again is no circle", () => {
    const edits = Array.from({ length: 30 }, (_, n) => ({
      type: "item.completed",
      item: { ...CHANGED, id: `item_${n}` },
    }));

    expect(loopIn(edits)).toBeNull();
  });

  it("that fails the same way again and again is one", () => {
    const runs = Array.from({ length: 5 }, (_, n) => ({
      type: "item.completed",
      item: { ...RAN, id: `${n}` },
    }));

    expect(loopIn(runs)).toContain(
      '5 times with the same result and changed nothing in between: "Bash cat a.txt',
    );
  });
});

describe("trouble", () => {
  it("makes the run end in an error, with the provider's status", () => {
    const { state } = read([
      START,
      { type: "error", message: `Reconnecting... 1/2 (${FAILURE})` },
      { type: "turn.failed", error: { message: FAILURE } },
    ]);

    expect(state.result).toEqual({ subtype: "error_during_execution", isError: true, text: FAILURE });
    expect(state.provider.status).toBe(401);
  });

  it("is over once the model has answered", () => {
    const { state } = read([{ type: "error", message: `Reconnecting... 1/2 (${FAILURE})` }, SAID]);

    expect(state.provider).toMatchObject({ status: null, word: null });
  });

  it.each([
    [FAILURE, "provider_refused"],
    ["unexpected status 529 <unknown status code>: no, url: http://x/responses", "provider_unavailable"],
    ["exceeded retry limit, last status: 429 Too Many Requests", "quota"],
    ["Reconnecting... 1/2 (exceeded retry limit, last status: 429 Too Many Requests)", "quota"],
    ["You’ve hit your usage limit. Try again later.", "quota"],
    ["Quota exceeded. Check your plan and billing details.", "provider_refused"],
    ["We’re currently experiencing high demand, which may cause temporary errors.", "provider_unavailable"],
    ["stream disconnected before completion: error sending request", "provider_unavailable"],
  ])("%s is %s", (message, end) => {
    const signs = codexSigns(message);

    expect(signs === null ? null : troubleOf(signs)?.end).toBe(end);
  });

  it.each(["no such file", "the model said: unexpected status 401 Unauthorized", "last status: 429"])(
    "%s is the provider's no",
    (message) => expect(codexSigns(message)).toBeNull(),
  );
});

it.each([
  "no JSON",
  "{}",
  '{"type":"item.completed"}',
  '{"type":"turn.completed"}',
  '{"type":"error"}',
  "[1]",
])("counts %s as broken", (line) => {
  const reader = readCodex();
  reader.push(Buffer.from(`${line}\n`));

  expect(reader.state.broken).toBe(1);
});

it("takes no id for a session that could lead elsewhere", () => {
  expect(read([{ type: "thread.started", thread_id: "../../x" }]).state.session).toBeNull();
});

function read(lines: unknown[]): { state: StreamState; events: ToolEvent[] } {
  const events: ToolEvent[] = [];
  const reader = readCodex({ onTool: (event) => events.push(event) });
  for (const line of lines) reader.push(Buffer.from(`${JSON.stringify(line)}\n`));
  reader.end();
  return { state: reader.state, events };
}

function loopIn(lines: unknown[]): string | null {
  const rules = { limits: { same_call: 5, same_error: 5, same_test: 8 }, verify: null };
  return read(lines).events.reduce((state, event) => takeTool(state, event, rules), NO_LOOPS).found;
}

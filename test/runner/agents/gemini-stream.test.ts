/** Lines as Gemini CLI has printed them, shortened to what its reader takes. */
import { describe, expect, it } from "vitest";
import { readGemini } from "../../../src/runner/agents/gemini-stream.ts";
import type { StreamReader, ToolEvent } from "../../../src/runner/agents/stream.ts";

describe("readGemini", () => {
  const failed = (message: string): string[] => [
    JSON.stringify({ type: "result", status: "error", error: { type: "unknown", message } }),
  ];

  it("takes calls, their results, the last words and the sums", () => {
    const tools: ToolEvent[] = [];
    const { state } = read(readGemini({ onTool: (event) => tools.push(event) }), [
      '{"type":"init","timestamp":"2026-11-21T17:48:41.393Z","session_id":"595c51ef-e64d-4f74-9c18-c75915ee1ed3","model":"gemini-2.5-pro"}',
      '{"type":"message","role":"assistant","content":"I look.","delta":true}',
      '{"type":"tool_use","tool_name":"run_shell_command","tool_id":"c1","parameters":{"command":"ls","description":"x"}}',
      '{"type":"tool_result","tool_id":"c1","status":"success","output":"README.md"}',
      '{"type":"message","role":"assistant","content":"All is ","delta":true}',
      '{"type":"message","role":"assistant","content":"done.","delta":true}',
      '{"type":"result","status":"success","stats":{"total_tokens":270,"input_tokens":240,"output_tokens":20,"cached":40,"input":200}}',
    ]);

    expect(state).toMatchObject({
      session: "595c51ef-e64d-4f74-9c18-c75915ee1ed3",
      turns: 2,
      lastWords: "All is done.",
      tokens: { input: 200, cached: 40, output: 30 },
      result: { subtype: "success", isError: false },
      broken: 0,
    });
    expect(tools).toMatchObject([
      { event: "call", name: "Bash", input: { command: "ls" }, from: { answer: "1", parent: null } },
      { event: "result", id: "c1", text: "README.md", isError: false },
    ]);
  });

  it("knows that the turns are used up", () => {
    const line = { type: "result", status: "error", error: { type: "FatalTurnLimitedError", message: "…" } };

    expect(read(readGemini(), [JSON.stringify(line)]).state.result?.subtype).toBe("error_max_turns");
  });

  it.each([
    ['[API Error: {"error":{"code":401,"message":"No.","status":"UNAUTHENTICATED"}}]', { status: 401 }],
    ["[API Error: No.]\nPlease wait and try again later. To increase your limits, …", { status: 429 }],
    ["[API Error: terminated]", { status: null, word: "server_error" }],
    ["The model response was blocked due to safety settings.", { isRefusal: true }],
  ])("reads %s", (message, signs) => {
    expect(read(readGemini(), failed(message)).state.provider).toMatchObject(signs);
  });
});

function read(reader: StreamReader, lines: string[]): StreamReader {
  reader.push(new TextEncoder().encode(`${lines.join("\n")}\n`));
  reader.end();
  return reader;
}

/** The lines of a run's log that tell people what the agent does. */
import { expect, it } from "vitest";
import { progressOf } from "../../../src/runner/agents/progress.ts";
import { readStream } from "../../../src/runner/agents/stream-json.ts";

function shownFor(...lines: unknown[]): (string | null)[] {
  const shown: (string | null)[] = [];
  const stream = readStream({ onLine: (line) => shown.push(progressOf(line, stream.state)) });
  stream.push(
    Buffer.from(lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n")),
  );
  stream.end();
  return shown;
}

function answer(id: string, ...content: unknown[]): unknown {
  return { type: "assistant", message: { id, content, usage: { input_tokens: 10, output_tokens: 2 } } };
}

it("shows a line per answer: turn, tool and tokens so far", () => {
  const shown = shownFor(
    { type: "system", subtype: "init", session_id: "s" },
    answer("m1", { type: "text", text: "I look first.\nThen I act." }),
    answer("m2", { type: "tool_use", id: "t1", name: "Edit", input: { file_path: "a.ts", old_string: "x" } }),
    { type: "user", message: { content: [{ type: "tool_result", tool_use_id: "t1" }] } },
    answer("m3", { type: "tool_use", id: "t2", name: "Bash", input: { command: `echo ${"x".repeat(200)}` } }),
  );

  expect(shown).toEqual([
    null,
    "turn 1: I look first. (10 tokens in, 2 out)",
    "turn 2: Edit a.ts (20 tokens in, 4 out)",
    null,
    `turn 3: Bash echo ${"x".repeat(95)}… (30 tokens in, 6 out)`,
  ]);
});

it("shows what is no JSON as it is, and nothing for shapes that it does not know", () => {
  expect(shownFor("warning: slow", '{"type":"assistant","message":5}', "")).toEqual(["warning: slow", null]);
});

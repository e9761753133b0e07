/** One short line per answer of an agent that prints `stream-json`, for people who watch the workflow log. */
import { z } from "zod";
import { firstLine, shownCall } from "./shown-call.ts";
import { parseLine, type StreamState } from "./stream.ts";

const Answer = z.object({
  type: z.literal("assistant"),
  message: z.object({
    content: z.array(
      z.union([
        z.object({ type: z.literal("text"), text: z.string() }),
        z.object({ type: z.literal("tool_use"), name: z.string(), input: z.record(z.string(), z.unknown()) }),
        z.looseObject({ type: z.string() }),
      ]),
    ),
  }),
});

/** What a line of the stream shows, with the run's state after it; null: nothing worth a line. Lines that are no JSON are shown as they are. */
export function progressOf(line: string, state: StreamState): string | null {
  const parsed = parseLine(line);
  if (parsed === undefined) return line.trim() === "" ? null : line;
  const answer = Answer.safeParse(parsed);
  if (!answer.success) return null;
  const shown = answer.data.message.content.map(blockLine).filter((text) => text !== null);
  const { input, cached, output } = state.tokens;
  return shown.length === 0
    ? null
    : `turn ${state.turns}: ${shown.join("; ")} (${input + cached} tokens in, ${output} out)`;
}

function blockLine(block: { type: string; [key: string]: unknown }): string | null {
  if (block.type === "text") return firstLine(block["text"]);
  return block.type === "tool_use" ? shownCall(String(block["name"]), block["input"]) : null;
}

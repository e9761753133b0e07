/** One short line per call and answer of opencode, for people who watch the workflow log. */
import { z } from "zod";
import { opencodeTool } from "./opencode-tools.ts";
import { firstLine, shownCall } from "./shown-call.ts";
import { parseLine, type StreamState } from "./stream.ts";

const Called = z.object({
  type: z.literal("tool_use"),
  part: z.object({ tool: z.string(), state: z.object({ input: z.unknown() }) }),
});
const Said = z.object({ type: z.literal("text"), part: z.object({ text: z.string().regex(/\S/) }) });
const Trouble = z.object({
  type: z.literal("error"),
  error: z.object({ name: z.string(), data: z.object({ message: z.string() }).optional() }),
});

/** null: nothing worth a line. Lines that are no JSON are shown as they are. */
export function opencodeProgress(line: string, { turns }: StreamState): string | null {
  const value = parseLine(line);
  if (value === undefined) return line.trim() === "" ? null : line;
  const called = Called.safeParse(value).data;
  if (called) {
    const { name, input } = opencodeTool(called.part.tool, called.part.state.input);
    return `turn ${turns}: ${shownCall(name, input)}`;
  }
  const said = Said.safeParse(value).data;
  if (said) return `turn ${turns}: ${firstLine(said.part.text)}`;
  const trouble = Trouble.safeParse(value).data;
  return trouble ? firstLine(trouble.error.data?.message ?? trouble.error.name) : null;
}

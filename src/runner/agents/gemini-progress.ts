/** One short line per call and answer of Gemini CLI, for people who watch the workflow log. */
import { z } from "zod";
import { toolOf } from "./gemini-tools.ts";
import { firstLine, shownCall } from "./shown-call.ts";
import { parseLine } from "./stream.ts";

const Call = z.object({ type: z.literal("tool_use"), tool_name: z.string(), parameters: z.unknown() });
const Said = z.object({
  type: z.literal("message"),
  role: z.literal("assistant"),
  content: z.string().regex(/\S/),
});
const Trouble = z.object({ type: z.literal("error"), message: z.string() });

/** null: nothing worth a line. Lines that are no JSON are shown as they are. */
export function geminiProgress(line: string): string | null {
  const value = parseLine(line);
  if (value === undefined) return line.trim() === "" ? null : line;
  const call = Call.safeParse(value).data;
  if (call) {
    const { name, input } = toolOf(call.tool_name, call.parameters);
    return shownCall(name, input);
  }
  const said = Said.safeParse(value).data;
  if (said) return firstLine(said.content);
  const trouble = Trouble.safeParse(value).data;
  return trouble ? firstLine(trouble.message) : null;
}

/** One short line per message and call of Codex, for people who watch the workflow log. */
import { z } from "zod";
import { shellText } from "./shell-text.ts";
import { firstLine, shownCall } from "./shown-call.ts";
import { parseLine } from "./stream.ts";

const Said = z.object({
  type: z.literal("item.completed"),
  item: z.object({ type: z.literal("agent_message"), text: z.string() }),
});
const Ran = z.object({
  type: z.literal("item.started"),
  item: z.object({ type: z.literal("command_execution"), command: z.string() }),
});
const Changed = z.object({
  type: z.literal("item.started"),
  item: z.object({ type: z.literal("file_change"), changes: z.array(z.object({ path: z.string() })) }),
});
const Trouble = z.object({ type: z.literal("error"), message: z.string() });

/** null: nothing worth a line. Lines that are no JSON are shown as they are. */
export function codexProgress(line: string): string | null {
  const value = parseLine(line);
  if (value === undefined) return line.trim() === "" ? null : line;
  const said = Said.safeParse(value).data;
  if (said) return firstLine(said.item.text);
  const ran = Ran.safeParse(value).data;
  if (ran) return shownCall("Bash", { command: shellText(ran.item.command) });
  const changed = Changed.safeParse(value).data;
  if (changed) return firstLine(`changes ${changed.item.changes.map(({ path }) => path).join(", ")}`);
  const trouble = Trouble.safeParse(value).data;
  return trouble ? firstLine(trouble.message) : null;
}

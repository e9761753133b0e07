/** The tools of opencode in the words of Claude Code's, which the rules about loops know. */
import { z } from "zod";

const NAMES: { [tool: string]: string } = {
  read: "Read",
  glob: "Glob",
  grep: "Grep",
  list: "LS",
  todowrite: "TodoWrite",
  todoread: "TodoRead",
};

const Shell = z.looseObject({ command: z.string() });
const Edit = z.looseObject({ filePath: z.string(), oldString: z.string(), newString: z.string() });
const Write = z.looseObject({ filePath: z.string(), content: z.string() });
const Read = z.looseObject({ filePath: z.string() });

/** What is not known keeps its name. */
export function opencodeTool(tool: string, input: unknown): { name: string; input: unknown } {
  if (tool === "bash") {
    const shell = Shell.safeParse(input).data;
    // Its words about the command can change while the command does not.
    return { name: "Bash", input: shell === undefined ? input : { command: shell.command } };
  }
  if (tool === "edit") {
    const edit = Edit.safeParse(input).data;
    if (edit === undefined) return { name: "Edit", input };
    return {
      name: "Edit",
      input: { file_path: edit.filePath, old_string: edit.oldString, new_string: edit.newString },
    };
  }
  if (tool === "write") {
    const write = Write.safeParse(input).data;
    if (write === undefined) return { name: "Write", input };
    return { name: "Write", input: { file_path: write.filePath, content: write.content } };
  }
  const name = Object.hasOwn(NAMES, tool) ? (NAMES[tool] ?? tool) : tool;
  const read = name === "Read" ? Read.safeParse(input).data : undefined;
  if (read === undefined) return { name, input };
  const { filePath, ...rest } = read;
  return { name, input: { file_path: filePath, ...rest } };
}

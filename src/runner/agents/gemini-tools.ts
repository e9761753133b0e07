/** The tools of Gemini CLI in the words of Claude Code's, which the rules about loops know. */
import { z } from "zod";

const NAMES: { [tool: string]: string } = {
  run_shell_command: "Bash",
  replace: "Edit",
  write_file: "Write",
  read_file: "Read",
  read_many_files: "Read",
  grep_search: "Grep",
  glob: "Glob",
  list_directory: "LS",
  write_todos: "TodoWrite",
};

const Shell = z.looseObject({ command: z.string() });

/** What is not known keeps its name. */
export function toolOf(tool: string, input: unknown): { name: string; input: unknown } {
  const name = Object.hasOwn(NAMES, tool) ? (NAMES[tool] ?? tool) : tool;
  const shell = name === "Bash" ? Shell.safeParse(input).data : undefined;
  // Its words about the command can change while the command does not.
  return { name, input: shell === undefined ? input : { command: shell.command } };
}

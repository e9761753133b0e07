/** The scripted agent's hands: what each step of the script does, and which tool's call it is shown as. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Step } from "./script.ts";

export type ToolStep = Extract<
  Step,
  { edit: unknown } | { write: unknown } | { remove: unknown } | { run: unknown }
>;

export interface Outcome {
  output: string;
  isError: boolean;
}

/** The call as Claude Code would show it. */
export function toolOf(step: ToolStep): { name: string; input: Record<string, string> } {
  if ("edit" in step) {
    const { path, find, replace } = step.edit;
    return { name: "Edit", input: { file_path: path, old_string: find, new_string: replace } };
  }
  if ("write" in step) {
    return { name: "Write", input: { file_path: step.write.path, content: step.write.content } };
  }
  const command = "remove" in step ? `rm -r -- ${JSON.stringify(step.remove)}` : step.run;
  return { name: "Bash", input: { command } };
}

/** Does it in the working directory. Throws where the file system does not allow it. */
export function perform(step: ToolStep): Promise<Outcome> | Outcome {
  if ("run" in step) return runCommand(step.run);
  if ("write" in step) {
    mkdirSync(dirname(resolve(step.write.path)), { recursive: true });
    writeFileSync(resolve(step.write.path), step.write.content);
    return { output: `wrote ${step.write.path}`, isError: false };
  }
  if ("remove" in step) {
    rmSync(resolve(step.remove), { recursive: true });
    return { output: "", isError: false };
  }
  const { path, find, replace } = step.edit;
  const before = readFileSync(resolve(path), "utf8");
  const places = before.split(find).length - 1;
  if (places !== 1)
    return { output: `${path}: the text to replace is there ${places} times, not once`, isError: true };
  const after = before.replace(find, () => replace);
  writeFileSync(resolve(path), after);
  return { output: `edited ${path}`, isError: false };
}

function runCommand(command: string): Promise<Outcome> {
  return new Promise((done, fail) => {
    const child = spawn("bash", ["-c", command], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
    child.on("error", fail);
    child.on("exit", (code) => done({ output: output.slice(-30_000), isError: code !== 0 }));
  });
}

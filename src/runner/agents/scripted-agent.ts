/** The scripted agent: a program that changes files and runs commands as a script says and prints what Claude Code would print about it. */
import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { Kind } from "../../domain/task.ts";
import { SCRIPT_PATH, stepsFor, type Step } from "./script.ts";

interface Outcome {
  output: string;
  isError: boolean;
}

/** Scripts of tests can be long; Node's own bound is 1 MiB. */
const MAX_SCRIPT_BYTES = 64 * 1024 * 1024;

const session = randomUUID();
const started = performance.now();
const price = { input: 0, output: 0, usd: 0 };
const spent = { input: 0, output: 0, usd: 0, turns: 0 };
let lastWords = "";

await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      base: { type: "string" },
      issue: { type: "string" },
      kind: { type: "string" },
      attempt: { type: "string" },
      "max-turns": { type: "string" },
      again: { type: "boolean", default: false },
    },
  });
  const prompt = await text(process.stdin);
  print({
    type: "system",
    subtype: "init",
    session_id: session,
    model: "script",
    tools: ["Edit", "Write", "Bash"],
    cwd: process.cwd(),
  });
  if (prompt.trim() === "") return finish("error_during_execution", "There was no prompt on standard input.");
  try {
    const source = execFileSync("git", ["show", `${values.base}:${SCRIPT_PATH}`], {
      encoding: "utf8",
      maxBuffer: MAX_SCRIPT_BYTES,
    });
    const key = { issue: values.issue ?? "", kind: Kind.parse(values.kind), attempt: Number(values.attempt) };
    const steps = stepsFor(source, key).filter((step) => "again" in step === values.again);
    await play(steps, Number(values["max-turns"]));
  } catch (error) {
    finish("error_during_execution", error instanceof Error ? error.message : String(error));
  }
}

async function play(steps: readonly Step[], maxTurns: number): Promise<void> {
  for (const step of steps) {
    if ("usage" in step) Object.assign(price, step.usage);
    else if ("wait" in step) await pause(step.wait * 1000);
    else if ("end" in step) return end(step.end);
    else {
      if (spent.turns >= maxTurns) return end("max_turns");
      if (!(await act(step))) return;
    }
  }
  end("completed");
}

/** Does one step and shows it; false when the run ends with it. */
async function act(step: Step): Promise<boolean> {
  const words = wordsOf(step);
  if (words !== null) {
    lastWords = words;
    answer({ type: "text", text: words });
    return true;
  }
  const id = `toolu_${randomUUID()}`;
  answer({ type: "tool_use", id, ...toolOf(step) });
  const { output, isError } = await perform(step);
  const content = [{ type: "tool_result", tool_use_id: id, content: output, is_error: isError }];
  print({ type: "user", message: { role: "user", content }, session_id: session });
  if (!isError || "run" in step) return true;
  finish("error_during_execution", output);
  return false;
}

function wordsOf(step: Step): string | null {
  if ("say" in step) return step.say;
  if ("json" in step) return fenced(step.json);
  return "again" in step ? fenced(step.again) : null;
}

function fenced(value: unknown): string {
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}

function toolOf(step: Step): { name: string; input: Record<string, string> } {
  if ("edit" in step) {
    return {
      name: "Edit",
      input: { file_path: step.edit.path, old_string: step.edit.find, new_string: step.edit.replace },
    };
  }
  if ("write" in step)
    return { name: "Write", input: { file_path: step.write.path, content: step.write.content } };
  if ("remove" in step)
    return { name: "Bash", input: { command: `rm -r -- ${JSON.stringify(step.remove)}` } };
  if ("run" in step) return { name: "Bash", input: { command: step.run } };
  throw new Error(`no tool for the step ${JSON.stringify(step)}`);
}

/** A command that ends badly is an answer like any other; an edit that does not fit is the end of the script. */
async function perform(step: Step): Promise<Outcome> {
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
  if (!("edit" in step)) throw new Error(`the step ${JSON.stringify(step)} cannot be done`);
  const { path, find, replace } = step.edit;
  const before = readFileSync(resolve(path), "utf8");
  const places = before.split(find).length - 1;
  if (places !== 1)
    return { output: `${path}: the text to replace is there ${places} times, not once`, isError: true };
  writeFileSync(
    resolve(path),
    before.replace(find, () => replace),
  );
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

function end(how: "completed" | "error" | "max_turns" | "crash" | "hang"): void {
  if (how === "completed") finish("success", lastWords);
  if (how === "error") finish("error_during_execution", lastWords);
  if (how === "max_turns") finish("error_max_turns", lastWords);
  if (how === "crash") process.exit(1);
  if (how === "hang") hang();
}

function hang(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
  setInterval(() => undefined, 60_000);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolvePause) => setTimeout(resolvePause, milliseconds));
}

/** One answer of the model, with what it cost. */
function answer(block: Record<string, unknown>): void {
  spent.turns += 1;
  spent.input += price.input;
  spent.output += price.output;
  spent.usd += price.usd;
  const usage = { input_tokens: price.input, output_tokens: price.output };
  const message = {
    id: `msg_${randomUUID()}`,
    type: "message",
    role: "assistant",
    model: "script",
    content: [block],
    usage,
  };
  print({ type: "assistant", message, parent_tool_use_id: null, session_id: session });
}

/** The last line; what its commands left running in the background does not keep the program. */
function finish(subtype: "success" | "error_max_turns" | "error_during_execution", result: string): void {
  const line = {
    type: "result",
    subtype,
    is_error: subtype !== "success",
    num_turns: spent.turns,
    duration_ms: Math.round(performance.now() - started),
    result,
    session_id: session,
    total_cost_usd: spent.usd,
    usage: { input_tokens: spent.input, output_tokens: spent.output },
  };
  process.stdout.write(`${JSON.stringify(line)}\n`, () => process.exit(subtype === "success" ? 0 : 1));
}

function print(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

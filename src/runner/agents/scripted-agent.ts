/** The scripted agent: a program that changes files and runs commands as a script says and prints what Claude Code would print about it. */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { homedir } from "node:os";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { Kind } from "../../domain/task.ts";
import { SCRIPT_PATH, stepsFor, type Step } from "./script.ts";
import { providerTrouble, refusalTrouble, type Trouble } from "./scripted-provider.ts";
import { keepInSession, openSession } from "./scripted-session.ts";
import { perform, toolOf, type ToolStep } from "./scripted-tools.ts";

/** Scripts of tests can be long; Node's own bound is 1 MiB. */
const MAX_SCRIPT_BYTES = 64 * 1024 * 1024;

const { values } = parseArgs({
  options: {
    base: { type: "string" },
    issue: { type: "string" },
    kind: { type: "string" },
    attempt: { type: "string" },
    "max-turns": { type: "string" },
    asking: { type: "string", default: "work" },
    resume: { type: "string" },
  },
});
const home = homedir();
const session = values.resume ?? randomUUID();
const started = performance.now();
const price = { input: 0, output: 0, usd: 0 };
const spent = { input: 0, output: 0, usd: 0, turns: 0 };
let lastWords = "";

await main();

async function main(): Promise<void> {
  const prompt = await text(process.stdin);
  try {
    if (values.resume !== undefined) openSession(home, values.resume);
  } catch (error) {
    return fail(error);
  }
  print({
    type: "system",
    subtype: "init",
    session_id: session,
    model: "script",
    tools: ["Edit", "Write", "Bash"],
    cwd: process.cwd(),
  });
  keepInSession(home, { type: "user", message: { role: "user", content: prompt }, session_id: session });
  if (prompt.trim() === "") return finish("error_during_execution", "There was no prompt on standard input.");
  try {
    const source = execFileSync("git", ["show", `${values.base}:${SCRIPT_PATH}`], {
      encoding: "utf8",
      maxBuffer: MAX_SCRIPT_BYTES,
    });
    const key = { issue: values.issue ?? "", kind: Kind.parse(values.kind), attempt: Number(values.attempt) };
    await play(stepsOf(stepsFor(source, key), values.asking), Number(values["max-turns"]));
  } catch (error) {
    fail(error);
  }
}

/** Of the steps of the attempt those for what it is asked now. */
function stepsOf(steps: readonly Step[], asking: string): readonly Step[] {
  if (asking === "form") return steps.filter((step) => "again" in step);
  if (asking === "mend") return steps.flatMap((step) => ("mend" in step ? step.mend : []));
  return steps.filter((step) => !("again" in step || "mend" in step));
}

async function play(steps: readonly Step[], maxTurns: number): Promise<void> {
  for (const step of steps) {
    if ("usage" in step) Object.assign(price, step.usage);
    else if ("mend" in step)
      throw new Error("what mends cannot itself be mended; write its steps side by side");
    else if ("wait" in step) await pause(step.wait * 1000);
    else if ("provider" in step) return giveUp(providerTrouble(step.provider));
    else if ("refusal" in step) return giveUp(refusalTrouble());
    else if ("kill" in step) return kill();
    else if ("end" in step) return end(step.end);
    else {
      if (spent.turns >= maxTurns) return end("max_turns");
      if (!(await act(step))) return;
    }
  }
  end("completed");
}

/** Says or does one step and shows it; false when the run ends with it. */
async function act(step: WordsStep | ToolStep): Promise<boolean> {
  if ("say" in step) return say(step.say);
  if ("json" in step) return say(fenced(step.json));
  if ("again" in step) return say(fenced(step.again));
  const id = `toolu_${randomUUID()}`;
  answer({ type: "tool_use", id, ...toolOf(step) });
  const { output, isError } = await perform(step);
  const content = [{ type: "tool_result", tool_use_id: id, content: output, is_error: isError }];
  print({ type: "user", message: { role: "user", content }, session_id: session });
  // A command that ends badly is an answer like any other; an edit that does not fit is the end of the script.
  if (!isError || "run" in step) return true;
  finish("error_during_execution", output);
  return false;
}

type WordsStep = Extract<Step, { say: unknown } | { json: unknown } | { again: unknown }>;

function say(words: string): true {
  lastWords = words;
  answer({ type: "text", text: words });
  return true;
}

function fenced(value: unknown): string {
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}

function fail(error: unknown): void {
  finish("error_during_execution", error instanceof Error ? error.message : String(error));
}

/** The provider gave no answer, and it is not asked again. */
function giveUp({ lines, result }: Trouble): void {
  for (const line of lines) print({ ...line, session_id: session });
  printResult({ subtype: "success", is_error: true, ...result });
}

function kill(): void {
  // What was printed has to leave the program before.
  process.stdout.write("", () => process.kill(process.pid, "SIGKILL"));
}

function end(how: Extract<Step, { end: unknown }>["end"]): void {
  if (how === "completed") finish("success", lastWords);
  if (how === "error") finish("error_during_execution", lastWords);
  if (how === "max_turns") finish("error_max_turns", lastWords);
  if (how === "crash") process.exit(1);
  if (how === "empty") process.exit(0);
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

function finish(subtype: "success" | "error_max_turns" | "error_during_execution", result: string): void {
  printResult({ subtype, is_error: subtype !== "success", result });
}

/** The last line; what its commands left running in the background does not keep the program. */
function printResult(how: { subtype: string; is_error: boolean; [key: string]: unknown }): void {
  const line = {
    type: "result",
    ...how,
    num_turns: spent.turns,
    duration_ms: Math.round(performance.now() - started),
    session_id: session,
    total_cost_usd: spent.usd,
    usage: { input_tokens: spent.input, output_tokens: spent.output },
  };
  process.stdout.write(`${JSON.stringify(line)}\n`, () => process.exit(how.is_error ? 1 : 0));
}

/** Shows a line and keeps it in the session's file. */
function print(line: { session_id: string; [key: string]: unknown }): void {
  keepInSession(home, line);
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

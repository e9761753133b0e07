/** Runs one program for a step: its environment, its commands to the runner, and its end when the step is stopped. */
import { randomUUID } from "node:crypto";
import { annotationOf, parseCommand, type WorkflowCommand } from "./commands.ts";
import { machinePath } from "./contexts.ts";
import { collectFileCommands, openFileCommands } from "./file-commands.ts";
import { startProcess, type Running } from "./process.ts";
import type { Control, Session } from "./session.ts";
import { StepFailure } from "./step-failure.ts";

export interface Program {
  file: string;
  arguments: string[];
  directory: string;
  environment: Record<string, string>;
  /** Runs on the machine although the job has a container: what the playground does itself needs nothing of an image. */
  isOutside?: boolean;
}

export interface Gained {
  outputs: Record<string, string>;
  state: Record<string, string>;
}

/** What a program may not set through `GITHUB_ENV`. */
const RESERVED = /^(?:GITHUB_|RUNNER_)/;

export async function runProgram(session: Session, control: Control, program: Program): Promise<Gained> {
  if (control.stopped) throw new StepFailure("The operation was canceled.");
  const files = await openFileCommands(session.folders.temp, randomUUID());
  const gained: Gained = { outputs: {}, state: {} };
  const container = program.isOutside === true ? null : session.container;
  const start = container?.start ?? startProcess;
  const running = start({
    ...program,
    environment: {
      ...session.base,
      ...container?.environment,
      PATH: [...session.paths, container?.path ?? machinePath()].join(":"),
      ...program.environment,
      ...files,
    },
    onLine: lineReader(session, gained),
  });
  const code = await endOf(session, control, running);
  const commands = await collectFileCommands(files).catch((cause: Error) => {
    throw new StepFailure(`Unable to process file command successfully. ${cause.message}`, { cause });
  });
  keepEnvironment(session, commands.environment);
  session.paths = [...commands.paths.toReversed(), ...session.paths];
  session.job.job.summary += session.log.masked(commands.summary);
  Object.assign(gained.outputs, commands.outputs);
  Object.assign(gained.state, commands.state);
  if (control.stopped) throw new StepFailure("The operation was canceled.");
  if (code !== 0) throw new StepFailure(`Process completed with exit code ${code ?? 137}.`);
  return gained;
}

/** Waits for the program; when the step is stopped, interrupts its whole group, then terminates it, then kills it. */
async function endOf(session: Session, control: Control, running: Running): Promise<number | null> {
  const { interruptMilliseconds, terminateMilliseconds } = session.engine.options;
  const timers: NodeJS.Timeout[] = [];
  const stop = (): void => {
    if (control.stopped === "killed") return running.signal("SIGKILL");
    running.signal("SIGINT");
    timers.push(
      setTimeout(() => running.signal("SIGTERM"), interruptMilliseconds),
      setTimeout(() => running.signal("SIGKILL"), interruptMilliseconds + terminateMilliseconds),
    );
  };
  control.listeners.add(stop);
  try {
    return await running.ended;
  } finally {
    control.listeners.delete(stop);
    for (const timer of timers) clearTimeout(timer);
  }
}

/** Stops whatever the step has started, and keeps it from starting more. */
export function stopControl(control: Control, reason: NonNullable<Control["stopped"]>): void {
  if (control.stopped === "killed" || control.stopped === reason) return;
  control.stopped = reason;
  for (const listener of control.listeners) listener();
}

function lineReader(session: Session, gained: Gained): (line: string) => void {
  let resumeWord: string | null = null;
  return (line) => {
    if (resumeWord !== null) {
      if (line.trim() === `::${resumeWord}::`) resumeWord = null;
      session.log.write(line);
      return;
    }
    const command = parseCommand(line);
    if (command?.name === "stop-commands") resumeWord = command.message;
    const shown = command === null ? line : obey(session, gained, command);
    if (shown !== null) session.log.write(shown ?? line);
  };
}

/** What the log shows for a command: null for nothing, undefined for the line as it was printed. */
function obey(session: Session, gained: Gained, command: WorkflowCommand): string | null | undefined {
  const annotation = annotationOf(command);
  if (annotation)
    session.annotations.push({ ...annotation, message: session.log.masked(annotation.message) });
  switch (command.name) {
    case "add-mask":
      session.log.mask(command.message);
      return null;
    case "set-output":
      gained.outputs[command.properties["name"] ?? ""] = command.message;
      return null;
    case "save-state":
      gained.state[command.properties["name"] ?? ""] = command.message;
      return null;
    case "error":
    case "warning":
    case "notice":
    case "debug":
      return `##[${command.name}]${command.message}`;
    case "group":
      return `##[group]${command.message}`;
    case "endgroup":
      return "##[endgroup]";
    case "echo":
    case "add-matcher":
    case "remove-matcher":
      return null;
    default:
      return undefined;
  }
}

function keepEnvironment(session: Session, variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (name === "NODE_OPTIONS")
      throw new StepFailure("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
    if (!RESERVED.test(name)) session.environment[name] = value;
  }
}

/** A `run:` step: the script in a file of its own, in the shell that GitHub would take. */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { renderText } from "./expression.ts";
import { runProgram } from "./program.ts";
import { stepScope, type Frame, type Session } from "./session.ts";
import type { Execution } from "./steps.ts";

/** What the script's file is called; the shells that GitHub does not know get a name without extension. */
const EXTENSIONS: Record<string, string> = {
  unnamed: ".sh",
  bash: ".sh",
  sh: ".sh",
  python: ".py",
  pwsh: ".ps1",
};

/** What GitHub runs for each `shell`; `unnamed` when none is given (no `pipefail` then), but in a container `sh`. */
const SHELLS: Record<string, string> = {
  unnamed: "bash -e {0}",
  bash: "bash --noprofile --norc -e -o pipefail {0}",
  sh: "sh -e {0}",
  python: "python {0}",
  pwsh: "pwsh -command . '{0}'",
};

export async function runScript(execution: Execution): Promise<void> {
  const { session, control, frame, step, environment, outputs } = execution;
  const scope = stepScope(session, frame, environment);
  const script = renderText(step.run, scope);
  const defaults = frame.inputs === null ? runDefaults(session) : {};
  const usual = session.container === null ? "unnamed" : "sh";
  const shell = renderText(step.shell ?? defaults.shell ?? usual, scope);
  const path = join(session.folders.temp, `${randomUUID()}${EXTENSIONS[shell] ?? ""}`);
  await writeFile(path, script.endsWith("\n") ? script : `${script}\n`);
  logHead(execution, script, SHELLS[shell] ?? shell);
  const [file = "bash", ...rest] = (SHELLS[shell] ?? shell)
    .split(" ")
    .map((part) => part.replace("{0}", path));
  const directory = renderText(step["working-directory"] ?? defaults["working-directory"] ?? ".", scope);
  const gained = await runProgram(session, control, {
    file,
    arguments: rest,
    directory: resolve(session.folders.workspace, directory),
    environment: { ...environment, ...actionVariables(session, frame, step.id ?? "__run") },
  });
  Object.assign(outputs, gained.outputs);
}

/** The variables that tell a program which step it is. */
export function actionVariables(session: Session, frame: Frame, name: string): Record<string, string> {
  const count = (session.counters.get(name) ?? 0) + 1;
  session.counters.set(name, count);
  return {
    GITHUB_ACTION: count === 1 ? name : `${name}_${count}`,
    ...(frame.action === null
      ? {}
      : {
          GITHUB_ACTION_PATH: frame.action.path,
          GITHUB_ACTION_REPOSITORY: frame.action.repository,
          GITHUB_ACTION_REF: frame.action.ref,
        }),
  };
}

function runDefaults({ live, job }: Session): {
  shell?: string | undefined;
  "working-directory"?: string | undefined;
} {
  return { ...live.definition.defaults?.run, ...job.definition.defaults?.run };
}

function logHead({ session, environment }: Execution, script: string, shell: string): void {
  const [first = "", ...rest] = script.trimEnd().split("\n");
  session.log.write(`##[group]Run ${first}`);
  for (const line of [first, ...rest]) session.log.write(line);
  session.log.write(`shell: ${shell}`);
  const variables = Object.entries(environment);
  if (variables.length > 0) session.log.write("env:");
  for (const [name, value] of variables) session.log.write(`  ${name}: ${value}`);
  session.log.write("##[endgroup]");
}

/** A `uses:` step: built-in, written in JavaScript, or composite. */
import { resolve } from "node:path";
import { readAction, type ActionDefinition } from "./action-file.ts";
import { fetchAction, isBuiltIn, parseReference } from "./action-source.ts";
import { BUILT_IN } from "./builtin/built-in.ts";
import { renderText, renderTexts, type Scope } from "./expression.ts";
import { runNode } from "./node-action.ts";
import { StepFailure } from "./step-failure.ts";
import { stepScope, type Frame, type Session } from "./session.ts";
import { runNestedSteps, type Execution } from "./steps.ts";

export async function runAction(execution: Execution): Promise<void> {
  const { session, frame, step, environment } = execution;
  const uses = step.uses ?? "";
  const given = renderTexts(step.with, stepScope(session, frame, environment));
  session.log.write(`##[group]Run ${uses}`);
  for (const [name, value] of Object.entries(given)) session.log.write(`  ${name}: ${value}`);
  session.log.write("##[endgroup]");
  if (isBuiltIn(uses)) {
    const builtIn = BUILT_IN.get(parseReference(uses)?.repository.toLowerCase() ?? "");
    return builtIn?.(execution, given);
  }
  const action = await locateAction(session, uses);
  const inputs = actionInputs(action, given, stepScope(session, frame, environment));
  const { using } = action.runs;
  if (using === "composite") return runComposite(execution, action, inputs);
  if (/^node(?:20|24)$/.test(using)) return runNode(execution, action, inputs);
  throw new StepFailure(`The playground does not play actions that run '${using}' (${uses})`);
}

export async function locateAction(session: Session, uses: string): Promise<ActionDefinition> {
  const isLocal = uses.startsWith("./");
  const directory = isLocal ? resolve(session.folders.workspace, uses) : await fetchAction(session, uses);
  const action = await readAction(directory);
  if (action) return action;
  const place = isLocal ? directory : uses;
  const hint = isLocal ? " Did you forget to run actions/checkout before running your local action?" : "";
  throw new StepFailure(`Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '${place}'.${hint}`);
}

/** What was given over the action's defaults; names are case-insensitive. */
export function actionInputs(
  action: ActionDefinition,
  given: Record<string, string>,
  scope: Scope,
): Record<string, string> {
  const defaults = Object.entries(action.inputs).map(
    ([name, value]) => [name, renderText(value, scope)] as const,
  );
  return Object.fromEntries(
    [...defaults, ...Object.entries(given)].map(([name, value]) => [name.toLowerCase(), value]),
  );
}

async function runComposite(
  execution: Execution,
  action: ActionDefinition,
  inputs: Record<string, string>,
): Promise<void> {
  const { session, environment, outputs, step } = execution;
  const inner: Frame = {
    inputs,
    steps: {},
    environment,
    action: actionOrigin(action, step.uses ?? ""),
    failed: false,
  };
  try {
    await runNestedSteps(execution, action.steps, inner);
  } finally {
    const scope = stepScope(session, inner);
    for (const [name, value] of Object.entries(action.outputs)) outputs[name] = renderText(value, scope);
  }
}

/** What expressions and programs inside an action learn about it. */
export function actionOrigin(action: ActionDefinition, uses: string): Frame["action"] {
  const reference = parseReference(uses);
  return { path: action.directory, repository: reference?.repository ?? "", ref: reference?.ref ?? "" };
}

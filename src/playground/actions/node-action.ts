/** Actions written in JavaScript: `pre` before all steps, `main` in its place, `post` after all steps. */
import { join } from "node:path";
import { readAction, type ActionDefinition } from "./action-file.ts";
import { fetchAction, isBuiltIn } from "./action-source.ts";
import { actionInputs, actionOrigin } from "./action-step.ts";
import type { StepDefinition } from "./definition.ts";
import { isTrue, renderTexts } from "./expression.ts";
import { planExtra, planPost } from "./posts.ts";
import { runProgram, type Gained } from "./program.ts";
import { StepFailure } from "./step-failure.ts";
import { actionVariables } from "./script-step.ts";
import { stepScope, type Control, type Frame, type PlannedStep, type Session } from "./session.ts";
import type { Execution } from "./steps.ts";

interface Call {
  session: Session;
  frame: Frame;
  step: StepDefinition;
  action: ActionDefinition;
  variables: Record<string, string>;
}

export async function runNode(
  execution: Execution,
  action: ActionDefinition,
  inputs: Record<string, string>,
): Promise<void> {
  const { session, control, frame, step, outputs, environment } = execution;
  const { main, post, "post-if": postIf = "always()" } = action.runs;
  if (main === undefined) throw new StepFailure(`The action ${step.uses} names no 'main' file`);
  const inner: Frame = { ...frame, action: actionOrigin(action, step.uses ?? "") };
  const call: Call = {
    session,
    frame: inner,
    step,
    action,
    variables: { ...environment, ...inputVariables(inputs) },
  };
  if (post !== undefined) {
    planPost(session, `Post ${String(step.name ?? `Run ${step.uses}`)}`, {
      wanted: () => isTrue(postIf, stepScope(session, inner)),
      run: async (postControl) => void (await runFile(call, post, postControl)),
    });
  }
  const gained = await runFile(call, main, control);
  Object.assign(outputs, gained.outputs);
}

/** The `pre` of a step's action, to be run before the first step; null when it has none. Local actions have none, as on GitHub. */
export async function planPre(
  session: Session,
  frame: Frame,
  step: StepDefinition,
): Promise<PlannedStep | null> {
  const { uses } = step;
  if (uses === undefined || uses.startsWith("./") || isBuiltIn(uses)) return null;
  const action = await readAction(await fetchAction(session, uses));
  const { pre, "pre-if": preIf = "always()" } = action?.runs ?? {};
  if (!action || pre === undefined) return null;
  const inner: Frame = { ...frame, action: actionOrigin(action, uses) };
  return planExtra(session, `Pre ${String(step.name ?? `Run ${uses}`)}`, {
    wanted: () => isTrue(preIf, stepScope(session, inner)),
    run: async (control) => {
      const scope = stepScope(session, inner);
      const inputs = actionInputs(action, renderTexts(step.with, scope), scope);
      const variables = { ...frame.environment, ...inputVariables(inputs) };
      await runFile({ session, frame: inner, step, action, variables }, pre, control);
    },
  });
}

/** One file of the action; what it leaves in `GITHUB_STATE` is there for the next one of the same step. */
async function runFile(call: Call, file: string, control: Control): Promise<Gained> {
  const { session, frame, step, action, variables } = call;
  const state = session.states.get(step) ?? {};
  session.states.set(step, state);
  const name = step.id ?? `__${(step.uses ?? "").replace(/@.*$/, "").replaceAll(/\W+/g, "_")}`;
  const gained = await runProgram(session, control, {
    file: process.execPath,
    arguments: [join(action.directory, file)],
    directory: session.folders.workspace,
    environment: { ...variables, ...stateVariables(state), ...actionVariables(session, frame, name) },
  });
  Object.assign(state, gained.state);
  return gained;
}

/** Spaces become underscores, the rest of the name stays as it is, as the runner does. */
function inputVariables(inputs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`,
      value,
    ]),
  );
}

function stateVariables(state: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
}

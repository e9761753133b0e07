/** Runs steps one after another: conditions, results, time limits, and what a failure or a cancellation does to the rest. */
import type { WorkflowStep } from "../model/actions.ts";
import { instant } from "../world.ts";
import { runAction } from "./action-step.ts";
import type { StepDefinition } from "./definition.ts";
import { isTrue, renderText, renderTexts, renderValue } from "./expression.ts";
import { stopControl } from "./program.ts";
import { StepFailure } from "./step-failure.ts";
import { stepScope, type Control, type Frame, type Session, type StepResult } from "./session.ts";
import { runScript } from "./script-step.ts";

/** A step while it runs: what it may read, and where it puts its outputs. */
export interface Execution {
  session: Session;
  control: Control;
  frame: Frame;
  step: StepDefinition;
  /** Workflow, job, `GITHUB_ENV` and the step's own `env`, rendered. */
  environment: Record<string, string>;
  outputs: Record<string, string>;
}

/** One step of the job. */
export async function runTopStep(
  session: Session,
  { step, frame, shown }: { step: StepDefinition; frame: Frame; shown: WorkflowStep },
): Promise<void> {
  const wanted = (): boolean => isTrue(step.condition, stepScope(session, frame));
  await runShown(session, { shown, wanted }, async (control) => {
    shown.name = stepName(session, frame, step);
    const result = await runStep({ session, control, frame, step });
    if (step.id !== undefined) frame.steps[step.id] = result;
    if (result.conclusion === "failure") session.failed = true;
    return result.outcome === "failure" && result.conclusion === "success" ? "success" : result.conclusion;
  });
  if (shown.conclusion === "skipped" && step.id !== undefined)
    frame.steps[step.id] = { outputs: {}, outcome: "skipped", conclusion: "skipped" };
}

/**
 * Anything in the job's list of steps: marked as begun and ended, skipped when not wanted, and known to whoever cancels
 * while it runs. A condition that cannot be evaluated fails the step.
 */
export async function runShown(
  session: Session,
  { shown, wanted }: { shown: WorkflowStep; wanted: () => boolean },
  perform: (control: Control) => Promise<StepResult["conclusion"]>,
): Promise<void> {
  const { world } = session.engine;
  if (session.killed) return;
  shown.startedAt = instant(world);
  const control: Control = { stopped: null, listeners: new Set(), staysWanted: wanted };
  session.current = control;
  shown.status = "in_progress";
  try {
    shown.conclusion = wanted() ? await perform(control) : "skipped";
  } catch (error) {
    fail(session, error);
    session.failed = true;
    shown.conclusion = "failure";
  }
  session.current = null;
  shown.status = "completed";
  shown.completedAt = instant(world);
}

/** The steps of a composite action, inside the step that uses it. */
export async function runNestedSteps(
  execution: Execution,
  steps: StepDefinition[],
  frame: Frame,
): Promise<void> {
  const { session, control } = execution;
  for (const step of steps) {
    const wanted = isTrue(step.condition, stepScope(session, frame));
    const result: StepResult = wanted
      ? await runStep({ session, control, frame, step })
      : { outputs: {}, outcome: "skipped", conclusion: "skipped" };
    if (step.id !== undefined) frame.steps[step.id] = result;
    if (result.conclusion === "failure") frame.failed = true;
    if (result.conclusion === "cancelled") break;
  }
  if (control.stopped) throw new StepFailure("The operation was canceled.");
  // The step inside has said what went wrong.
  if (frame.failed) throw new StepFailure("");
}

async function runStep(parts: {
  session: Session;
  control: Control;
  frame: Frame;
  step: StepDefinition;
}): Promise<StepResult> {
  const { session, control, frame, step } = parts;
  const outputs: Record<string, string> = {};
  const timer = startTimer(parts);
  try {
    const environment = {
      ...frame.environment,
      ...session.environment,
      ...renderTexts(step.env, stepScope(session, frame)),
    };
    const execution: Execution = { ...parts, environment, outputs };
    await (step.uses === undefined ? runScript(execution) : runAction(execution));
    return { outputs, outcome: "success", conclusion: "success" };
  } catch (error) {
    if (control.stopped === "cancelled" || control.stopped === "killed") {
      session.log.write("##[error]The operation was canceled.");
      return { outputs, outcome: "cancelled", conclusion: "cancelled" };
    }
    fail(
      session,
      control.stopped === "timed_out" ? new StepFailure(timeoutWords(session, frame, step)) : error,
    );
    const tolerated = renderValue(step["continue-on-error"] ?? false, stepScope(session, frame));
    return {
      outputs,
      outcome: "failure",
      conclusion: tolerated === true || tolerated === "true" ? "success" : "failure",
    };
  } finally {
    clearTimeout(timer);
  }
}

/** Puts the failure where GitHub shows it: in the log and as an annotation of the job's check run. */
function fail(session: Session, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  if (message === "") return;
  for (const line of message.split("\n")) session.log.write(`##[error]${line}`);
  const shown = session.log.masked(message);
  session.annotations.push({
    level: "failure",
    message: shown,
    title: null,
    path: ".github",
    line: 1,
    endLine: 1,
  });
}

function startTimer(parts: {
  session: Session;
  control: Control;
  frame: Frame;
  step: StepDefinition;
}): NodeJS.Timeout | undefined {
  const { session, control, frame, step } = parts;
  if (step["timeout-minutes"] === undefined) return undefined;
  const minutes = Number(renderValue(step["timeout-minutes"], stepScope(session, frame)));
  return setTimeout(() => stopControl(control, "timed_out"), minutes * 60_000);
}

function timeoutWords(session: Session, frame: Frame, step: StepDefinition): string {
  return `The action '${stepName(session, frame, step)}' has timed out after ${step["timeout-minutes"]} minutes.`;
}

function stepName(session: Session, frame: Frame, step: StepDefinition): string {
  if (step.name !== undefined)
    return renderText(step.name, stepScope(session, frame, { ...frame.environment }));
  if (step.uses !== undefined) return `Run ${step.uses}`;
  const script = renderText(step.run, stepScope(session, frame)).trimStart();
  return `Run ${script.split("\n")[0] ?? ""}`;
}

/** Runs one workflow job from its first step to its last, whatever happens to it in between. */
import { isBuiltIn, fetchAction, parseReference } from "./action-source.ts";
import type { StepDefinition } from "./definition.ts";
import { renderText } from "./expression.ts";
import { openContainer } from "./open-container.ts";
import { killTracked } from "./process.ts";
import { stopControl } from "./program.ts";
import { StepFailure } from "./step-failure.ts";
import { stepScope, topFrame, type Frame, type PlannedStep, type Session } from "./session.ts";
import { runShown, runTopStep } from "./steps.ts";
import { planPre } from "./node-action.ts";
import type { WorkflowStep } from "../model/actions.ts";
import type { Conclusion } from "../model/checks.ts";

/** What a job comes to; its outputs are left on the job. */
export async function runJobSteps(session: Session): Promise<Conclusion> {
  const limit = startLimit(session);
  try {
    const frame = await setUp(session);
    if (frame) await runPlan(session, frame);
  } finally {
    clearTimeout(limit);
    await session.container?.close();
    await killTracked(session.base["RUNNER_TRACKING_ID"] ?? "");
  }
  if (session.killed && !session.live.cancelled) return "failure";
  if (session.cancelled || session.killed) return "cancelled";
  return session.failed ? "failure" : "success";
}

/** Cancels the job, or kills it as if its runner had vanished. */
export function stopSession(session: Session, how: "cancel" | "kill"): void {
  const { current } = session;
  if (how === "kill") {
    session.killed = true;
    if (current) stopControl(current, "killed");
    return;
  }
  session.cancelled = true;
  if (current && !current.staysWanted()) stopControl(current, "cancelled");
}

/** GitHub cancels a job at its limit: six hours unless it says otherwise. */
function startLimit(session: Session): NodeJS.Timeout {
  const asked = session.job.definition["timeout-minutes"];
  const scope = stepScope(session, { inputs: null, steps: {}, environment: {}, action: null, failed: false });
  const minutes = asked === undefined ? 360 : Number(renderText(asked, scope));
  return setTimeout(() => {
    const words = `The job has exceeded the maximum execution time of ${minutes}m0s`;
    for (const message of [words, "The operation was canceled."]) {
      session.log.write(`##[error]${message}`);
      session.annotations.push({
        level: "failure",
        message,
        title: null,
        path: ".github",
        line: 1,
        endLine: 1,
      });
    }
    stopSession(session, "cancel");
  }, minutes * 60_000);
}

/** "Set up job": refuses what cannot be run and fetches the actions. Null when the job must not go on. */
async function setUp(session: Session): Promise<Frame | null> {
  const shown = addStep(session, "Set up job");
  let frame: Frame | null = null;
  await runShown(session, { shown, wanted: () => true }, async (control) => {
    session.log.write(`Job is about to start running: ${session.job.job.name}`);
    session.log.write("##[group]GITHUB_TOKEN Permissions");
    for (const [name, access] of Object.entries(session.token.permissions ?? {}))
      session.log.write(`${name}: ${access}`);
    session.log.write("##[endgroup]");
    refuseUnplayed(session);
    session.container = await openContainer(session, control);
    for (const { uses } of session.job.definition.steps) await fetchAhead(session, uses);
    frame = topFrame(session);
    return "success";
  });
  return frame;
}

function refuseUnplayed({ job }: Session): void {
  if (job.definition.strategy?.["max-parallel"] !== undefined)
    throw new StepFailure(
      "The playground does not play `max-parallel:` of a matrix: say how many jobs it runs at once",
    );
  for (const key of ["services", "concurrency", "uses"] as const) {
    if (job.definition[key] !== undefined)
      throw new StepFailure(
        `The playground does not play \`${key}:\` of a job: take it out of job '${job.job.key}'`,
      );
  }
}

async function fetchAhead(session: Session, uses: string | undefined): Promise<void> {
  if (uses === undefined || uses.startsWith("./") || isBuiltIn(uses)) return;
  session.log.write(`Download action repository '${parseReference(uses)?.repository ?? uses}'`);
  await fetchAction(session, uses);
}

async function runPlan(session: Session, frame: Frame): Promise<void> {
  const { steps } = session.job.definition;
  const pre: (PlannedStep | null)[] = [];
  // One after another: steps that use the same action write the same files.
  for (const step of steps) pre.push(await planPre(session, frame, step));
  for (const planned of pre.filter((plan) => plan !== null)) await perform(session, planned);
  const planned = steps.map((step) => planStep(session, frame, step));
  for (const { shown } of planned) list(session, shown);
  for (const one of planned) await one.perform(one.shown);
  // A step that ends may have planned more; what was planned last comes first.
  for (let post = session.posts.shift(); post; post = session.posts.shift()) await perform(session, post);
  if (session.killed) return;
  const shown = addStep(session, "Complete job");
  await runShown(session, { shown, wanted: () => true }, async () => {
    keepOutputs(session, frame);
    session.log.write("Cleaning up orphan processes");
    return "success";
  });
}

function planStep(session: Session, frame: Frame, step: StepDefinition): PlannedStep {
  const words =
    step.name === undefined
      ? (step.uses ??
        String(step.run ?? "")
          .trim()
          .split("\n")[0])
      : String(step.name);
  return {
    shown: newStep(step.name === undefined ? `Run ${words}` : (words ?? "")),
    perform: (shown) => runTopStep(session, { step, frame, shown }),
  };
}

function perform(session: Session, { shown, perform: act }: PlannedStep): Promise<void> {
  list(session, shown);
  return act(shown);
}

function addStep(session: Session, name: string): WorkflowStep {
  return list(session, newStep(name));
}

function newStep(name: string): WorkflowStep {
  return { number: 0, name, status: "queued", conclusion: null, startedAt: null, completedAt: null };
}

function list(session: Session, shown: WorkflowStep): WorkflowStep {
  const { steps } = session.job.job;
  shown.number = steps.length + 1;
  steps.push(shown);
  return shown;
}

/** GitHub drops an output that holds a secret. */
function keepOutputs(session: Session, frame: Frame): void {
  const scope = stepScope(session, frame);
  for (const [name, value] of Object.entries(session.job.definition.outputs ?? {})) {
    const text = renderText(value, scope);
    if (session.log.masked(text) === text) session.job.job.outputs[name] = text;
    else session.log.write(`##[warning]Skip output '${name}' since it may contain secret.`);
  }
}

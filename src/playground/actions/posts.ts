/** Steps that actions add to a job beside those of its file: before the first one and after the last. */
import type { WorkflowStep } from "../model/actions.ts";
import type { Control, PlannedStep, Session } from "./session.ts";
import { runShown } from "./steps.ts";

export interface Extra {
  wanted: () => boolean;
  run: (control: Control) => Promise<void>;
}

/** Has something done after the last step of the job, before what was planned earlier. */
export function planPost(session: Session, name: string, extra: Extra): void {
  session.posts.unshift(planExtra(session, name, extra));
}

export function planExtra(session: Session, name: string, { wanted, run }: Extra): PlannedStep {
  const shown: WorkflowStep = {
    number: 0,
    name,
    status: "queued",
    conclusion: null,
    startedAt: null,
    completedAt: null,
  };
  const perform = (step: WorkflowStep): Promise<void> =>
    runShown(session, { shown: step, wanted }, async (control) => {
      session.log.write(name);
      await run(control);
      return "success";
    });
  return { shown, perform };
}

/** Tells webhooks that can wait from news: most only repeat what GZA itself has just done, and has looked at since. */
import { z } from "zod";
import { parseRunName } from "../domain/names.ts";

/** What can wait need not be looked at sooner; by then GitHub's reads show for certain what was written. */
export const ECHO_MILLISECONDS = 30_000;

export interface Echoes {
  /** The account that GZA acts as. Until it is known nothing of what it did is an echo. */
  know(account: number): void;
  isEcho(event: string, payload: unknown): boolean;
}

const Sent = z.looseObject({ action: z.string().optional(), sender: z.looseObject({ id: z.number() }) });
const CheckRun = z.looseObject({
  check_run: z.looseObject({ status: z.string(), app: z.looseObject({ id: z.number() }).nullable() }),
});
const WorkflowRun = z.looseObject({
  workflow_run: z.looseObject({ status: z.string(), display_title: z.string() }),
});

export function createEchoes(appId: number): Echoes {
  let self: number | null = null;

  function know(account: number): void {
    self = account;
  }

  function isEcho(event: string, payload: unknown): boolean {
    // Of all that runs only the ends are news: checks of others one by one, and GZA's own workflow runs. Who the sender is says
    // nothing there: a push by GZA makes it the sender of what others run because of it.
    if (event === "check_run") return isOwnOrBegun(payload);
    // A suite sums up its check runs.
    if (event === "check_suite") return true;
    if (event === "workflow_run") return isForeignOrBegun(payload);
    const sent = Sent.safeParse(payload).data;
    if (sent === undefined || sent.sender.id !== self) return false;
    // What was merged has further work, and it shows only now.
    return event !== "pull_request" || sent.action !== "closed";
  }

  function isOwnOrBegun(payload: unknown): boolean {
    const run = CheckRun.safeParse(payload).data?.check_run;
    return run !== undefined && (run.app?.id === appId || run.status !== "completed");
  }

  return { know, isEcho };
}

/** Runs of other workflows show in their check runs. */
function isForeignOrBegun(payload: unknown): boolean {
  const run = WorkflowRun.safeParse(payload).data?.workflow_run;
  return run !== undefined && (parseRunName(run.display_title) === null || run.status !== "completed");
}

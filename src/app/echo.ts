/** Tells echoes from news: webhooks that only repeat what GZA itself has just done, and has looked at since. */
import { z } from "zod";

/** An echo need not be looked at sooner; by then GitHub's reads show for certain what was written. */
export const ECHO_MILLISECONDS = 30_000;

export interface Echoes {
  /** The account that GZA acts as. Until it is known nothing is an echo. */
  know(account: number): void;
  isEcho(event: string, payload: unknown): boolean;
}

const Sent = z.looseObject({ action: z.string().optional(), sender: z.looseObject({ id: z.number() }) });
/** A check run, check suite or workflow run; the last says nothing of an App. */
const Check = z.looseObject({
  status: z.string().nullish(),
  app: z.looseObject({ id: z.number() }).nullish(),
});

/** Whoever pushes is the sender of all that runs because of it: these three come from others although GZA is the sender. */
const CHECKS: ReadonlySet<string> = new Set(["check_run", "check_suite", "workflow_run"]);

export function createEchoes(appId: number): Echoes {
  let self: number | null = null;

  function know(account: number): void {
    self = account;
  }

  function isEcho(event: string, payload: unknown): boolean {
    const sent = Sent.safeParse(payload).data;
    if (sent === undefined || sent.sender.id !== self) return false;
    if (CHECKS.has(event)) return isOwnOrBegun(sent[event]);
    // What was merged has further work, and it shows only now.
    return event !== "pull_request" || sent.action !== "closed";
  }

  /** Of what others run only the end is waited for. */
  function isOwnOrBegun(value: unknown): boolean {
    const check = Check.safeParse(value).data;
    return check !== undefined && (check.app?.id === appId || check.status !== "completed");
  }

  return { know, isEcho };
}

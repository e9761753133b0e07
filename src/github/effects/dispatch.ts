/** Starts the workflow for the attempt in flight. */
import { z } from "zod";
import { WORKFLOW_FILE } from "../../domain/names.ts";
import type { Evidence } from "../../domain/snapshot.ts";
import { findRun } from "../find-run.ts";
import { isUnanswered, refusalOf, statusOf } from "../failure.ts";
import { placeOf } from "../move.ts";
import { pathOf, type EffectContext, type Perform } from "./context.ts";
import type { Client } from "../client.ts";

const Started = z.looseObject({ workflow_run_id: z.number() });

/**
 * https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event. When no answer came and no run is to be seen, it
 * is not repeated here: the run may still appear. Two minutes later the policy hands out a new J, and the old one is fenced off.
 */
export const dispatch: Perform<"dispatch"> = async (client, context, { attempt: number, ref }) => {
  const { record } = context;
  const attempt = record?.attempt;
  if (!record || !attempt || attempt.n !== number) return [];
  const inputs = { task: String(record.issue), attempt: attempt.job };
  try {
    const run = await start(client, context, { ref, inputs });
    return [{ kind: "dispatched", attempt: number, run }];
  } catch (error) {
    if (isUnanswered(error)) return lookUp(client, context);
    const status = statusOf(error);
    if (status !== 403 && status !== 404 && status !== 422) throw error;
    return [{ kind: "dispatch_refused", attempt: number, status, message: refusalOf(error) }];
  }
};

/** The run's id, or null where the server does not tell it. */
async function start(
  client: Client,
  { snapshot }: EffectContext,
  call: { ref: string; inputs: { task: string; attempt: string } },
): Promise<number | null> {
  const route = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
  const parameters = { ...pathOf(snapshot), workflow_id: WORKFLOW_FILE, ...call };
  try {
    const response = await client.request(route, { ...parameters, return_run_details: true });
    const started = Started.safeParse(response.data);
    return started.success ? started.data.workflow_run_id : null;
  } catch (error) {
    // GitHub Enterprise Server up to 3.20 refuses the field that it does not know; a refused call started nothing.
    const status = statusOf(error);
    if (status !== 400 && status !== 422) throw error;
    await client.request(route, parameters);
    return null;
  }
}

async function lookUp(client: Client, { snapshot, record }: EffectContext): Promise<Evidence[]> {
  const attempt = record?.attempt;
  if (!record || !attempt) return [];
  const run = await findRun(client, placeOf(snapshot), {
    wanted: {
      issue: record.issue,
      job: attempt.job,
      base: attempt.start.base,
      id: null,
      since: attempt.claimed,
    },
    dispatcher: { defaultBranch: snapshot.repository.defaultBranch, bot: snapshot.me.id },
  });
  return [{ kind: "dispatched", attempt: attempt.n, run: run?.id ?? null }];
}

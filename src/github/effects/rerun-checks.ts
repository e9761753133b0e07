/** Runs failed checks once more. */
import type { Client } from "../client.ts";
import { statusOf } from "../failure.ts";
import { pathOf, type Perform } from "./context.ts";

/** A refusal is no error: what cannot run again stays red, and the policy goes on from there after a while. */
export const rerunChecks: Perform<"rerun_checks"> = async (client, { snapshot }, { head, runs, checks }) => {
  const where = pathOf(snapshot);
  for (const run_id of runs) {
    const route = "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs";
    await unlessRefused(client.request(route, { ...where, run_id }));
  }
  for (const check_run_id of checks) {
    const route = "POST /repos/{owner}/{repo}/check-runs/{check_run_id}/rerequest";
    await unlessRefused(client.request(route, { ...where, check_run_id }));
  }
  return [{ kind: "rerun_asked", head }];
};

async function unlessRefused(asked: ReturnType<Client["request"]>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    const status = statusOf(error);
    if (status !== 403 && status !== 404 && status !== 422) throw error;
  }
}

/** Runs the failed workflow jobs of workflow runs once more. */
import { statusOf } from "../failure.ts";
import { pathOf, type Perform } from "./context.ts";

/** A refusal is no error: what cannot run again stays red, and the policy goes on from there after a while. */
export const rerunChecks: Perform<"rerun_checks"> = async (client, { snapshot }, { head, runs }) => {
  for (const run_id of runs) {
    try {
      const route = "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs";
      await client.request(route, { ...pathOf(snapshot), run_id });
    } catch (error) {
      const status = statusOf(error);
      if (status !== 403 && status !== 404 && status !== 422) throw error;
    }
  }
  return [{ kind: "rerun_asked", head }];
};

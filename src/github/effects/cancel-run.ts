/** Cancels a workflow run; one that is over, or gone, is as good as cancelled. */
import { statusOf } from "../failure.ts";
import { pathOf, type Perform } from "./context.ts";

export const cancelRun: Perform<"cancel_run"> = async (client, { snapshot }, { run }) => {
  try {
    await client.request("POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel", {
      ...pathOf(snapshot),
      run_id: run,
    });
  } catch (error) {
    const status = statusOf(error);
    if (status !== 409 && status !== 404) throw error;
  }
  return [{ kind: "run_cancelled", run }];
};

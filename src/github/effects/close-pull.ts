/** Closes a pull request; one that is closed, merged or gone already stays as it is. */
import { statusOf } from "../failure.ts";
import { pathOf, type Perform } from "./context.ts";

export const closePull: Perform<"close_pull"> = async (client, { snapshot }, { number }) => {
  try {
    await client.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", {
      ...pathOf(snapshot),
      pull_number: number,
      state: "closed",
    });
  } catch (error) {
    // 422: it was merged.
    const status = statusOf(error);
    if (status !== 404 && status !== 422) throw error;
  }
  return [{ kind: "pull_closed", number }];
};

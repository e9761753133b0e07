/** Closes the task's issue as completed; closing a closed one changes nothing on GitHub. */
import { pathOf, type Perform } from "./context.ts";

export const closeIssue: Perform<"close_issue"> = async (client, { snapshot }, { issue }) => {
  await client.request("PATCH /repos/{owner}/{repo}/issues/{issue_number}", {
    ...pathOf(snapshot),
    issue_number: issue,
    state: "closed",
    state_reason: "completed",
  });
  return [];
};

/** What a workflow job's token may do, from the `permissions` of the workflow and of the job. */
import type { Permissions } from "../model/people.ts";
import type { Granted } from "./definition.ts";

/** GitHub's restricted default for repositories, for a workflow that asks for nothing. */
const RESTRICTED: Permissions = { contents: "read", metadata: "read", packages: "read" };

const SCOPES =
  "actions checks contents deployments discussions issues packages pages pull_requests statuses".split(" ");

/** A job's own `permissions` replace the workflow's; naming one permission takes all others away. */
export function jobPermissions(workflow: Granted | undefined, job: Granted | undefined): Permissions {
  const granted = job ?? workflow;
  if (granted === undefined) return { ...RESTRICTED };
  if (typeof granted === "string") {
    const access = granted === "write-all" ? "write" : "read";
    return { metadata: "read", ...Object.fromEntries(SCOPES.map((scope) => [scope, access])) };
  }
  const permissions: Permissions = { metadata: "read" };
  for (const [name, access] of Object.entries(granted)) {
    if (access !== "none") permissions[name.replaceAll("-", "_")] = access;
  }
  return permissions;
}

/** Reads whether GZA is set up in a repository: the workflow that it starts, the permissions that it has. */
import { z } from "zod";
import { WORKFLOW_FILE } from "../domain/names.ts";
import type { Record } from "../domain/record.ts";
import type { Evidence, Snapshot } from "../domain/snapshot.ts";
import type { Client, RepositoryKey } from "./client.ts";
import { statusOf } from "./failure.ts";
import type { Grant } from "./grant.ts";
import type { SnapshotAnswer } from "./snapshot-answer.ts";

const Workflow = z.looseObject({ state: z.string() });

/** Whether it is switched off is asked for only where that may be why nothing starts, and where the App may ask. */
export async function workflowOf(
  client: Client,
  place: RepositoryKey,
  context: { known: Record | null; evidence: readonly Evidence[]; isThere: boolean; grant: Grant | null },
): Promise<Snapshot["repository"]["workflow"]> {
  const { known, evidence, isThere, grant } = context;
  if (!isThere) return "missing";
  if (grant?.missing.some((permission) => permission.startsWith("actions:"))) return "present";
  const isParked = known?.phase === "parked" && known.reason === "setup";
  if (!isParked && !evidence.some(({ kind }) => kind === "dispatch_refused")) return "present";
  return (await isSwitchedOff(client, place)) ? "disabled" : "present";
}

/** Where the installation's owner can grant what is missing. */
export function installationFacts(
  { url, isInOrganization, owner }: SnapshotAnswer["repository"],
  grant: Grant | null,
): Snapshot["installation"] {
  const account = isInOrganization ? `/organizations/${owner.login}` : "";
  const page = grant === null ? "" : `/${grant.installation}`;
  return {
    missing: grant?.missing ?? [],
    url: `${new URL(url).origin}${account}/settings/installations${page}`,
  };
}

/**
 * https://docs.github.com/en/rest/actions/workflows#get-a-workflow: `state` is `active`, `disabled_manually`, `disabled_inactivity`,
 * `disabled_fork` or `deleted`. A file that is new may not be listed yet.
 */
async function isSwitchedOff(client: Client, { owner, name }: RepositoryKey): Promise<boolean> {
  try {
    const response = await client.request("GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}", {
      owner,
      repo: name,
      workflow_id: WORKFLOW_FILE,
    });
    return Workflow.parse(response.data).state.startsWith("disabled");
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

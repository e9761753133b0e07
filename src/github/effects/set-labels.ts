/** Puts labels of GZA's own on and takes them off; makes them, in their colour, where the repository has none. */
import { OWN_LABELS } from "../../domain/names.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { Client } from "../client.ts";
import { statusOf } from "../failure.ts";
import { pathOf, type Perform } from "./context.ts";

export const setLabels: Perform<"set_labels"> = async (client, { snapshot }, { on, add, remove }) => {
  const issue = { ...pathOf(snapshot), issue_number: on };
  for (const name of add) await ensureLabel(client, snapshot, name);
  if (add.length > 0) {
    await client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", {
      ...issue,
      labels: add,
    });
  }
  for (const name of remove) {
    const route = "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}";
    await unless(404, () => client.request(route, { ...issue, name }));
  }
  return [];
};

async function ensureLabel(client: Client, snapshot: Snapshot, name: string): Promise<void> {
  const label = Object.values(OWN_LABELS).find((own) => own.name === name);
  if (label === undefined) throw new Error(`${name} is no label of GZA's own; people put it on`);
  const path = pathOf(snapshot);
  try {
    await client.request("GET /repos/{owner}/{repo}/labels/{name}", { ...path, name });
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    // 422: somebody made it in the meantime.
    await unless(422, () => client.request("POST /repos/{owner}/{repo}/labels", { ...path, ...label }));
  }
}

async function unless(status: number, request: () => Promise<unknown>): Promise<void> {
  try {
    await request();
  } catch (error) {
    if (statusOf(error) !== status) throw error;
  }
}

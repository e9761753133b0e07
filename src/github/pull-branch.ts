/** Finds the branch of a pull request: comment webhooks do not carry it. */
import { z } from "zod";
import type { Client, RepositoryKey } from "./client.ts";
import { statusOf } from "./failure.ts";

const Pull = z.looseObject({
  head: z.looseObject({ ref: z.string(), repo: z.looseObject({ id: z.number() }).nullable() }),
});

/** null: there is no such pull request, or its branch lies in another repository. */
export async function pullBranch(
  client: Client,
  { id, owner, name }: RepositoryKey,
  pull: number,
): Promise<string | null> {
  try {
    const response = await client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", {
      owner,
      repo: name,
      pull_number: pull,
    });
    const { head } = Pull.parse(response.data);
    return head.repo?.id === id ? head.ref : null;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

/** Reads whether a branch wants a check before anything is merged into it, by classic protection or by a ruleset. */
import { z } from "zod";
import type { Client, RepositoryKey } from "./client.ts";
import { statusOf } from "./failure.ts";

const Branch = z.looseObject({
  protection: z
    .looseObject({
      required_status_checks: z.looseObject({ contexts: z.array(z.string()) }).optional(),
    })
    .optional(),
});

const Rules = z.array(
  z.looseObject({
    type: z.string(),
    parameters: z
      .looseObject({ required_status_checks: z.array(z.looseObject({ context: z.string() })).optional() })
      .optional(),
  }),
);

/**
 * Every reader of a repository sees what is asked for: https://docs.github.com/en/rest/branches/branches#get-a-branch and
 * https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch. A branch that is gone wants nothing.
 */
export async function isCheckRequired(
  client: Client,
  { owner, name: repo }: RepositoryKey,
  { branch, check }: { branch: string; check: string },
): Promise<boolean> {
  try {
    const place = { owner, repo, branch };
    const found = await client.request("GET /repos/{owner}/{repo}/branches/{branch}", place);
    const contexts = Branch.parse(found.data).protection?.required_status_checks?.contexts ?? [];
    if (contexts.includes(check)) return true;
    const listed = await client.request("GET /repos/{owner}/{repo}/rules/branches/{branch}", {
      ...place,
      per_page: 100,
    });
    return Rules.parse(listed.data).some(
      ({ type, parameters }) =>
        type === "required_status_checks" &&
        (parameters?.required_status_checks ?? []).some(({ context }) => context === check),
    );
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

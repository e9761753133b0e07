/** The guard's look at what commits say: nothing that looks like a token or a key is pushed. */
import { isNamed, type Refusal } from "../../domain/guard.ts";
import { head } from "../plain-text.ts";
import { knownValues } from "../secrets/known-values.ts";
import { secretsInCommits, type CommitRange } from "../secrets/secrets-in-commits.ts";

/** The publisher holds no secret that it could look for. */
export const NOTHING_KNOWN = knownValues([]);

const MAX_REFUSALS = 100;
const MAX_PATH = 300;

/** `allow`: files in which made-up tokens may stand, as patterns of the config; a commit's message is never one. */
export async function refuseSecrets(range: CommitRange, allow: readonly string[]): Promise<Refusal[]> {
  const places = await secretsInCommits(range, NOTHING_KNOWN);
  return places
    .filter(({ path }) => !isNamed(path, allow))
    .slice(0, MAX_REFUSALS)
    .map(({ path, kind }) => ({ path: head(path, MAX_PATH), rule: `secret: ${kind}` }));
}

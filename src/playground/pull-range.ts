/** Which commits a pull request shows: those from where its head left its base. */
import { mergeBase, resolve } from "./git/objects.ts";
import type { Pull } from "./model/pulls.ts";
import type { Repository } from "./model/world.ts";

/** From where the head left the base to the head; what was merged is shown as it was then. */
export async function rangeOf(repository: Repository, pull: Pull): Promise<{ base: string; head: string }> {
  const tip = pull.mergedAt === null ? await resolve(repository, `refs/heads/${pull.baseRef}`) : null;
  const base = await mergeBase(repository, tip ?? pull.baseSha, pull.headSha);
  if (base === null) throw new Error(`${pull.headRef} and ${pull.baseRef} share no history any more`);
  return { base, head: pull.headSha };
}

/** Brings a pull request's head up to date: merges its base into it, as GitHub's button does. */
import { ApiError } from "./errors.ts";
import { mergeTrees } from "./git/merge.ts";
import { isAncestor, resolve } from "./git/objects.ts";
import { updateRefs } from "./git/refs.ts";
import { writeCommit } from "./git/write.ts";
import { identity } from "./merge-commit.ts";
import type { Issue } from "./model/issues.ts";
import type { Token } from "./model/people.ts";
import type { Repository, World } from "./model/world.ts";
import { pullOf } from "./shapes/pull.ts";
import { server } from "./test-merge.ts";

/** 422 when the head is not the expected one, nothing is new on the base, or the two conflict. */
export async function updateBranch(
  world: World,
  repository: Repository,
  issue: Issue,
  { expected, token }: { expected: string | undefined; token: Token },
): Promise<void> {
  const { headRef, headSha, baseRef } = pullOf(issue);
  if (issue.state === "closed") throw new ApiError(422, "Cannot update a closed pull request.");
  if (expected !== undefined && expected !== headSha) {
    throw new ApiError(422, "expected head sha didn’t match current head ref.");
  }
  const base = await resolve(repository, `refs/heads/${baseRef}`);
  if (base === null || (await isAncestor(repository, base, headSha))) {
    throw new ApiError(422, "There are no new commits on the base branch.");
  }
  const tree = await mergeTrees(repository, headSha, base);
  if (tree === null) throw new ApiError(422, "merge conflict between base and head");
  const after = await writeCommit(repository, {
    tree,
    parents: [headSha, base],
    author: identity(world, token.userId),
    committer: server(world),
    message: `Merge branch '${baseRef}' into ${headRef}`,
  });
  const updates = [{ name: `refs/heads/${headRef}`, before: headSha, after, force: false }];
  await updateRefs(world, repository, { updates, token, actorId: token.userId });
}

/** Takes back what a merged pull request brought, by a new pull request, as GitHub's button does. */
import { ApiError } from "./errors.ts";
import { mergeWithAncestor } from "./git/merge.ts";
import { readCommit, resolve } from "./git/objects.ts";
import { updateRefs } from "./git/refs.ts";
import { writeCommit } from "./git/write.ts";
import { identity } from "./merge-commit.ts";
import type { Issue } from "./model/issues.ts";
import type { Token } from "./model/people.ts";
import type { Pull } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { openPull } from "./pulls.ts";
import { pullOf } from "./shapes/pull.ts";
import { server } from "./test-merge.ts";
import { fullName } from "./world.ts";

export interface RevertWish {
  title?: string | undefined;
  body?: string | undefined;
  draft: boolean;
  actorId: number;
  token: Token;
}

/** The words of GitHub's page. */
const CANNOT =
  "Sorry, this pull request couldn't be reverted automatically. It may have already been reverted, or the content may have changed since it was merged.";

/**
 * Opens the pull request `revert-<number>-<head branch>` of whoever asks. 422 when the given one was not merged, when later changes
 * are in the way, or when nothing of it is left.
 */
export async function revertPull(
  world: World,
  repository: Repository,
  issue: Issue,
  wish: RevertWish,
): Promise<Issue> {
  const pull = pullOf(issue);
  const { actorId, token } = wish;
  const commit = await createRevertCommit(world, repository, { issue, pull, actorId });
  const branch = await freeName(repository, `revert-${issue.number}-${pull.headRef}`);
  const updates = [{ name: `refs/heads/${branch}`, before: null, after: commit, force: false }];
  await updateRefs(world, repository, { updates, actorId, token });
  const reference = `Reverts ${fullName(world, repository)}#${issue.number}`;
  return openPull(world, repository, {
    title: wish.title ?? `Revert "${issue.title}"`,
    body: wish.body ? `${reference}\n\n${wish.body}` : reference,
    head: branch,
    base: pull.baseRef,
    draft: wish.draft,
    actorId,
    token,
  });
}

/** One commit on the base's tip, whichever way the pull request was merged; no ref moves. */
async function createRevertCommit(
  world: World,
  repository: Repository,
  { issue, pull, actorId }: { issue: Issue; pull: Pull; actorId: number },
): Promise<string> {
  const { mergeCommitSha: merged, mergedOnto: before } = pull;
  if (pull.mergedAt === null || merged === null || before === null)
    throw new ApiError(422, "Only merged pull requests can be reverted.");
  const base = await readCommit(repository, `refs/heads/${pull.baseRef}`);
  if (!base) throw new ApiError(422, CANNOT);
  const tree = await mergeWithAncestor(repository, { ancestor: merged, ours: base.oid, theirs: before });
  if (tree === null || tree === base.tree) throw new ApiError(422, CANNOT);
  return writeCommit(repository, {
    tree,
    parents: [base.oid],
    author: identity(world, actorId),
    committer: server(world),
    message: `Revert "${issue.title} (#${issue.number})"\n\nThis reverts commit ${merged}.`,
  });
}

async function freeName(repository: Repository, wanted: string): Promise<string> {
  let name = wanted;
  for (let copy = 1; (await resolve(repository, `refs/heads/${name}`)) !== null; copy += 1) {
    name = `${wanted}-${copy}`;
  }
  return name;
}

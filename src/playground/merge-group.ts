/** Lands what stands first in a merge queue: its merge gets a branch of its own, whose checks decide whether the base moves there. */
import type { components } from "@octokit/openapi-types";
import { ApiError } from "./errors.ts";
import { whileMerging } from "./follow-branch.ts";
import { readCommit, resolve } from "./git/objects.ts";
import { updateRefs } from "./git/refs.ts";
import { createMergeCommit } from "./merge-commit.ts";
import { entriesOf, leaveQueue, type Removal } from "./merge-queue.ts";
import type { Issue } from "./model/issues.ts";
import type { User } from "./model/people.ts";
import type { MergeGroup, Pull, QueueEntry } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { createUser } from "./people.ts";
import { protectionOf } from "./protection.ts";
import { finishMerge } from "./pulls.ts";
import { standingOf } from "./required-checks.ts";
import { testMerge } from "./test-merge.ts";
import { emit, findUser } from "./world.ts";

/** What `merge_group.destroyed` says. */
type Ending = "merged" | "invalidated" | "dequeued";

/** Moves every queue of the repository on as far as it goes now; one entry of a branch has its checks at a time. */
export async function advanceQueues(world: World, repository: Repository): Promise<void> {
  for (const branch of new Set(repository.mergeQueue.map((entry) => entry.branch))) {
    let goesOn = true;
    while (goesOn) goesOn = await step(world, repository, branch);
  }
}

/** Takes an entry out, and its merge group with it. Queues move on by `advanceQueues`. */
export async function removeEntry(
  world: World,
  repository: Repository,
  { entry, reason, actorId }: { entry: QueueEntry; reason: Removal; actorId: number },
): Promise<void> {
  leaveQueue(world, repository, entry, { actorId, token: entry.token, reason });
  await destroyGroup(world, repository, { entry, ending: "dequeued" });
}

/** The bot in whose name a queue merges. */
export function queueBot(world: World): User {
  const login = "github-merge-queue[bot]";
  return findUser(world, login) ?? createUser(world, { login, kind: "Bot" });
}

/** One thing done for the entry that stands first; false when it has to wait, or none is left. */
async function step(world: World, repository: Repository, branch: string): Promise<boolean> {
  const [entry] = entriesOf(repository, branch);
  if (!entry) return false;
  const issue = repository.issues.get(entry.issueNumber);
  const pull = issue?.pull;
  const actorId = queueBot(world).id;
  const rule = protectionOf(repository, branch);
  const isSame = pull?.headSha === entry.head && pull.baseRef === branch;
  if (!issue || !pull || issue.state === "closed" || !isSame || !rule?.mergeQueue) {
    await removeEntry(world, repository, { entry, reason: "UNKNOWN_REMOVAL_REASON", actorId });
    return true;
  }
  const { group } = entry;
  if (!group) return beginGroup(world, repository, { entry, issue, pull });
  if ((await resolve(repository, `refs/heads/${branch}`)) !== group.base) {
    await destroyGroup(world, repository, { entry, ending: "invalidated" });
    return true;
  }
  const checks = rule.requiredChecks.map((name) => standingOf(repository, name, group.sha));
  if (checks.includes("failing")) {
    await removeEntry(world, repository, { entry, reason: "CI_FAILURE", actorId });
    return true;
  }
  if (checks.some((check) => check !== "passed")) return false;
  await land(world, repository, { entry, group, issue, pull });
  return true;
}

interface Queued {
  entry: QueueEntry;
  issue: Issue;
  pull: Pull;
}

/** Makes the merge, and asks for checks on it. */
async function beginGroup(
  world: World,
  repository: Repository,
  { entry, issue, pull }: Queued,
): Promise<boolean> {
  const method = protectionOf(repository, entry.branch)?.mergeQueue?.method ?? "merge";
  const actorId = queueBot(world).id;
  const tested = await testMerge(world, repository, issue);
  if (!tested || tested.head !== entry.head) return true;
  const wish = { issue, pull, tested, merge: { method, actorId: entry.enqueuerId } };
  const sha = tested.mergeable ? await createMergeCommit(world, repository, wish) : null;
  if (sha === null) {
    await removeEntry(world, repository, { entry, reason: "MERGE_CONFLICT", actorId });
    return true;
  }
  const ref = `refs/heads/gh-readonly-queue/${entry.branch}/pr-${issue.number}-${tested.base}`;
  const updates = [{ name: ref, after: sha, force: true }];
  await updateRefs(world, repository, { updates, token: entry.token, actorId, byPull: true });
  entry.group = { ref, sha, base: tested.base };
  await tellGroup(world, repository, { entry, group: entry.group, action: "checks_requested" });
  return true;
}

/** Moves the base to the merge. What it may not bring there (a workflow file of an App) takes it out of the queue. */
async function land(
  world: World,
  repository: Repository,
  { entry, group, issue, pull }: Queued & { group: MergeGroup },
): Promise<void> {
  const actorId = queueBot(world).id;
  const { token } = entry;
  const { sha, base: onto } = group;
  const updates = [{ name: `refs/heads/${entry.branch}`, before: onto, after: sha, force: false }];
  try {
    await whileMerging(issue, () => updateRefs(world, repository, { updates, token, actorId, byPull: true }));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // 409: the base has moved meanwhile, which the next step finds.
    if (error.status !== 409)
      await removeEntry(world, repository, { entry, reason: "BRANCH_PROTECTIONS", actorId });
    return;
  }
  await finishMerge(world, repository, { issue, pull, sha, onto, actorId, token });
  leaveQueue(world, repository, entry, { actorId, token, reason: "MERGE" });
  await destroyGroup(world, repository, { entry, ending: "merged" });
}

async function destroyGroup(
  world: World,
  repository: Repository,
  { entry, ending }: { entry: QueueEntry; ending: Ending },
): Promise<void> {
  const { group, token } = entry;
  if (!group) return;
  entry.group = null;
  if ((await resolve(repository, group.ref)) !== null) {
    const updates = [{ name: group.ref, after: null, force: true }];
    await updateRefs(world, repository, { updates, token, actorId: queueBot(world).id, byPull: true });
  }
  await tellGroup(world, repository, { entry, group, action: "destroyed", reason: ending });
}

async function tellGroup(
  world: World,
  repository: Repository,
  { entry, group, action, reason }: { entry: QueueEntry; group: MergeGroup; action: string; reason?: Ending },
): Promise<void> {
  const commit = await readCommit(repository, group.sha);
  if (!commit) throw new Error(`the merge group ${group.ref} has lost its commit ${group.sha}`);
  const { author, committer } = commit;
  const merge_group: components["schemas"]["merge-group"] = {
    head_sha: group.sha,
    head_ref: group.ref,
    base_sha: group.base,
    base_ref: `refs/heads/${entry.branch}`,
    head_commit: {
      id: commit.oid,
      tree_id: commit.tree,
      message: commit.message,
      timestamp: committer.date,
      author: { name: author.name, email: author.email },
      committer: { name: committer.name, email: committer.email },
    },
  };
  emit(world, {
    name: "merge_group",
    action,
    repository,
    senderId: queueBot(world).id,
    token: entry.token,
    payload: { ...(reason ? { reason } : {}), merge_group },
  });
}

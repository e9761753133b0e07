/** A branch gets another name: what is based on it, protects it or defaults to it follows; what is its head closes. */
import { ApiError } from "./errors.ts";
import { resolve } from "./git/objects.ts";
import { isRefName } from "./git/ref-name.ts";
import { moveRefs } from "./git/transaction.ts";
import { announce, record, type Act } from "./issues.ts";
import type { Repository, World } from "./model/world.ts";
import { refMoved } from "./push.ts";
import { changeRepository } from "./repositories.ts";
import { forgetTestMerge } from "./test-merge.ts";

/**
 * The new branch comes before the old one goes, so nothing is without a base in between. Emits what the making and the deletion of a
 * branch emit, `repository.edited` for the default branch, and `pull_request.edited` for each open pull request that is based on
 * it. 404 without such a branch, 422 for a name that is taken or none.
 */
export async function renameBranch(
  world: World,
  repository: Repository,
  { from, to, ...act }: Act & { from: string; to: string },
): Promise<void> {
  const oid = await resolve(repository, `refs/heads/${from}`);
  if (oid === null) throw new ApiError(404, "Branch not found");
  if (!isRefName(`refs/heads/${to}`)) throw invalid(`${to} is not a valid branch name`);
  const name = `refs/heads/${to}`;
  const failure = await moveRefs(repository.directory, [{ name, before: null, after: oid }]);
  if (failure !== null) throw invalid(`Branch ${to} already exists`);
  await refMoved(world, repository, { name, before: null, after: oid, ...act });
  repository.renamedBranches.set(from, to);
  repository.renamedBranches.delete(to);
  for (const rule of repository.protections) if (rule.pattern === from) rule.pattern = to;
  if (repository.defaultBranch === from) changeRepository(world, repository, { ...act, defaultBranch: to });
  retarget(world, repository, { ...act, from, to });
  await moveRefs(repository.directory, [{ name: `refs/heads/${from}`, before: oid, after: null }]);
  await refMoved(world, repository, { name: `refs/heads/${from}`, before: oid, after: null, ...act });
}

function retarget(
  world: World,
  repository: Repository,
  { from, to, ...act }: Act & { from: string; to: string },
): void {
  for (const issue of repository.issues.values()) {
    const { pull } = issue;
    if (pull?.baseRef !== from || issue.state === "closed") continue;
    pull.baseRef = to;
    forgetTestMerge(world, pull);
    record(world, issue, { kind: "automatic_base_change_succeeded", actorId: act.actorId });
    const changes = { base: { ref: { from }, sha: { from: pull.baseSha } } };
    announce(world, { ...act, repository, issue, action: "edited", payload: { changes } });
  }
}

function invalid(message: string): ApiError {
  return new ApiError(422, "Validation Failed", {
    errors: [{ resource: "Branch", field: "new_name", code: "invalid", message }],
  });
}

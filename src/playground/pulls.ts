/** What happens to pull requests: opened, edited, made a draft, merged. As far as they are issues, issues.ts does it. */
import { ApiError, type FieldError } from "./errors.ts";
import { markMerged, whileMerging } from "./follow-branch.ts";
import { sizeOf } from "./git/diff.ts";
import { mergeBase, resolve } from "./git/objects.ts";
import { updateRefs } from "./git/refs.ts";
import { setRef } from "./git/transaction.ts";
import { addIssue, announce, closeIssue, editIssue, record, reopenIssue, type Act } from "./issues.ts";
import { createMergeCommit } from "./merge-commit.ts";
import { mergeObjection } from "./merge-state.ts";
import type { Issue } from "./model/issues.ts";
import type { Token } from "./model/people.ts";
import type { MergeMethod, Pull } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { protectionOf } from "./protection.ts";
import { pullOf } from "./shapes/pull.ts";
import { forgetTestMerge, testMerge, wantTestMerge } from "./test-merge.ts";
import { newId, userById } from "./world.ts";

export interface PullInput extends Act {
  title: string;
  body: string | null;
  /** A branch, or `<owner>:<branch>`; forks are not played. */
  head: string;
  base: string;
  draft: boolean;
}

/** 422 when a branch is missing, has nothing new, or already has an open pull request to that base. */
export async function openPull(world: World, repository: Repository, input: PullInput): Promise<Issue> {
  const owner = userById(world, repository.ownerId).login;
  const headRef = input.head.startsWith(`${owner}:`) ? input.head.slice(owner.length + 1) : input.head;
  const baseRef = input.base;
  const headSha = await resolve(repository, `refs/heads/${headRef}`);
  const baseSha = await resolve(repository, `refs/heads/${baseRef}`);
  if (baseSha === null) throw invalid({ field: "base", code: "invalid" });
  if (headSha === null) throw invalid({ field: "head", code: "invalid" });
  const size = await checkHistory(repository, { headRef, headSha, baseRef, baseSha });
  if (openWith(repository, headRef, baseRef)) {
    throw invalid({ code: "custom", message: `A pull request already exists for ${owner}:${headRef}.` });
  }
  const issue = addIssue(world, repository, input);
  issue.pull = {
    id: newId(world),
    draft: input.draft,
    headRef,
    headSha,
    baseRef,
    baseSha,
    mergedAt: null,
    mergedById: null,
    mergeCommitSha: null,
    mergedOnto: null,
    mergeability: null,
    autoMerge: null,
    unknownReads: world.mergeability.unknownReads,
    size,
    reviews: [],
    threads: [],
  };
  await setRef(repository.directory, `refs/pull/${issue.number}/head`, headSha);
  announce(world, { ...input, repository, issue, action: "opened" });
  wantTestMerge(world, repository, issue);
  return issue;
}

export interface PullEdit extends Act {
  title?: string | undefined;
  body?: string | null | undefined;
  base?: string | undefined;
  state?: "open" | "closed" | undefined;
}

/** 422 for a base that is not there, and for reopening what was merged or has lost its branch. */
export async function editPull(
  world: World,
  repository: Repository,
  issue: Issue,
  edit: PullEdit,
): Promise<void> {
  const { base, state } = edit;
  if (base !== undefined && base !== pullOf(issue).baseRef) {
    await changeBase(world, repository, issue, { ...edit, base });
  }
  editIssue(world, repository, issue, edit);
  if (state === "closed") closeIssue(world, repository, issue, edit);
  if (state === "open" && issue.state === "closed") await reopenPull(world, repository, issue, edit);
}

/** Nothing happens when it is one already, or is closed. */
export function setDraft(
  world: World,
  repository: Repository,
  issue: Issue,
  { draft, ...act }: Act & { draft: boolean },
): void {
  const pull = pullOf(issue);
  if (pull.draft === draft || issue.state === "closed") return;
  pull.draft = draft;
  record(world, issue, { kind: draft ? "convert_to_draft" : "ready_for_review", actorId: act.actorId });
  announce(world, { ...act, repository, issue, action: draft ? "converted_to_draft" : "ready_for_review" });
}

export interface PullMerge {
  method: MergeMethod;
  actorId: number;
  token: Token;
  /** The head that the caller has seen. */
  sha?: string | undefined;
  title?: string | undefined;
  message?: string | undefined;
}

/**
 * Merges and returns the new tip of the base. 405 when it is a draft, conflicts, may not be merged so or its protection objects; 409 when the head is not
 * `sha`. Closes what its text says, and removes the head branch where the repository wants that.
 */
export async function mergePull(
  world: World,
  repository: Repository,
  issue: Issue,
  merge: PullMerge,
): Promise<string> {
  const pull = pullOf(issue);
  const { actorId, token } = merge;
  if (issue.state === "closed") throw new ApiError(405, "Pull Request is not mergeable");
  if (pull.draft) throw new ApiError(405, "Pull Request is still a draft");
  if (merge.sha !== undefined && merge.sha !== pull.headSha) {
    throw new ApiError(409, "Head branch was modified. Review and try the merge again.");
  }
  if (!repository.mergeMethods[merge.method]) throw new ApiError(405, notAllowed(merge.method));
  const tested = await testMerge(world, repository, issue);
  if (!tested?.mergeable) throw new ApiError(405, "Pull Request is not mergeable");
  const objection = mergeObjection(repository, { issue, pull, tested, token });
  if (objection !== null) throw new ApiError(405, objection);
  const sha = await createMergeCommit(world, repository, { issue, pull, tested, merge });
  if (sha === null) throw new ApiError(405, "This branch can't be rebased");
  const update = { name: `refs/heads/${pull.baseRef}`, before: tested.base, after: sha, force: false };
  if (pull.headSha !== tested.head)
    throw new ApiError(409, "Head branch was modified. Review and try the merge again.");
  await whileMerging(issue, () =>
    moveBase(world, repository, { updates: [update], actorId, token, byPull: true }),
  );
  await finishMerge(world, repository, { issue, pull, sha, onto: tested.base, actorId, token });
  return sha;
}

/** What follows once its base has the merge: it counts as merged, and its branch goes where the repository wants that. */
export async function finishMerge(
  world: World,
  repository: Repository,
  merged: { issue: Issue; pull: Pull; sha: string; onto: string; actorId: number; token: Token },
): Promise<void> {
  markMerged(world, repository, merged);
  await setRef(repository.directory, `refs/pull/${merged.issue.number}/merge`, null);
  if (repository.deleteBranchOnMerge) await deleteHead(world, repository, merged);
}

function notAllowed(method: MergeMethod): string {
  const merges = { merge: "Merge commits", squash: "Squash merges", rebase: "Rebase merges" }[method];
  return `${merges} are not allowed on this repository.`;
}

async function moveBase(
  world: World,
  repository: Repository,
  updates: Parameters<typeof updateRefs>[2],
): Promise<void> {
  try {
    await updateRefs(world, repository, updates);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    throw new ApiError(405, "Base branch was modified. Review and try the merge again.");
  }
}

async function deleteHead(
  world: World,
  repository: Repository,
  { issue, pull, actorId, token }: { issue: Issue; pull: Pull; actorId: number; token: Token },
): Promise<void> {
  const name = `refs/heads/${pull.headRef}`;
  if ((await resolve(repository, name)) !== pull.headSha) return;
  if (protectionOf(repository, pull.headRef)) return;
  await updateRefs(world, repository, { updates: [{ name, after: null, force: true }], actorId, token });
  record(world, issue, { kind: "head_ref_deleted", actorId });
}

async function checkHistory(
  repository: Repository,
  { headRef, headSha, baseRef, baseSha }: Pick<Pull, "headRef" | "headSha" | "baseRef" | "baseSha">,
): Promise<Pull["size"]> {
  if ((await mergeBase(repository, baseSha, headSha)) === null) {
    const message = `The ${headRef} branch has no history in common with ${baseRef}`;
    throw invalid({ code: "custom", message });
  }
  const size = await sizeOf(repository, baseSha, headSha);
  if (size.commits > 0) return size;
  throw invalid({ code: "custom", message: `No commits between ${baseRef} and ${headRef}` });
}

async function changeBase(
  world: World,
  repository: Repository,
  issue: Issue,
  { base, ...act }: Act & { base: string },
): Promise<void> {
  const pull = pullOf(issue);
  if (issue.state === "closed") {
    throw invalid({
      field: "base",
      code: "invalid",
      message: "Cannot change the base branch of a closed pull request.",
    });
  }
  const baseSha = await resolve(repository, `refs/heads/${base}`);
  if (baseSha === null) throw invalid({ field: "base", code: "invalid" });
  if (openWith(repository, pull.headRef, base)) {
    const words = `A pull request already exists for base branch '${base}' and head branch '${pull.headRef}'`;
    throw invalid({ field: "base", code: "invalid", message: words });
  }
  const size = await checkHistory(repository, { ...pull, baseRef: base, baseSha });
  const from = { ref: { from: pull.baseRef }, sha: { from: pull.baseSha } };
  Object.assign(pull, { baseRef: base, baseSha, size });
  forgetTestMerge(world, pull);
  record(world, issue, { kind: "base_ref_changed", actorId: act.actorId });
  announce(world, { ...act, repository, issue, action: "edited", payload: { changes: { base: from } } });
}

async function reopenPull(world: World, repository: Repository, issue: Issue, act: Act): Promise<void> {
  const pull = pullOf(issue);
  const headSha = await resolve(repository, `refs/heads/${pull.headRef}`);
  const baseSha = await resolve(repository, `refs/heads/${pull.baseRef}`);
  const cannot = (why: string): ApiError =>
    invalid({ field: "state", code: "invalid", message: `state cannot be changed. ${why}` });
  if (pull.mergedAt === null) {
    if (headSha === null) throw cannot(`The ${pull.headRef} branch has been deleted.`);
    if (baseSha === null) throw cannot(`The ${pull.baseRef} branch has been deleted.`);
    const known = await mergeBase(repository, pull.headSha, headSha);
    if (known !== pull.headSha) throw cannot(`The ${pull.headRef} branch was force-pushed or recreated.`);
    if (openWith(repository, pull.headRef, pull.baseRef)) {
      throw cannot(`There is already an open pull request from ${pull.headRef} to ${pull.baseRef}.`);
    }
    pull.size = await sizeOf(repository, baseSha, headSha);
    await setRef(repository.directory, `refs/pull/${issue.number}/head`, headSha);
    Object.assign(pull, { headSha, baseSha });
    forgetTestMerge(world, pull);
  }
  reopenIssue(world, repository, issue, act);
}

function openWith(repository: Repository, head: string, base: string): boolean {
  return [...repository.issues.values()].some(
    ({ pull, state }) => state === "open" && pull?.headRef === head && pull.baseRef === base,
  );
}

function invalid(error: Omit<FieldError, "resource">): ApiError {
  return new ApiError(422, "Validation Failed", { errors: [{ resource: "PullRequest", ...error }] });
}

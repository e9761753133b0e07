/** Landing on a playground: what GitHub is asked for is what the next look sees, and what GitHub then does by itself. */
import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Effect } from "../../src/domain/decision.ts";
import type { Evidence, PullFacts } from "../../src/domain/snapshot.ts";
import { applyEffect } from "../../src/github/apply-effect.ts";
import { setMergeQueue } from "../../src/playground/protection.ts";
import { testMergesDone } from "../../src/playground/test-merge.ts";
import { smallRepository, type SmallRepository } from "./small-repository.ts";
import { commitOn, look, pushToBase, taskWithPull, type TaskOnBranch } from "./task-on-branch.ts";

const where = { owner: "ada", repo: "engine" };
let small: SmallRepository;
let task: TaskOnBranch;

/** A task whose pull request is no draft, on a base that requires the check `ci`. */
beforeEach(async () => {
  small = await smallRepository();
  await small.ada.rest.repos.update({ ...where, allow_auto_merge: true });
  task = await taskWithPull(small);
  const { number, nodeId } = await pull();
  await apply({ kind: "edit_pull", number, nodeId, change: { draft: false } });
  await requireChecks(false);
});
afterEach(() => small.playground.stop());

async function requireChecks(strict: boolean): Promise<void> {
  await small.ada.rest.repos.updateBranchProtection({
    ...where,
    branch: "main",
    required_status_checks: { strict, contexts: ["ci"] },
    enforce_admins: false,
    required_pull_request_reviews: null,
    restrictions: null,
  });
}

async function pull(): Promise<PullFacts> {
  const read = (await look(small, task.issue)).pull;
  if (read === null) throw new Error("there is no pull request");
  return read;
}

async function apply(effect: Effect): Promise<Evidence[]> {
  return applyEffect(small.client, { snapshot: await look(small, task.issue), record: null }, effect);
}

async function pass(sha: string): Promise<void> {
  await small.ada.rest.repos.createCommitStatus({ ...where, sha, context: "ci", state: "success" });
  await small.playground.settled();
}

async function autoMerge(): Promise<Effect> {
  const { number, nodeId } = await pull();
  return {
    kind: "auto_merge",
    pull: number,
    nodeId,
    head: task.head,
    method: "squash",
    title: "Fix (#2)",
    message: "Closes #1",
  };
}

test("what is left to GitHub is taken back, and merged by it once the check is green, with the message that it was given", async () => {
  const asked = await apply(await autoMerge());
  const { number, nodeId, autoMerge: on } = await pull();
  const hold: Effect = { kind: "hold_merge", pull: number, nodeId, queued: false, autoMerge: true };
  const held = [await apply(hold), await apply(hold)];
  const off = await pull();
  await apply(await autoMerge());
  await pass(task.head);

  const after = await pull();
  const { data: commit } = await small.ada.rest.repos.getCommit({ ...where, ref: "heads/main" });
  expect(asked).toEqual([{ kind: "merge_asked", head: task.head }]);
  const evidence = { kind: "merge_held", pull: number };
  expect(held.flat()).toEqual([evidence, evidence]);
  expect([on, off.autoMerge, off.state, after.state]).toEqual(["on", "allowed", "open", "merged"]);
  expect(commit.commit.message).toContain("Fix (#2)\n\nCloses #1");
});

test("a squash names who wrote its commits where git finds them, beside the task", async () => {
  const hers = await commitOn(small, { parent: task.head, files: { "hers.txt": "h\n" } });
  await small.ada.rest.git.updateRef({ ...where, ref: `heads/${task.branch}`, sha: hers });
  await pass(hers);
  const { number } = await pull();
  const merge = { kind: "request_merge", pull: number, head: hers, title: "Fix (#2)" } as const;
  const message = "Closes #1\n\nGza-Task: #1\nGza-Attempts: 3";
  await testMergesDone(small.playground.world);

  const evidence = await apply({ ...merge, method: "squash", message });

  const { data } = await small.ada.rest.repos.getCommit({ ...where, ref: "heads/main" });
  const trailers = execFileSync("git", ["interpret-trailers", "--parse"], { input: data.commit.message });
  expect(evidence).toEqual([]);
  expect(trailers.toString().split("\n").slice(0, 3)).toEqual([
    "Gza-Task: #1",
    "Gza-Attempts: 3",
    expect.stringMatching(/^Co-authored-by: .+ <.+@.+>$/),
  ]);
});

test("the merge queue takes it, once or twice, and gives it back", async () => {
  const repository = small.playground.world.repositories.get(small.place.id);
  if (repository === undefined) throw new Error("the repository is gone");
  setMergeQueue(repository, "main", { method: "squash" });
  await pass(task.head);
  const { number, nodeId, queue } = await pull();
  const enqueue: Effect = { kind: "enqueue", nodeId, head: task.head };

  const asked = [await apply(enqueue), await apply(enqueue)];
  const queued = (await pull()).queue;
  await apply({ kind: "hold_merge", pull: number, nodeId, queued: true, autoMerge: false });

  const evidence = { kind: "merge_asked", head: task.head };
  expect(asked.flat()).toEqual([evidence, evidence]);
  expect([queue, queued, (await pull()).queue]).toEqual(["enabled", "queued", "enabled"]);
});

test("a base that wants everything of it in the head is told from one that does not", async () => {
  await requireChecks(true);
  await pass(task.head);
  await pushToBase(small, { "more.txt": "m\n" });
  await pull();
  await testMergesDone(small.playground.world);

  const strict = await pull();
  await requireChecks(false);
  const loose = await pull();

  expect([strict.mustCatchUp, strict.behindBy]).toEqual([true, 1]);
  expect([loose.mustCatchUp, loose.behindBy]).toEqual([false, 1]);
});

test("an approval that a rule of the base wants is missing until somebody gives it", async () => {
  const before = await pull();
  await small.ada.rest.repos.updateBranchProtection({
    ...where,
    branch: "main",
    required_status_checks: null,
    enforce_admins: true,
    required_pull_request_reviews: { required_approving_review_count: 1 },
    restrictions: null,
  });
  const wanted = await pull();
  await small.ada.rest.pulls.createReview({ ...where, pull_number: wanted.number, event: "APPROVE" });

  const given = await pull();
  expect([before, wanted, given].map(({ needsApproval }) => needsApproval)).toEqual([false, true, false]);
});

test("what need not wait is merged at once, and taken back by one other pull request, however often that is asked for", async () => {
  await pass(task.head);
  await testMergesDone(small.playground.world);
  const clean = await apply(await autoMerge());
  const { number, nodeId, branch } = await pull();
  await small.ada.rest.pulls.merge({ ...where, pull_number: number });
  const revert: Effect = { kind: "revert_pull", number, nodeId, branch, title: "Revert it", body: "No." };

  const first = await apply(revert);
  const second = await apply(revert);

  const { data: open } = await small.ada.rest.pulls.list({ ...where, state: "open" });
  expect(clean).toMatchObject([{ kind: "merge_refused", status: 409 }]);
  expect(open.map(({ title }) => title)).toEqual(["Revert it"]);
  expect(first).toEqual([{ kind: "reverted", pull: number, by: open[0]?.number }]);
  expect(second).toEqual(first);
});

/** Pull requests: opened, followed by pushes, merged in three ways, refused in GitHub's words. */
import { expect, test } from "vitest";
import { readBlob, readCommit, resolve } from "../../src/playground/git/objects.ts";
import { createIssue } from "../../src/playground/issues.ts";
import type { Protection } from "../../src/playground/model/checks.ts";
import { createUser } from "../../src/playground/people.ts";
import { editPull, mergePull, openPull, setDraft } from "../../src/playground/pulls.ts";
import { pullJson, pullOf } from "../../src/playground/shapes/pull.ts";
import { testMergesDone } from "../../src/playground/test-merge.ts";
import { issueUserToken } from "../../src/playground/tokens.ts";
import { act, branch, heard, merge, move, openFrom, readMergeable } from "./small-pulls.ts";
import { smallWorld } from "./small-world.ts";

test("a new pull request is announced, can be fetched and learns later whether it merges", async () => {
  await using home = await smallWorld();
  const tip = await branch(home, "work", { "a.txt": "a\nb\n" });

  const issue = await openFrom(home, "work");
  const first = readMergeable(home, issue);
  await testMergesDone(home.world);

  expect(first).toBeNull();
  expect(readMergeable(home, issue)).toBe(true);
  expect(heard(home)).toEqual(["create", "push", "pull_request.opened"]);
  expect(pullJson(home.world, home.repository, issue)).toMatchObject({
    state: "open",
    head: { ref: "work", sha: tip, label: "ada:work" },
    base: { ref: "main", sha: home.first },
    mergeable: true,
    mergeable_state: "clean",
    commits: 1,
    additions: 2,
    deletions: 0,
    changed_files: 1,
  });
  expect(await resolve(home.repository, "refs/pull/1/head")).toBe(tip);
  const test = await readCommit(home.repository, "refs/pull/1/merge");
  expect(test?.parents).toEqual([home.first, tip]);
});

test.each([
  ["none", "main", { field: "head", code: "invalid" }],
  ["work", "none", { field: "base", code: "invalid" }],
  ["same", "main", { code: "custom", message: "No commits between main and same" }],
  ["taken", "main", { code: "custom", message: "A pull request already exists for ada:taken." }],
])("no pull request from %s to %s", async (head, base, error) => {
  await using home = await smallWorld();
  await branch(home, "work", { "a.txt": "a\n" });
  await branch(home, "taken", { "b.txt": "b\n" });
  await move(home, "same", home.first);
  await openFrom(home, "taken");

  const refused = openFrom(home, head, base);

  await expect(refused).rejects.toMatchObject({ status: 422, message: "Validation Failed", errors: [error] });
});

test("a push to the head is announced and makes the test merge stale; a conflict is found", async () => {
  await using home = await smallWorld();
  const before = await branch(home, "work", { "README.md": "mine\n" });
  const issue = await openFrom(home, "work");
  await branch(home, "main", { "README.md": "theirs\n" });

  const after = await home.commit(before, { "b.txt": "b\n" });
  await move(home, "work", after);
  readMergeable(home, issue);
  await testMergesDone(home.world);

  expect(home.happenings.at(-1)).toMatchObject({ action: "synchronize", payload: { before, after } });
  expect(pullJson(home.world, home.repository, issue)).toMatchObject({
    mergeable: false,
    mergeable_state: "dirty",
    head: { sha: after },
    commits: 2,
  });
  await expect(merge(home, issue)).rejects.toMatchObject({
    status: 405,
    message: "Pull Request is not mergeable",
  });
});

test.each([
  { method: "merge", message: "Merge pull request #2 from ada/work\n\nFix #1", parents: 2 },
  { method: "squash", message: "Fix #1 (#2)\n\n* One\n\n* Two", parents: 1 },
  { method: "rebase", message: "Two", parents: 1 },
] as const)(
  "$method moves the base, closes what is named and tells of it",
  async ({ method, ...expected }) => {
    await using home = await smallWorld();
    const task = createIssue(home.world, home.repository, { ...act(home), title: "A task", body: null });
    const one = await home.commit(home.first, { "a.txt": "a\n" }, "One");
    await move(home, "work", await home.commit(one, { "b.txt": "b\n" }, "Two"));
    const issue = await openFrom(home, "work", "main", "Fix #1");
    await branch(home, "main", { "c.txt": "c\n" });
    home.repository.deleteBranchOnMerge = true;
    home.happenings.length = 0;

    const sha = await mergePull(home.world, home.repository, issue, { ...act(home), method });

    expect(await resolve(home.repository, "refs/heads/main")).toBe(sha);
    expect(await resolve(home.repository, "refs/heads/work")).toBeNull();
    expect(await readBlob(home.repository, "main:b.txt")).toMatchObject({ bytes: Buffer.from("b\n") });
    expect(await readBlob(home.repository, "main:c.txt")).not.toBeNull();
    const commit = await readCommit(home.repository, sha);
    expect(commit?.message).toContain(expected.message);
    expect(commit?.parents).toHaveLength(expected.parents);
    expect(heard(home).toSorted()).toEqual(
      ["issues.closed", "pull_request.closed", "push", "delete", "push"].toSorted(),
    );
    expect(pullJson(home.world, home.repository, issue)).toMatchObject({
      merged: true,
      state: "closed",
      merge_commit_sha: sha,
      merged_by: { login: "ada" },
    });
    expect(task.state).toBe("closed");
    expect(issue.timeline.map(({ kind }) => kind)).toEqual(["merged", "closed", "head_ref_deleted"]);
  },
);

test("a merge is refused for a draft, an outdated head and what the base's protection asks for", async () => {
  await using home = await smallWorld();
  await branch(home, "work", { "a.txt": "a\n" });
  const issue = await openFrom(home, "work");
  const protect = (rule: Partial<Protection>): void => {
    const plain = { pattern: "main", requiredChecks: [], strict: false, pullRequired: true };
    home.repository.protections = [{ ...plain, requiredApprovals: 0, enforceAdmins: true, ...rule }];
  };
  const refusal = (sha?: string): Promise<string> =>
    merge(home, issue, sha).then(
      () => "merged",
      (error: Error) => error.message,
    );

  setDraft(home.world, home.repository, issue, { ...act(home), draft: true });
  const draft = await refusal();
  setDraft(home.world, home.repository, issue, { ...act(home), draft: false });
  const outdated = await refusal(home.first);
  protect({ requiredChecks: ["ci"] });
  const checks = await refusal();
  protect({ requiredApprovals: 1 });
  const approval = await refusal();
  protect({});
  const fine = await refusal();

  expect([draft, outdated, checks, approval, fine]).toEqual([
    "Pull Request is still a draft",
    "Head branch was modified. Review and try the merge again.",
    'Required status check "ci" is expected.',
    "At least 1 approving review is required by reviewers with write access.",
    "merged",
  ]);
});

test("a head that reaches the base by a push counts as merged", async () => {
  await using home = await smallWorld();
  const tip = await branch(home, "work", { "a.txt": "a\n" });
  const issue = await openFrom(home, "work");

  await move(home, "main", tip);

  expect(pullJson(home.world, home.repository, issue)).toMatchObject({ merged: true, merge_commit_sha: tip });
});

test("a pull request closes with its branch and is reopened when the branch is back", async () => {
  await using home = await smallWorld();
  const tip = await branch(home, "work", { "a.txt": "a\n" });
  const issue = await openFrom(home, "work");

  await move(home, "work", null);
  const closed = issue.state;
  const early = editPull(home.world, home.repository, issue, { ...act(home), state: "open" });
  await expect(early).rejects.toMatchObject({
    status: 422,
    errors: [{ message: "state cannot be changed. The work branch has been deleted." }],
  });
  await move(home, "work", tip);
  await editPull(home.world, home.repository, issue, { ...act(home), state: "open" });

  expect(closed).toBe("closed");
  expect(issue.state).toBe("open");
});

test("a new base is checked and announced", async () => {
  await using home = await smallWorld();
  await branch(home, "work", { "a.txt": "a\n" });
  await move(home, "next", home.first);
  const issue = await openFrom(home, "work");

  await editPull(home.world, home.repository, issue, { ...act(home), base: "next" });

  expect(pullOf(issue).baseRef).toBe("next");
  expect(home.happenings.at(-1)).toMatchObject({
    action: "edited",
    payload: { changes: { base: { ref: { from: "main" } } } },
  });
});

test("a squash names those who wrote the commits", async () => {
  await using home = await smallWorld();
  await branch(home, "work", { "a.txt": "a\n" });
  const eve = createUser(home.world, { login: "eve" });
  home.repository.collaborators.set(eve.id, "write");
  const token = issueUserToken(home.world, eve.id);
  const issue = await openPull(home.world, home.repository, {
    title: "Add a",
    body: null,
    head: "work",
    base: "main",
    draft: false,
    actorId: eve.id,
    token,
  });

  const sha = await mergePull(home.world, home.repository, issue, { ...act(home), method: "squash" });

  const commit = await readCommit(home.repository, sha);
  expect(commit?.author.name).toBe("eve");
  expect(commit?.committer.name).toBe("GitHub");
  expect(commit?.message).toBe("Change work (#1)\n\nCo-authored-by: Ada <ada@example.com>");
});

/** Pull requests, comparisons and protection over REST, through Octokit. */
import { expect, test } from "vitest";
import { testMergesDone } from "../../../src/playground/test-merge.ts";
import { playgroundClient, type Client } from "./playground-client.ts";

test("mergeable is null until the test merge is done, then the pull request is merged once", async () => {
  await using client = await playgroundClient();
  const { octokit, at, refusal } = client;
  const sha = await branch(client, "work", { "a b.txt": "a\nb\n" });

  const opened = await octokit.pulls.create({ ...at, title: "Add a", head: "work", base: "main" });
  const pull_number = opened.data.number;
  await testMergesDone(client.playground.world);
  const read = await octokit.pulls.get({ ...at, pull_number });
  const files = await octokit.pulls.listFiles({ ...at, pull_number });
  const commits = await octokit.pulls.listCommits({ ...at, pull_number });
  const outdated = await refusal(octokit.pulls.merge({ ...at, pull_number, sha: "1".repeat(40) }));
  const merged = await octokit.pulls.merge({ ...at, pull_number, sha, merge_method: "squash" });
  const again = await refusal(octokit.pulls.merge({ ...at, pull_number }));

  expect(opened.data.mergeable).toBeNull();
  expect(opened.data.mergeable_state).toBe("unknown");
  expect(read.data).toMatchObject({ mergeable: true, rebaseable: true, mergeable_state: "clean" });
  expect(files.data).toMatchObject([
    { filename: "a b.txt", status: "added", additions: 2, changes: 2, patch: "@@ -0,0 +1,2 @@\n+a\n+b" },
  ]);
  expect(commits.data.map((one) => one.sha)).toEqual([sha]);
  expect(outdated).toBe("409 Head branch was modified. Review and try the merge again.");
  expect(merged.data).toMatchObject({ merged: true, message: "Pull Request successfully merged" });
  expect(again).toBe("405 Pull Request is not mergeable");
});

test("pull requests are listed by head, base and state", async () => {
  await using client = await playgroundClient();
  const { octokit, at } = client;
  for (const head of ["one", "two"]) {
    await branch(client, head, { [`${head}.txt`]: "x\n" });
    await octokit.pulls.create({ ...at, title: head, head, base: "main", draft: head === "two" });
  }
  await octokit.pulls.update({ ...at, pull_number: 1, state: "closed", title: "First" });

  const open = await octokit.pulls.list({ ...at });
  const all = await octokit.pulls.list({ ...at, state: "all", direction: "asc" });
  const byHead = await octokit.pulls.list({ ...at, state: "all", head: "ada:one", base: "main" });

  expect(open.data.map(({ title, draft }) => [title, draft])).toEqual([["two", true]]);
  expect(all.data.map(({ number }) => number)).toEqual([1, 2]);
  expect(byHead.data).toMatchObject([{ number: 1, title: "First", state: "closed" }]);
});

test("two revisions are compared from their common ancestor", async () => {
  await using client = await playgroundClient();
  const { octokit, at } = client;
  const sha = await branch(client, "work", { "README.md": "hello there\n" });
  await branch(client, "other", { "b.txt": "b\n" });

  const compared = await octokit.repos.compareCommitsWithBasehead({ ...at, basehead: "other...work" });

  expect(compared.data).toMatchObject({ status: "diverged", ahead_by: 1, behind_by: 1, total_commits: 1 });
  expect(compared.data.commits.map((commit) => commit.sha)).toEqual([sha]);
  expect(compared.data.files).toMatchObject([
    { filename: "README.md", status: "modified", patch: "@@ -1 +1 @@\n-hello\n+hello there" },
  ]);
});

test("the head is brought up to date, and branches are merged", async () => {
  await using client = await playgroundClient();
  const { octokit, at, refusal } = client;
  const sha = await branch(client, "work", { "a.txt": "a\n" });
  await octokit.pulls.create({ ...at, title: "Add a", head: "work", base: "main" });
  const early = await refusal(octokit.pulls.updateBranch({ ...at, pull_number: 1 }));
  await branch(client, "side", { "b.txt": "b\n" });

  const merged = await octokit.repos.merge({ ...at, base: "main", head: "side" });
  const updated = await octokit.pulls.updateBranch({ ...at, pull_number: 1, expected_head_sha: sha });

  expect(early).toBe("422 There are no new commits on the base branch.");
  expect(merged.status).toBe(201);
  expect(updated.status).toBe(202);
  const { data } = await octokit.repos.getCommit({ ...at, ref: "heads/work" });
  expect(data.commit.message).toBe("Merge branch 'main' into work");
  expect(data.parents.map((parent) => parent.sha)).toEqual([sha, merged.data.sha]);
});

test("protection is set, shown, asked before a merge, and removed", async () => {
  await using client = await playgroundClient();
  const { octokit, at, refusal } = client;
  await branch(client, "work", { "a.txt": "a\n" });
  await octokit.pulls.create({ ...at, title: "Add a", head: "work", base: "main" });
  const rule = {
    ...at,
    branch: "main",
    required_status_checks: { strict: true, contexts: ["ci", "lint"] },
    enforce_admins: true,
    required_pull_request_reviews: null,
    restrictions: null,
  };

  await octokit.repos.updateBranchProtection(rule);
  const shown = await octokit.repos.getBranch({ ...at, branch: "main" });
  const refused = await refusal(octokit.pulls.merge({ ...at, pull_number: 1 }));
  await octokit.repos.deleteBranchProtection({ ...at, branch: "main" });
  const gone = await refusal(octokit.repos.getBranchProtection({ ...at, branch: "main" }));

  expect(shown.data).toMatchObject({
    protected: true,
    protection: { required_status_checks: { contexts: ["ci", "lint"] } },
  });
  expect(refused).toBe("405 2 of 2 required status checks are expected.");
  expect(gone).toBe("404 Branch not protected");
});

/** A commit with these files on a new branch from the first commit of `main`; returns it. */
async function branch({ octokit, at }: Client, name: string, files: Record<string, string>): Promise<string> {
  const commits = await octokit.repos.listCommits({ ...at });
  const first = commits.data.at(-1)?.sha ?? "";
  const entries = Object.entries(files).map(([path, content]) => ({ path, content }));
  const tree = await octokit.git.createTree({
    ...at,
    base_tree: first,
    tree: entries.map((entry) => ({ ...entry, mode: "100644" as const, type: "blob" as const })),
  });
  const commit = await octokit.git.createCommit({
    ...at,
    message: `Change ${name}`,
    tree: tree.data.sha,
    parents: [first],
  });
  await octokit.git.createRef({ ...at, ref: `refs/heads/${name}`, sha: commit.data.sha });
  return commit.data.sha;
}

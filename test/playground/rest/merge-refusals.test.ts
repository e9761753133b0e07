/** What a merge over REST is refused with: each reason has its status and GitHub's words. */
import { expect, test } from "vitest";
import type { Permissions } from "../../../src/playground/model/people.ts";
import { ENGINE, refusal } from "../engine-world.ts";
import { commitOn, PULL, reviewedPull, type ReviewedPull } from "../reviewed-pull.ts";

const RULE = {
  ...ENGINE,
  branch: "main",
  required_status_checks: null,
  enforce_admins: true,
  required_pull_request_reviews: null,
  restrictions: null,
};

type Method = "merge" | "squash" | "rebase";

test("each reason has its status and its words", async () => {
  const world = await reviewedPull({ "a.txt": "mine\n" });
  const { ada, repository } = world;
  const refused = async (wish: { sha?: string; merge_method?: Method } = {}): Promise<string> => {
    const { status, message } = await refusal(ada.pulls.merge({ ...PULL, ...wish }));
    return `${status} ${message}`;
  };
  const answers: Record<string, string> = {};

  answers["moved"] = await refused({ sha: "1".repeat(40) });
  for (const method of ["merge", "squash", "rebase"] as const) {
    repository.mergeMethods[method] = false;
    answers[method] = await refused({ merge_method: method });
    repository.mergeMethods[method] = true;
  }
  setDraft(world, true);
  answers["draft"] = await refused();
  setDraft(world, false);
  const required_pull_request_reviews = { required_approving_review_count: 1 };
  await ada.repos.updateBranchProtection({ ...RULE, required_pull_request_reviews });
  answers["unapproved"] = await refused();
  await ada.repos.deleteBranchProtection({ ...ENGINE, branch: "main" });
  await commitOn(ada, "main", { "other.txt": "other\n" });
  const required_status_checks = { strict: true, contexts: [] };
  await ada.repos.updateBranchProtection({ ...RULE, required_status_checks });
  answers["behind"] = await refused();
  await commitOn(ada, "main", { "a.txt": "theirs\n" });
  answers["conflict"] = await refused();
  await ada.pulls.update({ ...PULL, state: "closed" });
  answers["closed"] = await refused();

  expect(answers).toEqual({
    moved: "409 Head branch was modified. Review and try the merge again.",
    merge: "405 Merge commits are not allowed on this repository.",
    squash: "405 Squash merges are not allowed on this repository.",
    rebase: "405 Rebase merges are not allowed on this repository.",
    draft: "405 Pull Request is still a draft",
    unapproved: "405 At least 1 approving review is required by reviewers with write access.",
    behind: "405 Head branch is out of date. Update it with the base branch.",
    conflict: "405 Pull Request is not mergeable",
    closed: "405 Pull Request is not mergeable",
  });
});

test.each<{ permissions: Permissions; files: Record<string, string>; message: string }>([
  {
    permissions: { pull_requests: "write", contents: "read" },
    files: { "a.txt": "mine\n" },
    message: "Resource not accessible by integration",
  },
  {
    permissions: { pull_requests: "write", contents: "write" },
    files: { ".github/workflows/ci.yml": "on: push\n" },
    message:
      "refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission",
  },
])("an App with $permissions", async ({ permissions, files, message }) => {
  const world = await reviewedPull({ "a.txt": "mine\n" });
  await world.push(files);
  const app = world.appWith(permissions);

  const answer = await refusal(app.pulls.merge(PULL));

  expect(answer).toMatchObject({ status: 403, message });
});

test("a method that there is not, and a reader", async () => {
  const { ada, mary } = await reviewedPull({ "a.txt": "mine\n" });

  const unknown = await refusal(
    ada.request("PUT /repos/ada/engine/pulls/1/merge", { merge_method: "octopus" }),
  );
  const reader = await refusal(mary.pulls.merge(PULL));

  expect(unknown).toMatchObject({ status: 422, message: expect.stringContaining("merge_method") });
  expect(reader.status).toBe(403);
});

test("the last way of merging stays", async () => {
  const { ada } = await reviewedPull({ "a.txt": "mine\n" });
  await ada.repos.update({ ...ENGINE, allow_merge_commit: false, allow_squash_merge: false });

  const answer = await refusal(ada.repos.update({ ...ENGINE, allow_rebase_merge: false }));
  const { data } = await ada.repos.get(ENGINE);

  expect(answer).toMatchObject({
    status: 422,
    data: {
      errors: [{ message: "Sorry, you need to allow at least one merge strategy. (no_merge_method)" }],
    },
  });
  expect(data).toMatchObject({
    allow_merge_commit: false,
    allow_squash_merge: false,
    allow_rebase_merge: true,
  });
});

function setDraft({ repository }: ReviewedPull, draft: boolean): void {
  const pull = repository.issues.get(1)?.pull;
  if (pull) pull.draft = draft;
}

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

interface Case {
  why: string;
  prepare?: (world: ReviewedPull) => Promise<unknown>;
  wish?: { merge_method?: "merge" | "squash" | "rebase"; sha?: string };
  refused: { status: number; message: string };
}

const CASES: Case[] = [
  {
    why: "a conflict",
    prepare: ({ ada }) => commitOn(ada, "main", { "a.txt": "theirs\n" }),
    refused: { status: 405, message: "Pull Request is not mergeable" },
  },
  {
    why: "a draft",
    prepare: async ({ repository }) => {
      const pull = repository.issues.get(1)?.pull;
      if (pull) pull.draft = true;
    },
    refused: { status: 405, message: "Pull Request is still a draft" },
  },
  {
    why: "closed",
    prepare: ({ ada }) => ada.pulls.update({ ...PULL, state: "closed" }),
    refused: { status: 405, message: "Pull Request is not mergeable" },
  },
  {
    why: "merged already",
    prepare: ({ ada }) => ada.pulls.merge(PULL),
    refused: { status: 405, message: "Pull Request is not mergeable" },
  },
  {
    why: "a head that has moved",
    wish: { sha: "1".repeat(40) },
    refused: { status: 409, message: "Head branch was modified. Review and try the merge again." },
  },
  ...(["merge", "squash", "rebase"] as const).map((method) => ({
    why: `${method} switched off`,
    prepare: ({ ada }: ReviewedPull) =>
      ada.repos.update({
        ...ENGINE,
        ...(method === "merge" ? { allow_merge_commit: false } : {}),
        ...(method === "squash" ? { allow_squash_merge: false } : {}),
        ...(method === "rebase" ? { allow_rebase_merge: false } : {}),
      }),
    wish: { merge_method: method },
    refused: {
      status: 405,
      message: `${{ merge: "Merge commits", squash: "Squash merges", rebase: "Rebase merges" }[method]} are not allowed on this repository.`,
    },
  })),
  {
    why: "a missing approval",
    prepare: ({ ada }) =>
      ada.repos.updateBranchProtection({
        ...RULE,
        required_pull_request_reviews: { required_approving_review_count: 1 },
      }),
    refused: {
      status: 405,
      message: "At least 1 approving review is required by reviewers with write access.",
    },
  },
  {
    why: "a head that is out of date",
    prepare: async ({ ada }) => {
      await commitOn(ada, "main", { "other.txt": "other\n" });
      const required_status_checks = { strict: true, contexts: [] };
      await ada.repos.updateBranchProtection({ ...RULE, required_status_checks });
    },
    refused: { status: 405, message: "Head branch is out of date. Update it with the base branch." },
  },
];

test.each(CASES)("$why", async ({ prepare, wish, refused }) => {
  const world = await reviewedPull({ "a.txt": "mine\n" });
  await prepare?.(world);

  const answer = await refusal(world.ada.pulls.merge({ ...PULL, ...wish }));

  expect(answer).toMatchObject(refused);
});

test.each([
  { standing: ["expected"], words: 'Required status check "a" is expected.' },
  { standing: ["queued"], words: 'Required status check "a" is queued.' },
  { standing: ["in_progress"], words: 'Required status check "a" is in progress.' },
  { standing: ["pending"], words: 'Required status check "a" is pending.' },
  { standing: ["failure"], words: 'Required status check "a" is failing.' },
  { standing: ["success", "expected"], words: 'Required status check "b" is expected.' },
  { standing: ["in_progress", "in_progress"], words: "2 of 2 required status checks are in progress." },
  {
    standing: ["failure", "in_progress"],
    words: "2 of 2 required status checks have not succeeded: 1 failing.",
  },
  {
    standing: ["expected", "failure", "success"],
    words: "2 of 3 required status checks have not succeeded: 1 expected and 1 failing.",
  },
  {
    standing: ["queued", "in_progress"],
    words: "2 of 2 required status checks have not succeeded.",
  },
])("required checks that are $standing", async ({ standing, words }) => {
  const world = await reviewedPull({ "a.txt": "mine\n" });
  const names = standing.map((_, index) => "abc".charAt(index));
  for (const [index, state] of standing.entries()) await report(world, names[index] ?? "", state);
  await world.ada.repos.updateBranchProtection({
    ...RULE,
    required_status_checks: { strict: false, contexts: names },
  });

  const answer = await refusal(world.ada.pulls.merge(PULL));

  expect(answer).toMatchObject({ status: 405, message: words });
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

/** As a check run, or as a commit status where that alone can be so. */
async function report(
  { ada, repository, appWith }: ReviewedPull,
  name: string,
  state: string,
): Promise<void> {
  if (state === "expected") return;
  const head_sha = repository.issues.get(1)?.pull?.headSha ?? "";
  if (state === "pending") {
    await ada.repos.createCommitStatus({ ...ENGINE, sha: head_sha, context: name, state });
    return;
  }
  const app = appWith({ checks: "write" });
  const isUnderWay = state === "queued" || state === "in_progress";
  await app.checks.create({
    ...ENGINE,
    name,
    head_sha,
    ...(isUnderWay ? { status: state } : { conclusion: state === "failure" ? "failure" : "success" }),
  });
}

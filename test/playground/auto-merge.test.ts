/** Auto-merge: refused in GitHub's words, merged by itself when all holds, switched off by what GitHub lets switch it off. */
import { expect, test } from "vitest";
import { asked, listening, type Asked } from "./asked.ts";
import { ENGINE } from "./engine-world.ts";
import { commitOn, PULL, reviewedPull, type ReviewedPull } from "./reviewed-pull.ts";

const ENABLE = `mutation($input: EnablePullRequestAutoMergeInput!) { enablePullRequestAutoMerge(input: $input) {
  actor { login } pullRequest { autoMergeRequest { enabledAt enabledBy { login } mergeMethod commitHeadline commitBody } } } }`;

const DISABLE = `mutation($input: DisablePullRequestAutoMergeInput!) { disablePullRequestAutoMerge(input: $input) {
  pullRequest { autoMergeRequest { enabledAt } } } }`;

const TO_DRAFT = `mutation($input: ConvertPullRequestToDraftInput!) { convertPullRequestToDraft(input: $input) {
  clientMutationId } }`;

const TIMELINE = `{ repository(owner: "ada", name: "engine") { pullRequest(number: 1) { state
  timelineItems(first: 20, itemTypes: [AUTO_SQUASH_ENABLED_EVENT, AUTO_MERGE_ENABLED_EVENT, AUTO_MERGE_DISABLED_EVENT, MERGED_EVENT]) {
    nodes { kind: __typename ... on AutoMergeDisabledEvent { reason disabler { login } } } } } } }`;

const RULE = {
  ...ENGINE,
  branch: "main",
  required_status_checks: { strict: false, contexts: ["ci"] },
  enforce_admins: false,
  required_pull_request_reviews: null,
  restrictions: null,
};

test("it merges once its check and its approval are there, in the name of who wanted it", async () => {
  const world = await protectedPull({ required_approving_review_count: 1 });
  const { playground, ada, charles, mary, repository } = world;
  const heard = listening(playground.world, "pull_request", "push");

  const enabled = await enable(world, charles, {
    mergeMethod: "SQUASH",
    commitHeadline: "Change a (#1)",
    commitBody: "Well done",
  });
  const shown = await mary.pulls.get(PULL);
  await playground.settled();
  const early = repository.issues.get(1)?.state;
  await passCheck(world);
  await playground.settled();
  const checked = repository.issues.get(1)?.state;
  await charles.pulls.createReview({ ...PULL, event: "APPROVE" });
  await playground.settled();

  const { data: merged } = await ada.pulls.get(PULL);
  const { data: commit } = await ada.repos.getCommit({ ...ENGINE, ref: "heads/main" });
  expect(enabled.errors).toEqual([]);
  expect(enabled.data).toMatchObject({
    enablePullRequestAutoMerge: {
      actor: { login: "charles" },
      pullRequest: {
        autoMergeRequest: {
          enabledBy: { login: "charles" },
          mergeMethod: "SQUASH",
          commitHeadline: "Change a (#1)",
          commitBody: "Well done",
        },
      },
    },
  });
  expect(shown.data.auto_merge).toMatchObject({
    enabled_by: { login: "charles" },
    merge_method: "squash",
    commit_title: "Change a (#1)",
    commit_message: "Well done",
  });
  expect([early, checked]).toEqual(["open", "open"]);
  expect(merged).toMatchObject({ merged: true, merged_by: { login: "charles" } });
  expect(commit.sha).toBe(merged.merge_commit_sha);
  expect(commit.commit.message).toBe("Change a (#1)\n\nWell done");
  expect(heard.names).toEqual(["pull_request.auto_merge_enabled", "push", "pull_request.closed"]);
});

test("it is refused where there is nothing to wait for, or it may not be", async () => {
  const world = await protectedPull();
  const { ada, repository } = world;
  const answers: Record<string, string> = {};
  const ask = async (why: string, input: object = {}, who = ada): Promise<void> => {
    const { errors } = await enable(world, who, input);
    answers[why] = errors.map(({ type, message }) => `${type}: ${message}`).join();
  };

  await ask("reader", {}, world.mary);
  await ask("App", {}, world.appWith({ pull_requests: "write", contents: "read" }));
  repository.allowAutoMerge = false;
  await ask("not allowed");
  repository.allowAutoMerge = true;
  await ask("moved", { expectedHeadOid: "1".repeat(40) });
  repository.mergeMethods.squash = false;
  await ask("method", { mergeMethod: "SQUASH" });
  await asked(world.playground, ada, { query: TO_DRAFT, input: { pullRequestId: await idOf(world) } });
  await ask("draft");
  await ada.repos.deleteBranchProtection({ ...ENGINE, branch: "main" });
  setDraft(world, false);
  await ask("clean");
  await passCheck(world, { name: "lint", conclusion: "failure" });
  await ask("unstable");
  await commitOn(ada, "main", { "a.txt": "theirs\n" });
  await ask("dirty");
  await ada.pulls.update({ ...PULL, state: "closed" });
  await ask("closed");

  expect(answers).toEqual({
    reader: "FORBIDDEN: mary does not have the correct permissions to execute `EnablePullRequestAutoMerge`",
    App: "FORBIDDEN: Resource not accessible by integration",
    "not allowed": "UNPROCESSABLE: Auto merge is not allowed for this repository",
    moved: "STALE_DATA: Head branch was modified. Review and try the merge again.",
    method: "UNPROCESSABLE: Merge method squash merging is not allowed on this repository",
    draft: "UNPROCESSABLE: Pull request is a draft",
    clean: "UNPROCESSABLE: Pull request is in clean status",
    unstable: "UNPROCESSABLE: Pull request is in unstable status",
    dirty: "UNPROCESSABLE: Pull request is in dirty status",
    closed: "UNPROCESSABLE: Pull request is closed",
  });
});

test("it is switched off by hand, by closing, by a draft, and by a merge that fails", async () => {
  const world = await protectedPull();
  const { playground, ada } = world;
  const input = { pullRequestId: await idOf(world) };

  await enable(world, ada);
  const twice = await enable(world, ada);
  const off = await asked(playground, ada, { query: DISABLE, input });
  const again = await asked(playground, ada, { query: DISABLE, input });
  await enable(world, ada);
  await ada.pulls.update({ ...PULL, state: "closed" });
  await ada.pulls.update({ ...PULL, state: "open" });
  await enable(world, ada);
  await asked(playground, ada, { query: TO_DRAFT, input });
  setDraft(world, false);
  await enable(world, ada);
  await commitOn(ada, "main", { "a.txt": "theirs\n" });
  await passCheck(world);
  await playground.settled();

  expect(off.data).toEqual({ disablePullRequestAutoMerge: { pullRequest: { autoMergeRequest: null } } });
  expect([twice, again].map(({ errors }) => errors.map(({ message }) => message))).toEqual([
    ["Auto merge is already enabled"],
    ["Can't disable auto-merge for this pull request."],
  ]);
  const on = { kind: "AutoMergeEnabledEvent" };
  const ended = (reason: string) => ({ kind: "AutoMergeDisabledEvent", reason, disabler: { login: "ada" } });
  expect(await timeline(world)).toEqual({
    state: "OPEN",
    timelineItems: {
      nodes: [
        on,
        ended(""),
        on,
        ended("Pull request was closed"),
        on,
        ended("Pull request was converted to draft"),
        on,
        ended("Pull Request is not mergeable"),
      ],
    },
  });
});

test("a push by those who may write leaves it on, and what they pushed is merged", async () => {
  const world = await protectedPull();
  await enable(world, world.ada);

  const head = await world.push({ "b.txt": "b\n" });
  await world.playground.settled();
  await passCheck(world);
  await world.playground.settled();

  const { data } = await world.ada.pulls.get(PULL);
  expect(data).toMatchObject({ merged: true, head: { sha: head } });
});

test("an author without write who changes the base switches it off", async () => {
  const world = await protectedPull();
  const { ada, mary, playground, repository } = world;
  const main = await ada.git.getRef({ ...ENGINE, ref: "heads/main" });
  for (const name of ["next", "hers"]) {
    await ada.git.createRef({ ...ENGINE, ref: `refs/heads/${name}`, sha: main.data.object.sha });
  }
  await commitOn(ada, "hers", { "c.txt": "c\n" });
  const opened = await mary.pulls.create({ ...ENGINE, title: "Add c", head: "hers", base: "main" });
  await enable(world, ada, { pullRequestId: opened.data.node_id });
  const heard = listening(playground.world, "pull_request");

  await mary.pulls.update({ ...ENGINE, pull_number: 2, base: "next" });
  await playground.settled();

  expect(repository.issues.get(2)).toMatchObject({ state: "open", pull: { autoMerge: null } });
  expect(heard.happenings).toMatchObject([
    {
      action: "auto_merge_disabled",
      payload: { reason: "Base branch was changed by a user without write access" },
    },
    { action: "edited" },
  ]);
});

/** `main` requires the check `ci`, and auto-merge is allowed. */
async function protectedPull(reviews: object | null = null): Promise<ReviewedPull> {
  const world = await reviewedPull({ "a.txt": "mine\n" });
  await world.ada.repos.update({ ...ENGINE, allow_auto_merge: true });
  await world.ada.repos.updateBranchProtection({ ...RULE, required_pull_request_reviews: reviews });
  return world;
}

function setDraft({ repository }: ReviewedPull, draft: boolean): void {
  const pull = repository.issues.get(1)?.pull;
  if (pull) pull.draft = draft;
}

async function passCheck(
  { ada, appWith }: ReviewedPull,
  { name = "ci", conclusion = "success" }: { name?: string; conclusion?: "success" | "failure" } = {},
): Promise<void> {
  const { data } = await ada.pulls.get(PULL);
  await appWith({ checks: "write" }).checks.create({ ...ENGINE, name, conclusion, head_sha: data.head.sha });
}

async function enable(world: ReviewedPull, who: ReviewedPull["ada"], input: object = {}): Promise<Asked> {
  const pullRequestId = await idOf(world);
  return asked(world.playground, who, { query: ENABLE, input: { pullRequestId, ...input } });
}

async function idOf({ ada }: ReviewedPull): Promise<string> {
  const { data } = await ada.pulls.get(PULL);
  return data.node_id;
}

async function timeline({ playground, ada }: ReviewedPull): Promise<unknown> {
  const { data } = await asked(playground, ada, { query: TIMELINE });
  return (data?.["repository"] as { pullRequest: unknown } | undefined)?.pullRequest;
}

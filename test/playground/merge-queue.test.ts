/** Merge queues: what joins, what lands after its checks, and what is taken out. */
import { expect, test } from "vitest";
import { setMergeQueue } from "../../src/playground/protection.ts";
import { asked, listening, type Asked } from "./asked.ts";
import { ENGINE, refusal } from "./engine-world.ts";
import { commitOn, PULL, reviewedPull, type ReviewedPull } from "./reviewed-pull.ts";

const ENQUEUE = `mutation($input: EnqueuePullRequestInput!) { enqueuePullRequest(input: $input) {
  mergeQueueEntry { position state enqueuer { login } pullRequest { number } } } }`;

const DEQUEUE = `mutation($input: DequeuePullRequestInput!) { dequeuePullRequest(input: $input) {
  mergeQueueEntry { position state pullRequest { number isInMergeQueue } } } }`;

const QUEUE = `{ repository(owner: "ada", name: "engine") {
  mergeQueue(branch: "main") { configuration { mergeMethod } entries(first: 10) { nodes {
    position state headCommit { oid } baseCommit { oid }
    pullRequest { number isInMergeQueue isMergeQueueEnabled mergeQueueEntry { position state } } } } } } }`;

const TIMELINE = `{ repository(owner: "ada", name: "engine") { pullRequest(number: 1) {
  timelineItems(first: 20, itemTypes: [ADDED_TO_MERGE_QUEUE_EVENT, REMOVED_FROM_MERGE_QUEUE_EVENT]) {
    nodes { kind: __typename ... on RemovedFromMergeQueueEvent { reason } } } } } }`;

test("a pull request lands by its own merge, once that has passed", async () => {
  const world = await queuedBranch();
  const { playground, ada, charles } = world;
  const heard = listening(playground.world, "pull_request", "push", "merge_group", "create", "delete");
  const base = await tipOf(world, "main");

  const direct = await refusal(charles.pulls.merge(PULL));
  const joined = await enqueue(world, charles);
  const waiting = await refusal(charles.pulls.merge(PULL));
  await playground.settled();
  const queue = await asked(playground, ada, { query: QUEUE });
  const group = await groupOf(world, 1, base);
  await pass(world, group);
  await playground.settled();

  expect(direct).toMatchObject({ status: 405, message: "Changes must be made through the merge queue" });
  expect(joined).toMatchObject({
    data: {
      enqueuePullRequest: {
        mergeQueueEntry: {
          position: 1,
          state: "QUEUED",
          enqueuer: { login: "charles" },
          pullRequest: { number: 1 },
        },
      },
    },
    errors: [],
  });
  expect(waiting).toMatchObject({ status: 405, message: "Pull Request is in the merge queue" });
  const standing = { position: 1, state: "AWAITING_CHECKS" };
  expect(queue.data).toEqual({
    repository: {
      mergeQueue: {
        configuration: { mergeMethod: "SQUASH" },
        entries: {
          nodes: [
            {
              ...standing,
              headCommit: { oid: group },
              baseCommit: { oid: base },
              pullRequest: {
                number: 1,
                isInMergeQueue: true,
                isMergeQueueEnabled: true,
                mergeQueueEntry: standing,
              },
            },
          ],
        },
      },
    },
  });
  expect(heard.names).toEqual([
    "pull_request.enqueued",
    "create",
    "push",
    "merge_group.checks_requested",
    "push",
    "pull_request.closed",
    "pull_request.dequeued",
    "delete",
    "push",
    "merge_group.destroyed",
  ]);
  const ref = `refs/heads/gh-readonly-queue/main/pr-1-${base}`;
  expect(heard.happenings[3]?.payload).toEqual({
    merge_group: {
      head_sha: group,
      head_ref: ref,
      base_sha: base,
      base_ref: "refs/heads/main",
      head_commit: expect.objectContaining({ id: group, message: expect.stringContaining("(#1)") }),
    },
  });
  expect(heard.happenings[4]?.payload).toMatchObject({ ref: "refs/heads/main", before: base, after: group });
  expect(heard.happenings[9]?.payload).toMatchObject({ reason: "merged", merge_group: { head_sha: group } });
  const { data: merged } = await ada.pulls.get(PULL);
  expect(merged).toMatchObject({
    merged: true,
    merge_commit_sha: group,
    merged_by: { login: "github-merge-queue[bot]" },
  });
  expect(await tipOf(world, "main")).toBe(group);
});

test("a required check that fails takes it out, and it may join again", async () => {
  const world = await queuedBranch();
  const { playground, ada } = world;
  const heard = listening(playground.world, "pull_request", "merge_group");
  const base = await tipOf(world, "main");
  await enqueue(world, ada);
  await playground.settled();

  await pass(world, await groupOf(world, 1, base), "failure");
  await playground.settled();
  const left = await asked(playground, ada, { query: TIMELINE });
  const again = await enqueue(world, ada);

  expect(heard.names.slice(2)).toEqual([
    "pull_request.dequeued",
    "merge_group.destroyed",
    "pull_request.enqueued",
  ]);
  expect(heard.happenings[2]?.payload).toMatchObject({ reason: "CI_FAILURE" });
  expect(heard.happenings[3]?.payload).toMatchObject({ reason: "dequeued" });
  expect(left.data).toMatchObject({
    repository: {
      pullRequest: {
        timelineItems: {
          nodes: [
            { kind: "AddedToMergeQueueEvent" },
            { kind: "RemovedFromMergeQueueEvent", reason: "failed_checks" },
          ],
        },
      },
    },
  });
  expect(again.errors).toEqual([]);
  expect(await tipOf(world, "main")).toBe(base);
});

test("one has its checks at a time; what conflicts with what landed before leaves", async () => {
  const world = await queuedBranch();
  const { playground, ada, repository } = world;
  const base = await tipOf(world, "main");
  await secondPull(world, { "a.txt": "another\n" });
  await enqueue(world, ada);
  await enqueue(world, ada, { pull_number: 2 });
  await playground.settled();
  const queue = await asked(playground, ada, { query: QUEUE });
  const heard = listening(playground.world, "pull_request", "merge_group");

  await pass(world, await groupOf(world, 1, base));
  await playground.settled();

  expect(queue.data).toMatchObject({
    repository: {
      mergeQueue: {
        entries: {
          nodes: [
            { position: 1, state: "AWAITING_CHECKS", pullRequest: { number: 1 } },
            { position: 2, state: "QUEUED", headCommit: null, pullRequest: { number: 2 } },
          ],
        },
      },
    },
  });
  expect(heard.names).toEqual([
    "pull_request.closed",
    "pull_request.dequeued",
    "merge_group.destroyed",
    "pull_request.dequeued",
  ]);
  expect(heard.happenings[3]?.payload).toMatchObject({ number: 2, reason: "MERGE_CONFLICT" });
  expect(repository.issues.get(2)?.state).toBe("open");
  expect(repository.mergeQueue).toEqual([]);
});

test("a push to its head takes it out, a push to the base makes its merge anew", async () => {
  const world = await queuedBranch();
  const { playground, ada, repository } = world;
  const base = await tipOf(world, "main");
  const heard = listening(playground.world, "merge_group");
  await enqueue(world, ada);
  await playground.settled();

  // By the owner, whom the rule does not bind.
  const moved = await commitOn(ada, "main", { "b.txt": "b\n" });
  await playground.settled();
  const group = repository.mergeQueue[0]?.group;
  await world.push({ "c.txt": "c\n" });
  await playground.settled();

  expect(group).toMatchObject({ base: moved, ref: `refs/heads/gh-readonly-queue/main/pr-1-${moved}` });
  expect(heard.happenings.map(({ payload }) => payload)).toMatchObject([
    { merge_group: { base_sha: base } },
    { reason: "invalidated", merge_group: { base_sha: base } },
    { merge_group: { base_sha: moved } },
    { reason: "dequeued", merge_group: { base_sha: moved } },
  ]);
  expect(repository.mergeQueue).toEqual([]);
  expect(repository.issues.get(1)?.state).toBe("open");
});

test("it is taken out by hand, once", async () => {
  const world = await queuedBranch();
  const { playground, ada, repository } = world;
  const heard = listening(playground.world, "pull_request");
  await enqueue(world, ada);
  await playground.settled();

  const left = await dequeue(world);
  const again = await dequeue(world);

  expect(left.data).toEqual({
    dequeuePullRequest: {
      mergeQueueEntry: {
        position: 1,
        state: "QUEUED",
        pullRequest: { number: 1, isInMergeQueue: false },
      },
    },
  });
  expect(again.errors).toMatchObject([
    { type: "UNPROCESSABLE", message: "Pull request is not in the merge queue" },
  ]);
  expect(heard.happenings.at(-1)?.payload).toMatchObject({ number: 1, reason: "MANUAL" });
  expect(repository.mergeQueue).toEqual([]);
});

test("it does not join without a queue, unready, or by a stale head", async () => {
  const world = await reviewedPull({ "a.txt": "mine\n" });
  const { ada, mary, repository } = world;
  const answers: Record<string, string> = {};
  const ask = async (why: string, input: object = {}, who = ada): Promise<void> => {
    const { errors } = await enqueue(world, who, input);
    answers[why] = errors.map(({ type, message }) => `${type}: ${message}`).join();
  };

  await ask("none");
  await protect(world);
  await ask("reader", {}, mary);
  await ask("stale", { expectedHeadOid: "1".repeat(40) });
  await ask("unready");
  await pass(world, await tipOf(world, "work"));
  const pull = repository.issues.get(1)?.pull;
  if (pull) pull.draft = true;
  await ask("draft");
  if (pull) pull.draft = false;
  await ask("ready", { expectedHeadOid: await tipOf(world, "work") });
  await ask("twice");

  expect(answers).toEqual({
    none: "UNPROCESSABLE: Base branch does not have a merge queue enabled",
    reader: "FORBIDDEN: mary does not have the correct permissions to execute `EnqueuePullRequest`",
    stale: "STALE_DATA: Head branch was modified. Review and try the merge again.",
    unready: 'UNPROCESSABLE: Pull request Required status check "ci" is expected.',
    draft: "UNPROCESSABLE: Pull request is a draft",
    ready: "",
    twice: "UNPROCESSABLE: Pull request is already in the merge queue",
  });
});

test("auto-merge puts what is ready into the queue, whose merge its workflows hear of", async () => {
  const ci = "on: merge_group\njobs:\n  ci:\n    runs-on: ubuntu-latest\n    steps:\n      - run: 'true'\n";
  const base = { ".github/workflows/ci.yml": ci };
  const world = await reviewedPull({ "a.txt": "mine\n" }, { base });
  const { playground, ada, repository } = world;
  await protect(world);
  await ada.repos.update({ ...ENGINE, allow_auto_merge: true });
  const { data } = await ada.pulls.get(PULL);

  const enabled = await asked(playground, ada, {
    query: `mutation($id: ID!) { enablePullRequestAutoMerge(input: { pullRequestId: $id }) { clientMutationId } }`,
    id: data.node_id,
  });
  await playground.settled();
  const before = repository.mergeQueue.length;
  await pass(world, data.head.sha);
  await playground.settled();

  expect(enabled.errors).toEqual([]);
  expect(before).toBe(0);
  expect(repository.runs).toMatchObject([{ event: "merge_group", conclusion: "success" }]);
  expect(repository.runs[0]?.headBranch).toMatch(/^gh-readonly-queue\/main\/pr-1-/);
  expect(repository.issues.get(1)?.pull).toMatchObject({ mergeCommitSha: repository.runs[0]?.headSha });
});

/** The check `ci` is required, and has passed on the pull request. */
async function queuedBranch(): Promise<ReviewedPull> {
  const world = await reviewedPull({ "a.txt": "mine\n" });
  await protect(world);
  await pass(world, await tipOf(world, "work"));
  return world;
}

async function protect({ ada, repository }: ReviewedPull): Promise<void> {
  setMergeQueue(repository, "main", { method: "squash" });
  await ada.repos.updateBranchProtection({
    ...ENGINE,
    branch: "main",
    required_status_checks: { strict: true, contexts: ["ci"] },
    enforce_admins: false,
    required_pull_request_reviews: null,
    restrictions: null,
  });
}

async function secondPull({ ada }: ReviewedPull, files: Record<string, string>): Promise<void> {
  const main = await ada.git.getRef({ ...ENGINE, ref: "heads/main" });
  await ada.git.createRef({ ...ENGINE, ref: "refs/heads/other", sha: main.data.object.sha });
  const sha = await commitOn(ada, "other", files);
  await ada.pulls.create({ ...ENGINE, title: "Other", head: "other", base: "main" });
  await ada.repos.createCommitStatus({ ...ENGINE, sha, context: "ci", state: "success" });
}

async function enqueue(
  world: ReviewedPull,
  who: ReviewedPull["ada"],
  { pull_number = 1, ...input }: { pull_number?: number } & object = {},
): Promise<Asked> {
  const { data } = await world.ada.pulls.get({ ...ENGINE, pull_number });
  return asked(world.playground, who, { query: ENQUEUE, input: { pullRequestId: data.node_id, ...input } });
}

async function dequeue({ playground, ada }: ReviewedPull): Promise<Asked> {
  const { data } = await ada.pulls.get(PULL);
  return asked(playground, ada, { query: DEQUEUE, input: { id: data.node_id } });
}

async function pass(
  { ada }: ReviewedPull,
  sha: string,
  state: "success" | "failure" = "success",
): Promise<void> {
  await ada.repos.createCommitStatus({ ...ENGINE, sha, context: "ci", state });
}

async function groupOf(world: ReviewedPull, number: number, base: string): Promise<string> {
  return tipOf(world, `gh-readonly-queue/main/pr-${number}-${base}`);
}

async function tipOf({ ada }: ReviewedPull, branch: string): Promise<string> {
  const { data } = await ada.git.getRef({ ...ENGINE, ref: `heads/${branch}` });
  return data.object.sha;
}

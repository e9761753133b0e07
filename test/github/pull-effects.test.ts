/** Pull requests: opened once, drafts or not, merged at the approved head, their branches left alone when somebody pushed. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Effect } from "../../src/domain/decision.ts";
import type { Evidence, Snapshot } from "../../src/domain/snapshot.ts";
import { applyEffect } from "../../src/github/apply-effect.ts";
import { applyMove } from "../../src/github/move.ts";
import { observe } from "../../src/github/observe.ts";
import { readRefs } from "../../src/github/refs.ts";
import { firstBrief, firstRecord } from "./first-record.ts";
import { askedIssue, smallRepository, type SmallRepository } from "./small-repository.ts";

const where = { owner: "ada", repo: "engine" };
let small: SmallRepository;

beforeAll(async () => {
  small = await smallRepository();
});
afterAll(() => small.playground.stop());

async function look(issue: number): Promise<Snapshot> {
  const read = await observe(
    small.client,
    { repository: small.place, issue },
    { ...small.observer, evidence: [] },
  );
  if (read === "gone") throw new Error("the issue is gone");
  return read;
}

/** A task whose record names a branch with one commit on it. */
async function taskWithBranch(): Promise<{
  issue: number;
  branch: string;
  head: string;
  snapshot: Snapshot;
}> {
  const issue = await askedIssue(small);
  const branch = `gza/${issue}-fix-the-parser`;
  const head = await commitOn(branch, (await look(issue)).repository.defaultHead);
  const move = {
    story: "landed",
    record: firstRecord(issue, {
      phase: "open",
      reason: "implemented",
      branch,
      head,
      asked: { ...firstRecord(issue).asked, at: "2020-01-01T00:00:00Z" },
    }),
    brief: firstBrief(),
    findings: null,
    queue: null,
    job: null,
    refs: [{ name: `refs/heads/${branch}`, before: null, after: head }],
  };
  await applyMove(small.client, { snapshot: await look(issue), move }, small.observer.key);
  return { issue, branch, head, snapshot: await look(issue) };
}

async function commitOn(branch: string, parent: string): Promise<string> {
  const tree = [
    {
      path: `${branch.replaceAll("/", "-")}.txt`,
      mode: "100644" as const,
      type: "blob" as const,
      content: "x\n",
    },
  ];
  const { data: base } = await small.ada.rest.git.getCommit({ ...where, commit_sha: parent });
  const { data: made } = await small.ada.rest.git.createTree({ ...where, base_tree: base.tree.sha, tree });
  const { data } = await small.ada.rest.git.createCommit({
    ...where,
    message: "Fix it",
    tree: made.sha,
    parents: [parent],
  });
  return data.sha;
}

async function twice(snapshot: Snapshot, effect: Effect): Promise<Evidence[][]> {
  const first = await applyEffect(small.client, { snapshot, record: null }, effect);
  return [first, await applyEffect(small.client, { snapshot, record: null }, effect)];
}

function openPull(branch: string): Effect {
  return { kind: "open_pull", branch, base: "main", title: "Fix the parser", body: "Fixed.", draft: true };
}

test("a pull request is opened once, and found although the record does not name it yet", async () => {
  const { issue, branch, head, snapshot } = await taskWithBranch();

  const [first, second] = await twice(snapshot, openPull(branch));
  const after = await look(issue);

  expect(first).toMatchObject([{ kind: "pull_opened" }]);
  expect(second).toEqual(first);
  expect(after.pull).toMatchObject({ state: "open", head, branch, base: "main", draft: true, checks: [] });
});

test("one of a branch that is not there is refused", async () => {
  const { snapshot } = await taskWithBranch();

  const evidence = await twice(snapshot, openPull("gza/0-nothing"));

  expect(evidence.flat()).toMatchObject([{ kind: "pull_refused", status: 422 }, { kind: "pull_refused" }]);
});

test("it stops being a draft, and becomes one again", async () => {
  const { issue, branch, snapshot } = await taskWithBranch();
  await twice(snapshot, openPull(branch));
  const pull = (await look(issue)).pull;
  if (pull === null) throw new Error("there is no pull request");

  await twice(snapshot, {
    kind: "edit_pull",
    number: pull.number,
    nodeId: pull.nodeId,
    change: { draft: false },
  });
  const ready = (await look(issue)).pull?.draft;
  await twice(snapshot, {
    kind: "edit_pull",
    number: pull.number,
    nodeId: pull.nodeId,
    change: { draft: true },
  });
  const draft = (await look(issue)).pull?.draft;

  expect([ready, draft]).toEqual([false, true]);
});

test("it is merged at the head that was approved, and at no other", async () => {
  const { issue, branch, head, snapshot } = await taskWithBranch();
  await twice(snapshot, { ...openPull(branch), draft: false } as Effect);
  const pull = (await look(issue)).pull?.number ?? 0;
  const merge = { kind: "request_merge", pull, method: "squash", title: "Fix (#1)", message: "" } as const;

  const refused = await applyEffect(
    small.client,
    { snapshot, record: null },
    { ...merge, head: snapshot.repository.defaultHead },
  );
  const merged = await twice(snapshot, { ...merge, head });
  const after = await look(issue);

  expect(refused).toMatchObject([{ kind: "merge_refused", status: 409 }]);
  expect(merged).toEqual([[], []]);
  expect(after.pull).toMatchObject({ state: "merged", mergedBy: { login: expect.stringContaining("gza") } });
});

test("its branch is deleted, unless somebody pushed to it since", async () => {
  const { branch, head, snapshot } = await taskWithBranch();
  const pushed = await taskWithBranch();
  const theirs = await commitOn(pushed.branch, pushed.head);
  await small.ada.rest.git.updateRef({ ...where, ref: `heads/${pushed.branch}`, sha: theirs });

  await twice(snapshot, { kind: "delete_branch", branch, head });
  await twice(pushed.snapshot, { kind: "delete_branch", branch: pushed.branch, head: pushed.head });
  const refs = await readRefs(small.client, small.place, [
    `refs/heads/${branch}`,
    `refs/heads/${pushed.branch}`,
  ]);

  expect([...refs.values()]).toEqual([null, theirs]);
});
